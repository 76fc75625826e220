"""Where an original lies in a suspect of which only the repeating tiles are seen.

Promises: tiles give scale, turn, mirroring and place up to whole tiles; what remains is a handful of places, which are
compared. So a piece of sky or of a soft shadow is found too, where there is no feature to match. Bounded by the number
of tiles of a canvas. Leaves seeing tiles to `reading`.
"""

import cv2
import numpy as np

from watermark.hidden.matching import Floats, Pixels
from watermark.hidden.registration import Matrix, Placement, sound
from watermark.hidden.repeating import TILE_UNITS

REDUCED = 4  # units per cell that is compared
CELLS_PER_TILE = TILE_UNITS // REDUCED
GROUND_CELLS = 16.0  # light and shade wider than this are the lamp's
TILES_ACROSS_MAX = 24
COVERED_MIN = 0.6  # of what is seen must lie on the canvas
ALIKE_MIN = 0.15  # correlation


def placements_by_tiles(
    suspect: Pixels, canvas: Floats, to_pixels: Matrix, *, inverted: bool, most: int
) -> list[Placement]:
    """At most `most` placements of a grey `canvas` in a grey suspect, the most alike first; none if nothing is alike.

    `to_pixels` (3, 3) leads from tile units, upright, to pixels of the suspect.
    """
    laid = _laid(suspect, to_pixels)
    if laid is None:
        return []
    seen, valid, left, top = laid
    here = _reduced(canvas)
    found: list[tuple[float, Placement]] = []
    for across in range(1 - seen.shape[1] // CELLS_PER_TILE, here.shape[1] // CELLS_PER_TILE + 1):
        for down in range(1 - seen.shape[0] // CELLS_PER_TILE, here.shape[0] // CELLS_PER_TILE + 1):
            alike = _alike(-seen if inverted else seen, valid, here, across * CELLS_PER_TILE, down * CELLS_PER_TILE)
            moved = np.array([[1.0, 0, left - across * TILE_UNITS], [0, 1, top - down * TILE_UNITS], [0, 0, 1]])
            found.append((alike, Placement(to_pixels @ moved, 0, inverted)))
    found.sort(key=lambda each: -each[0])
    size = canvas.shape[1], canvas.shape[0]
    return [each for alike, each in found[:most] if alike > ALIKE_MIN and sound(each.homography, size)]


def _laid(suspect: Pixels, to_pixels: Matrix) -> tuple[Floats, Floats, int, int] | None:
    """The suspect over whole tiles, in cells; where it is valid; and the first tile's left and top, in units."""
    height, width = suspect.shape
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float64).T
    units = np.linalg.inv(to_pixels) @ corners
    if np.any(units[2] * units[2, 0] <= 0):
        return None
    tiles = units[:2] / units[2] / TILE_UNITS
    low = np.floor(tiles.min(axis=1)).astype(int)
    count = np.ceil(tiles.max(axis=1)).astype(int) - low
    if count.min() < 1 or count.max() > TILES_ACROSS_MAX:
        return None
    left, top = (int(each) * TILE_UNITS for each in low)
    size = (int(count[0]) * TILE_UNITS, int(count[1]) * TILE_UNITS)
    origin = np.array([[1.0, 0, left], [0, 1, top], [0, 0, 1]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    units_seen, covered = (
        cv2.warpPerspective(each, to_pixels @ origin, size, flags=flags)
        for each in (suspect.astype(np.float32), np.ones(suspect.shape, np.float32))
    )
    mean = float((units_seen * covered).sum() / max(float(covered.sum()), 1.0))
    filled = np.asarray(units_seen + mean * (1 - covered), np.float32)
    return _reduced(filled), _cells(np.asarray(covered, np.float32)), left, top


def _alike(seen: Floats, valid: Floats, canvas: Floats, left: int, top: int) -> float:
    """The correlation of what is seen with the canvas, its upper left cell lying at (left, top)."""
    rows, columns = seen.shape
    x, y = (
        slice(max(left, 0), min(left + columns, canvas.shape[1])),
        slice(max(top, 0), min(top + rows, canvas.shape[0])),
    )
    if x.stop <= x.start or y.stop <= y.start:
        return -1.0
    part = (slice(y.start - top, y.stop - top), slice(x.start - left, x.stop - left))
    weight = valid[part]
    total = float(weight.sum())
    if total < COVERED_MIN * float(valid.sum()):
        return -1.0
    one, other = (each - float((each * weight).sum()) / total for each in (seen[part], canvas[y, x]))
    spread = float((one * one * weight).sum()) * float((other * other * weight).sum())
    return float((one * other * weight).sum() / max(spread, 1e-9) ** 0.5)


def _reduced(levels: Floats) -> Floats:
    cells = _cells(levels)
    return np.asarray(cells - cv2.GaussianBlur(cells, (0, 0), GROUND_CELLS), np.float32)


def _cells(levels: Floats) -> Floats:
    rows, columns = (max(1, side // REDUCED) for side in levels.shape)
    whole = np.ascontiguousarray(levels[: rows * REDUCED, : columns * REDUCED])
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
