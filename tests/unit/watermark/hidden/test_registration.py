"""Finding an original in a leaked picture."""

from functools import cache

import cv2
import numpy as np
import pytest

from tests.unit.watermark.hidden.pictures import Pixels, as_jpeg, page, scene
from watermark.hidden.informed import Original
from watermark.hidden.registration import Matrix, Placement, placements, sound

SCENE, PAGE = scene(640, 480), page(720, 1000)
CANVAS = (768, 1024)


@cache
def known(name: str) -> Original:
    """What registering needs of the scene or the page."""
    return Original.of(SCENE if name == "scene" else PAGE)


def original_of(picture: Pixels) -> Original:
    """Of any picture."""
    return known("scene") if picture is SCENE else known("page") if picture is PAGE else Original.of(picture)


def first(suspect: Pixels, picture: Pixels) -> Placement | None:
    """The likeliest placement."""
    original, grey = original_of(picture), np.asarray(cv2.cvtColor(suspect, cv2.COLOR_RGB2GRAY), np.uint8)
    return next(placements(grey, original.features, original.grey, most=1), None)


def error_px(placement: Placement | None, truth: Matrix, picture: Pixels) -> float:
    """The largest distance between where a point lies and where it is said to lie; `truth` takes picture to suspect."""
    assert placement is not None
    rows, columns = original_of(picture).grey.shape
    points = np.array([[(x * columns, y * rows) for x in (0.2, 0.5, 0.8) for y in (0.2, 0.5, 0.8)]])
    scaled = (points + 0.5) * (picture.shape[1] / columns) - 0.5
    found = cv2.perspectiveTransform(points, placement.homography)
    return float(np.abs(found - cv2.perspectiveTransform(scaled, truth)).max())


TURNS: dict[str, Matrix] = {
    "as it is": np.eye(3),
    "quarter turn": np.array([[0.0, -1, 479], [1, 0, 0], [0, 0, 1]]),
    "mirrored": np.array([[-1.0, 0, 639], [0, 1, 0], [0, 0, 1]]),
    "cropped to a quarter": np.array([[1.0, 0, -200], [0, 1, -130], [0, 0, 1]]),
    "photographed": np.array([[0.8, 0.1, 20], [-0.05, 0.75, 60], [0.0001, 0.0002, 1]]),
}
SIZES = {"quarter turn": (480, 640), "cropped to a quarter": (320, 240)}


@pytest.mark.parametrize(
    ("how", "inverted"), [*((how, False) for how in TURNS), ("mirrored", True), ("photographed", True)]
)
def test_finds_the_original(how: str, inverted: bool) -> None:  # noqa: FBT001  # a parameter of the table
    """Turned, mirrored, cropped, in perspective, or in negative: to within two pixels, before refinement."""
    seen = cv2.warpPerspective(SCENE, TURNS[how], SIZES.get(how, (640, 480)), borderValue=(60, 60, 60))
    suspect = as_jpeg(np.asarray(seen, np.uint8), 60)
    placement = first(255 - suspect if inverted else suspect, SCENE)
    assert error_px(placement, TURNS[how], SCENE) < 2
    assert placement is not None
    assert inverted == placement.inverted


def test_finds_a_page_of_words() -> None:
    """Letters repeat; where they are doesn't."""
    crop = np.ascontiguousarray(PAGE[200:700, 60:660])
    assert error_px(first(as_jpeg(crop, 50), PAGE), np.array([[1.0, 0, -60], [0, 1, -200], [0, 0, 1]]), PAGE) < 2


@pytest.mark.parametrize("quarter", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_picture_without_features_is_taken_as_the_whole_frame(quarter: int, mirrored: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """A soft glow has no corners; comparing it in eight orientations tells how it lies."""
    rows, columns = np.mgrid[:480, :640]
    glow = 40 + 180 * np.exp(-(((columns - 150) / 200) ** 2) - ((rows - 120) / 120) ** 2)
    soft = np.repeat(glow[:, :, None], 3, axis=2).astype(np.uint8)
    suspect = np.rot90(soft[:, ::-1] if mirrored else soft, quarter)
    placement = first(np.ascontiguousarray(suspect), soft)
    assert placement is not None
    assert not placement.inverted
    x, y = (placement.homography @ (150, 120, 1))[:2]
    assert soft[120, 150, 0] == suspect[round(y), round(x), 0]


def test_finds_nothing_in_another_picture() -> None:
    """Two pictures that have nothing to do with each other are never registered for certain."""
    placement = first(scene(640, 480, seed=9), SCENE)
    assert placement is None or not placement.certain


@pytest.mark.parametrize(
    "homography",
    [
        np.zeros((3, 3)),
        np.full((3, 3), np.nan),
        np.diag([1.0, 0.001, 1]),
        np.diag([500.0, 500, 1]),
        np.array([[1.0, 0, 0], [0, 1, 0], [-0.002, 0, 1]]),
        np.array([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]]),
    ],
)
def test_refuses_degenerate_homographies(homography: Matrix) -> None:
    """No sliver, no horizon inside the picture, no explosion: warping by one would cost memory and tell nothing."""
    assert not sound(homography, CANVAS)


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (3, 5), (40, 2000)])
def test_takes_any_suspect(shape: tuple[int, int]) -> None:
    """A speck or a sliver has an answer too, most often none."""
    first(np.full((*shape, 3), 128, np.uint8), SCENE)
