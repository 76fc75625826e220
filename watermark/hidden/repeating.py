"""Layer 1: one keyed tile that repeats over the canvas, so that any part of a copy can be read blind.

Promises: a tile of 128 × 128 units holds 32 × 32 chips; four tenths of its power are a keyed pilot that gives its
place, the rest carries the code of the copy id, each code bit on four chips. The tile is band-passed, wraps without a
seam and has unit power. Leaves its strength to the carrier, and adding it to pixels to `embedding`.
"""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.chips import ChipMap
from watermark.hidden.codeword import encode
from watermark.hidden.keys import HiddenKey

Floats = NDArray[np.float32]

TILE_UNITS = 128
CHIP_UNITS = 4
CHIPS_ACROSS = TILE_UNITS // CHIP_UNITS
CHIPS = CHIPS_ACROSS * CHIPS_ACROSS
PILOT_POWER = 0.4
LEVELS = 1.8  # root mean square over a picture, of 255: 43 dB
BLUR_SIGMA_UNITS = 0.8  # softens chip edges, which compression would only cut off
GROUND_SIGMA_UNITS = 9.0  # what varies slower than this is the picture's own
KEYS_CACHED = 16
_LABEL = "repeating"


def repeated(code: Floats, canvas: tuple[int, int], key: HiddenKey) -> Floats:
    """The tile of code bits (256,) as ±1, over a canvas of (columns, rows): unit power, float32 (rows, columns)."""
    columns, rows = canvas
    across, down = -(-columns // TILE_UNITS), -(-rows // TILE_UNITS)
    return np.asarray(cv2.repeat(_tile(code, key), down, across)[:rows, :columns], np.float32)


def halved(code: Floats, shape: tuple[int, int], key: HiddenKey) -> Floats:
    """The same, reduced to half: as much of it as fills (rows, columns)."""
    side = TILE_UNITS // 2
    tile = cv2.resize(_tile(code, key), (side, side), interpolation=cv2.INTER_AREA)
    down, across = (-(-each // side) for each in shape)
    return np.asarray(cv2.repeat(tile, down, across)[: shape[0], : shape[1]], np.float32)


def tile_of(copy_id: int, key: HiddenKey) -> Floats:
    """The tile of a copy, (128, 128), unit power."""
    return _tile(encode(np.array([copy_id], np.uint64), key)[0], key)


def _tile(code: Floats, key: HiddenKey) -> Floats:
    data = chip_map(key).spread(code)
    return _normalised(pattern(data) * np.float32((1 - PILOT_POWER) ** 0.5) + pilot(key))


def pattern(chips: Floats) -> Floats:
    """The band-passed tile (128, 128) of chips (1024,): linear in the chips."""
    squares = chips.reshape(CHIPS_ACROSS, CHIPS_ACROSS).repeat(CHIP_UNITS, 0).repeat(CHIP_UNITS, 1)
    return np.fft.irfft2(np.fft.rfft2(squares) * band(), squares.shape).astype(np.float32)


@lru_cache(KEYS_CACHED)
def pilot(key: HiddenKey) -> Floats:
    """The known part of every tile of this key, (128, 128)."""
    return pattern(pilot_chips(key)) * np.float32(PILOT_POWER**0.5)


@lru_cache(KEYS_CACHED)
def pilot_chips(key: HiddenKey) -> Floats:
    """The signs of the pilot, (1024,)."""
    return key.signs(f"{_LABEL} pilot", CHIPS)


@lru_cache(KEYS_CACHED)
def chip_map(key: HiddenKey) -> ChipMap:
    """Which chip of the tile carries which code bit."""
    return ChipMap.of(key, _LABEL, CHIPS)


@lru_cache(1)
def band() -> Floats:
    """The band-pass as real gains over the half spectrum of a tile: a blur less a wider blur."""
    across = np.fft.rfftfreq(TILE_UNITS)[None, :]
    down = np.fft.fftfreq(TILE_UNITS)[:, None]
    squared = 2 * np.pi**2 * (across**2 + down**2)
    gains = np.exp(-squared * BLUR_SIGMA_UNITS**2) - np.exp(-squared * GROUND_SIGMA_UNITS**2)
    return np.asarray(gains, np.float32)


def _normalised(tile: Floats) -> Floats:
    return tile * np.float32(1 / np.sqrt(np.mean(tile * tile)))
