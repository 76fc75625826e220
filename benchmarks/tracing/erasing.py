"""What somebody makes of their own copy who knows this scheme as well as we do, but no key: the repeating tile is gone.

Promises: RGB pixels in, RGB pixels out, the same for the same copy. Knows what an open scheme gives away: how the
visible mark is drawn and what it says (it names the attacker), the canvas, the period and the band of the tile, and how
the blind reader looks at a picture. Leaves the secret layer, of which one copy tells nothing.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden import Carrier
from watermark.hidden.repeating import CHIPS, TILE_UNITS, pattern
from watermark.sealing import stamp_pixels
from watermark.stamp import Stamp

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

KEPT_MIN = 0.5  # of the light that a visible mark lets through, below which what lay under it can't be told
INPAINTED_PX = 3
GROUND_ACROSS_UNITS, GROUND_LEVELS, GROUND_UNITS = 19, 10.0, 6.0  # the bilateral filter that takes the picture away
LOUDNESS_UNITS, OUTLIER = 4.0, 2.0
ROUNDS, TINY = 6, 1e-6
GAIN = 1.1  # of what was averaged: filters have taken a part of it along
OWN_LEVELS, OWN_SEED = 1.0, 1


def erased(copy: Pixels, stamp: Stamp) -> Pixels:
    """The copy without its visible mark, then without its repeating tile."""
    return unrepeated(unstamped(copy, stamp))


def unstamped(copy: Pixels, stamp: Stamp) -> Pixels:
    """What lay under the visible mark: as much light as it kept, less what it added; painted over where it kept little.

    Both are told by stamping a black and a white picture.
    """
    black, white = np.zeros_like(copy), np.full_like(copy, 255)
    for each in (black, white):
        stamp_pixels(each, stamp)
    kept = (white.astype(np.float32) - black) / 255
    under = _levels((copy - black.astype(np.float32)) / np.maximum(kept, KEPT_MIN))
    lost = (kept.min(axis=2) < KEPT_MIN).astype(np.uint8)
    return np.asarray(cv2.inpaint(under, lost, INPAINTED_PX, cv2.INPAINT_TELEA), np.uint8)


def unrepeated(copy: Pixels) -> Pixels:
    """Less its repeating tile, which gives way to one that nobody can read.

    The tile is the average of all periods of the copy without its surroundings, again and again until little is left to
    average. Surroundings end at edges, as for the blind reader; loud places count less. What the average has missed
    drowns in a weaker tile of the attacker's own.
    """
    height, width = copy.shape[:2]
    levels = Carrier.of(copy).levels()
    size = (levels.shape[1], levels.shape[0])
    small = cv2.resize(copy, size, interpolation=cv2.INTER_AREA)
    luma = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    tile = np.zeros((TILE_UNITS, TILE_UNITS), np.float32)
    for _ in range(ROUNDS):
        fine, trust = _fine(luma - _laid(tile, size) * levels)
        tile += _folded(fine * levels * trust) / (_folded(levels * levels * trust) + np.float32(TINY))
    change = _laid(tile * np.float32(GAIN) - _own_tile() * np.float32(OWN_LEVELS), size) * levels
    return _levels(copy - cv2.resize(change, (width, height), interpolation=cv2.INTER_LINEAR)[:, :, None])


def _own_tile() -> Floats:
    """Chips drawn by lot, band-passed as ours are: of unit power."""
    chips = np.random.default_rng(OWN_SEED).choice([-1.0, 1.0], CHIPS)
    tile = pattern(np.asarray(chips, np.float32))
    return tile / np.float32(tile.std())


def _fine(luma: Floats) -> tuple[Floats, Floats]:
    """What its surroundings don't explain, and how much it is to be trusted."""
    fine = luma - cv2.bilateralFilter(luma, GROUND_ACROSS_UNITS, GROUND_LEVELS, GROUND_UNITS)
    loud = cv2.GaussianBlur(fine * fine, (0, 0), LOUDNESS_UNITS) + 1
    limit = np.float32(OUTLIER) * np.sqrt(loud)
    return np.asarray(np.clip(fine, -limit, limit), np.float32), np.asarray(1 / loud, np.float32)


def _laid(tile: Floats, size: tuple[int, int]) -> Floats:
    across, down = -(-size[0] // TILE_UNITS), -(-size[1] // TILE_UNITS)
    return np.tile(tile, (down, across))[: size[1], : size[0]]


def _folded(canvas: Floats) -> Floats:
    rows, columns = canvas.shape
    whole = np.pad(canvas, ((0, -rows % TILE_UNITS), (0, -columns % TILE_UNITS)))
    shape = (whole.shape[0] // TILE_UNITS, TILE_UNITS, whole.shape[1] // TILE_UNITS, TILE_UNITS)
    return np.asarray(whole.reshape(shape).sum(axis=(0, 2)), np.float32)


def _levels(values: NDArray[np.generic]) -> Pixels:
    return np.asarray(np.clip(np.rint(values.astype(np.float32)), 0, 255), np.uint8)
