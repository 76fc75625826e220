"""The repeating layer read back from what became of a copy."""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest

from watermark.hidden import FALSE_ALARM_MAX, Carrier, HiddenKey, embed, read_blind
from watermark.hidden.lattice import candidates
from watermark.hidden.whitening import views, whitened

OLD_KEY, KEY = HiddenKey(1, bytes(range(32))), HiddenKey(2, bytes(range(1, 33)))
COPY_ID = 0xC0FFEE123456


@cache
def landscape() -> np.ndarray:
    """Soft hills with grain, 1040 × 810: larger than the canvas."""
    rows, columns = np.mgrid[:810, :1040]
    hills = 128 + 50 * np.sin(columns / 70) * np.cos(rows / 110) + 30 * np.sin(rows * columns / 40000)
    grain = np.random.default_rng(2).normal(0, 5, (810, 1040, 3))
    return np.asarray(np.clip(hills[:, :, None] + grain, 0, 255), np.uint8)


@cache
def document() -> np.ndarray:
    """Rows of dark bars on white paper, as type looks from afar, 810 × 1100."""
    page, chance = np.full((1100, 810, 3), 255, np.uint8), np.random.default_rng(4)
    top = 90
    while top < 1010:
        left = 70
        top += int(chance.integers(36, 60))
        while left < 720 * chance.uniform(0.4, 1):
            width = int(chance.integers(6, 18))
            page[top : top + 18, left : left + width] = chance.integers(0, 90)
            left += width + int(chance.integers(3, 9))
    return page


@cache
def sealed(kind: str) -> np.ndarray:
    """One of the two, sealed, as delivered."""
    picture = {"landscape": landscape, "document": document}[kind]()
    return jpeg(embed(picture, Carrier.of(picture), COPY_ID, KEY, bytes(32)), 85)


def jpeg(pixels: np.ndarray, quality: int) -> np.ndarray:
    """The picture through a JPEG."""
    _, packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def scaled(pixels: np.ndarray, factor: float) -> np.ndarray:
    """The picture in another size."""
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)


def turned(pixels: np.ndarray, degrees: float) -> np.ndarray:
    """The picture a little askew."""
    height, width = pixels.shape[:2]
    way = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(pixels, way, (width, height)), np.uint8)


ATTACKS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as delivered": lambda pixels: pixels,
    "compressed": lambda pixels: jpeg(pixels, 30),
    "goal": lambda pixels: jpeg(scaled(pixels, 0.5)[60:-40, 70:-30], 50),
    "cropped": lambda pixels: pixels[200:700, 250:750],
    "turned askew": lambda pixels: jpeg(turned(pixels, 7), 75),
    "quarter turn": lambda pixels: np.rot90(pixels, 3),
    "mirrored": lambda pixels: pixels[:, ::-1],
    "mirrored and turned": lambda pixels: np.rot90(pixels[:, ::-1]),
    "inverted": lambda pixels: jpeg(255 - pixels, 75),
}


ON_PAPER = ("as delivered", "compressed", "goal", "cropped", "turned askew", "inverted")  # how it lies isn't its matter


@pytest.mark.parametrize(
    ("kind", "attack"), [*(("landscape", each) for each in ATTACKS), *(("document", each) for each in ON_PAPER)]
)
def test_the_copy_id_survives(kind: str, attack: str) -> None:
    """What people do to a copy leaves its id readable, with the key that made it and a proven error bound."""
    readings = read_blind(ATTACKS[attack](sealed(kind)), [OLD_KEY, KEY])

    assert [(COPY_ID, KEY.kid)] == [(reading.copy_id, reading.kid) for reading in readings]
    assert readings[0].false_alarm <= FALSE_ALARM_MAX


def test_orientation_and_place_are_told() -> None:
    """A reading says how the suspect was turned, and where its tiles lie: a tile is a sixth of its short side."""
    suspect = np.ascontiguousarray(np.rot90(255 - sealed("landscape")))
    seen = read_blind(suspect, [KEY])[0].sighting
    along = seen.to_pixels @ [128, 0, 1] - seen.to_pixels @ [0, 0, 1]

    assert seen.inverted
    assert seen.quarter_turns in {1, 3}
    assert pytest.approx(135, abs=0.5) == float(np.hypot(*along[:2]))


@pytest.mark.parametrize("kind", ["landscape", "document"])
def test_another_key_reads_nothing(kind: str) -> None:
    """A copy of another deployment proves nothing here."""
    part = sealed(kind)[300:690, 100:800]

    assert [COPY_ID] == [reading.copy_id for reading in read_blind(part, [KEY])]
    assert [] == read_blind(part, [OLD_KEY])


def test_unmarked_pictures_read_as_nothing() -> None:
    """No reading is made up, whatever repeats in a picture."""
    bricks = np.kron(np.indices((9, 12)).sum(axis=0) % 2, np.ones((64, 64)))[:, :, None] * np.array([200, 120, 90])
    for picture in (landscape()[:480, :480], document()[300:690, 100:590], bricks.astype(np.uint8)[:390]):
        assert [] == read_blind(picture, [KEY])


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (47, 47), (60, 60), (64, 4000), (33, 400)], ids=str)
def test_any_size_is_taken(size: tuple[int, int]) -> None:
    """Slivers read as nothing, without an error or a long wait."""
    noise = np.random.default_rng(1).integers(0, 255, (*size, 3), dtype=np.uint8)

    assert [] == read_blind(noise, [KEY])


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("size", [(390, 500), (2000, 1415)], ids=["small", "shrunk"])
def test_a_blank_picture_reads_as_nothing(size: tuple[int, int], level: int) -> None:
    """A picture of one colour divides nothing by zero; that shrinking leaves a trace at its edge is no pattern."""
    blank = np.full((*size, 3), level, np.uint8)
    assert [] == read_blind(blank, [KEY])
    assert [] == list(views(blank))


def test_peaks_that_span_no_square_are_no_lattice() -> None:
    """What a small view of noise repeats across and down does not go together."""
    noise = np.random.default_rng(29).normal(0, 1, (44, 44)).astype(np.float32)
    assert [] == candidates(noise, skewed=True)


def test_an_edge_hides_no_pattern_beside_it() -> None:
    """What is beyond an edge is no surroundings: beside a black bar a weak pattern looks as it does elsewhere."""
    waves = np.tile(2 * np.sin(np.arange(400) * 0.9), (400, 1)) + 200
    barred = waves.copy()
    barred[:, 150:200] = 20
    alone, beside = (whitened(np.asarray(each, np.float32))[50:350, 202:230].ravel() for each in (waves, barred))
    assert np.corrcoef(alone, beside)[0, 1] > 0.95


def repeated(period: int, seed: int) -> np.ndarray:
    """Noise that repeats, 500 × 600."""
    tile = np.random.default_rng(seed).normal(0, 1, (period, period))
    return np.tile(tile, (500 // period + 1, 600 // period + 1))[:500, :600]


def test_what_repeats_louder_outshouts_no_lattice() -> None:
    """A visible mark repeats with five times the contrast: the tiles' period is among the candidates all the same."""
    noise = np.random.default_rng(3).normal(0, 1, (500, 600))
    view = cv2.GaussianBlur((noise + repeated(57, 1) + 0.2 * repeated(83, 2)).astype(np.float32), (0, 0), 1.0)
    periods = [each.period_px for each in candidates(np.asarray(view, np.float32))]
    assert [57, 83] == [each for each in (57, 83) if any(abs(each - period) < 0.6 for period in periods)]
