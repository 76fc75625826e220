"""Where a stored original lies in a leaked picture.

Promises: crops, screenshots, photographs in perspective, quarter turns, mirrored and inverted pictures are found, or
nothing is; whatever comes in, time and memory are bounded (pixels, features and rounds have limits), and a degenerate
homography is refused, never warped by. Leaves fine alignment to `alignment`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.matching import Features, Floats, Pairs, Pixels, agreeing, pairs_of

Matrix = NDArray[np.float64]

INLIER_DISTANCE_PX = 4.0
ROUNDS_MAX = 4000
CONFIDENCE = 0.9999
SPOT_UNITS = 4.0
PROBE = 64  # pixels across, for telling orientations apart
ALIKE_MIN = 0.5  # correlation
INLIERS_MIN = 8
INLIERS_CERTAIN = 40
SCALE_MAX = 40.0  # suspect pixels per canvas unit, either way
SKEW_MAX = 6.0  # how unequal scales may be along and across, and from one corner to another


@dataclass(frozen=True)
class Placement:
    """`homography` (3, 3) takes points of the original's canvas to pixels of the suspect; `inliers` speak for it.

    The suspect is the grey one that was looked at: of a large picture, that brought down to `suspect.PIXELS_MAX`.
    Few inliers prove nothing: whether a mark is read there decides. None at all: the whole frame was compared.
    """

    homography: Matrix
    inliers: int
    inverted: bool

    @property
    def certain(self) -> bool:
        """Whether so many features agree that no further variant is tried."""
        return self.inliers >= INLIERS_CERTAIN


def placements(
    suspect: Pixels, original: Features, canvas: Floats, *, most: int, features: Features | None = None
) -> Iterator[Placement]:
    """Where an original with these features, grey on its `canvas`, may lie in a grey suspect: the likeliest first.

    `features` are the suspect's, where they are known.

    By features, then as the whole frame: what has no features, a page of flat colours or a soft gradient, is rarely
    cropped, and only comparing it tells how it is turned. At most `most`.
    """
    size = canvas.shape[1], canvas.shape[0]
    found = [each for each in (_by_features(suspect, features, original, size),) if each]
    for number, each in enumerate((*found, *_as_whole_frame(suspect, canvas))):
        if number < most and sound(each.homography, size):
            yield each


def _by_features(
    suspect: Pixels, features: Features | None, original: Features, canvas: tuple[int, int]
) -> Placement | None:
    best: Placement | None = None
    for variant, undo, inverted in _variants(features or Features.of(suspect), suspect.shape[1]):
        found = _homography(original, variant, canvas)
        if found is not None and (best is None or found[1] > best.inliers):
            best = Placement(undo @ found[0], found[1], inverted)
        if best is not None and best.certain:
            break
    return best


def _as_whole_frame(suspect: Pixels, canvas: Floats) -> list[Placement]:
    """Each of the eight orientations that brings the canvas' corners to the suspect's, the most alike first."""
    columns, rows = canvas.shape[1], canvas.shape[0]
    small = _normalised(cv2.resize(suspect, (PROBE, PROBE), interpolation=cv2.INTER_AREA))
    there = _normalised(cv2.resize(canvas, (PROBE, PROBE), interpolation=cv2.INTER_AREA))
    ways: list[tuple[float, Placement]] = []
    for quarter in range(4):
        for mirrored in (False, True):
            turned = np.rot90(small, quarter)
            alike = float(np.mean((turned[:, ::-1] if mirrored else turned) * there))
            homography = _corners((columns, rows), (suspect.shape[1], suspect.shape[0]), quarter, mirrored=mirrored)
            ways.append((abs(alike), Placement(homography, 0, alike < 0)))
    ways.sort(key=lambda way: -way[0])
    return [placement for alike, placement in ways if alike > ALIKE_MIN]


def _corners(canvas: tuple[int, int], suspect: tuple[int, int], quarter: int, *, mirrored: bool) -> Matrix:
    """From the canvas to a suspect that is the canvas after `quarter` undone turns to the left and a mirror."""
    unit = np.array([[1.0 / canvas[0], 0, 0.5 / canvas[0]], [0, 1.0 / canvas[1], 0.5 / canvas[1]], [0, 0, 1]])
    flip = np.array([[-1.0, 0, 1], [0, 1, 0], [0, 0, 1]]) if mirrored else np.eye(3)
    # np.rot90 takes the picture's right edge to the top: what lies at (x, y) after it was at (1 - y, x) before.
    turn = np.linalg.matrix_power(np.array([[0.0, -1, 1], [1, 0, 0], [0, 0, 1]]), quarter)
    back = np.array([[suspect[0], 0, -0.5], [0, suspect[1], -0.5], [0, 0, 1.0]])
    return np.asarray(back @ turn @ flip @ unit)


def _normalised(levels: NDArray[np.generic]) -> Floats:
    centred = levels.astype(np.float32) - np.float32(levels.mean())
    return centred / np.float32(max(float(centred.std()), 1.0))


def sound(homography: Matrix, canvas: tuple[int, int]) -> bool:
    """False for what no picture of a plane looks like: folds, horizons, slivers, specks and explosions."""
    columns, rows = canvas
    if not np.all(np.isfinite(homography)):
        return False
    grid = np.array([(x, y) for y in (0.0, 0.5, 1.0) for x in (0.0, 0.5, 1.0)]) * (columns, rows)
    depth = grid @ homography[2, :2] + homography[2, 2]
    if np.min(depth * np.sign(depth[4])) <= np.abs(depth[4]) / SKEW_MAX:
        return False
    sizes = np.array([np.linalg.svd(_jacobian(homography, *at), compute_uv=False) for at in grid])
    signs = {np.sign(np.linalg.det(_jacobian(homography, *at))) for at in grid}
    flat = sizes[:, 0] / np.maximum(sizes[:, 1], 1e-9)
    areas = sizes.prod(axis=1)
    return bool(
        len(signs) == 1
        and sizes.max() < SCALE_MAX
        and sizes.min() > 1 / SCALE_MAX
        and flat.max() < SKEW_MAX
        and areas.max() / areas.min() < SKEW_MAX**2
    )


def scale_of(homography: Matrix, at: tuple[float, float]) -> float:
    """Suspect pixels per canvas unit at this point of the canvas."""
    return float(np.sqrt(abs(np.linalg.det(_jacobian(homography, *at)))))


def _variants(features: Features, width_px: int) -> Iterator[tuple[Features, Matrix, bool]]:
    """As they are, mirrored, inverted, and both, with the matrix that undoes it. Turns need none: SIFT bears them."""
    same, mirror = np.eye(3), np.array([[-1.0, 0, width_px - 1], [0, 1, 0], [0, 0, 1]])
    yield features, same, False
    yield features.mirrored(width_px), mirror, False
    yield features.inverted(), same, True
    yield features.mirrored(width_px).inverted(), mirror, True


def _homography(original: Features, suspect: Features, canvas: tuple[int, int]) -> tuple[Matrix, int] | None:
    if min(len(original.points), len(suspect.points)) < INLIERS_MIN:
        return None
    pairs, clear = pairs_of(original, suspect)
    best = _fitted(original, suspect, pairs[clear], canvas)
    if best is None or best[1] < INLIERS_CERTAIN:
        agreed = _fitted(original, suspect, agreeing(original, suspect, pairs), canvas)
        best = max((each for each in (best, agreed) if each), key=lambda each: each[1], default=None)
    return best


def _fitted(original: Features, suspect: Features, pairs: Pairs, canvas: tuple[int, int]) -> tuple[Matrix, int] | None:
    if len(pairs) < INLIERS_MIN:
        return None
    source, target = original.points[pairs[:, 0]], suspect.points[pairs[:, 1]]
    # OpenCV's annotations leave out that both are None where it finds nothing.
    answer: tuple[Matrix | None, Pixels | None] = cv2.findHomography(  # type: ignore[assignment]  # the stubs leave out None
        source, target, cv2.USAC_MAGSAC, INLIER_DISTANCE_PX, maxIters=ROUNDS_MAX, confidence=CONFIDENCE
    )
    found, kept = answer
    if found is None or kept is None:
        return None
    # Many features on one spot (a logo, a repeated letter) are one witness, not many.
    inliers = len(np.unique(np.round(source[kept.ravel() > 0] / SPOT_UNITS), axis=0))
    return (found, inliers) if inliers >= INLIERS_MIN and sound(found, canvas) else None


def _jacobian(homography: Matrix, x: float, y: float) -> Matrix:
    u, v, w = homography @ (x, y, 1.0)
    top = homography[:2, :2] * w - np.outer((u, v), homography[2, :2])
    return np.asarray(top / (w * w))
