"""A view laid on its lattice, folded into one tile, and searched for the pilot of a key.

Promises: the best place of the pilot among all shifts, quarter turns, mirrorings and signs, and the homography from
tile units to the view. Leaves refining that, and what the tile says, to others.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.keys import HiddenKey
from watermark.hidden.lattice import Lattice
from watermark.hidden.repeating import KEYS_CACHED, TILE_UNITS, pilot
from watermark.hidden.spectra import TINY, Spectrum, flattened, half_spectra

Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]

TILES_ACROSS_MAX = 16
PERIOD_PX_HALVED = 200  # a view with longer periods is averaged down first, lest samples are left out
ORIENTATIONS = tuple((turns, mirrored) for turns in range(4) for mirrored in (False, True))
SHIFTS = len(ORIENTATIONS) * TILE_UNITS * TILE_UNITS


@dataclass(frozen=True)
class Placement:
    """Where a key's tile was seen: `score` in deviations of chance, `to_view` (3, 3) from tile units, upright."""

    key: HiddenKey
    score: float
    quarter_turns: int
    mirrored: bool
    inverted: bool
    to_view: Matrix


@dataclass(frozen=True)
class Folded:
    """All tiles of a view on top of each other: (128, 128), and the way from there to the view."""

    tile: Floats
    to_view: Matrix

    @cached_property
    def spectra(self) -> Spectrum:
        """Of the tile in each orientation, flat: (8, 128, 65); the same for all keys."""
        tiles = np.stack([_oriented(self.tile, turns, mirrored) for turns, mirrored in ORIENTATIONS])
        return np.stack([flattened(each) for each in half_spectra(tiles)])


def folded(values: Floats, lattice: Lattice) -> Folded:
    """The sum of a view's tiles on this lattice; at most 16 × 16, from its middle."""
    values, back, lattice = _fitting(values, lattice)
    height, width = values.shape
    turn = np.linalg.inv(np.array([lattice.right, lattice.down]).T / TILE_UNITS)
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) @ turn.T
    extent = np.ceil((corners.max(axis=0) - corners.min(axis=0)) / TILE_UNITS)
    columns, rows = (int(tiles) for tiles in np.minimum(extent, TILES_ACROSS_MAX))
    size = (columns * TILE_UNITS, rows * TILE_UNITS)
    middle = np.array(size) / 2 - turn @ np.array([width / 2, height / 2])
    laid = np.vstack([np.column_stack([turn, middle]), [0, 0, 1]])
    canonical = cv2.warpAffine(values, laid[:2], size, flags=cv2.INTER_LINEAR)
    tile = canonical.reshape(rows, TILE_UNITS, columns, TILE_UNITS).sum(axis=(0, 2))
    return Folded(np.asarray(tile, np.float32), back @ np.linalg.inv(laid))


def placed(folds: Folded, key: HiddenKey) -> Placement:
    """The likeliest place of this key's pilot in a folded tile."""
    maps = np.fft.irfft2(folds.spectra * _pilot_spectrum(key), folds.tile.shape)
    maps /= np.sqrt(np.mean(maps * maps, axis=(1, 2), keepdims=True)) + TINY
    which, down, across = (int(at) for at in np.unravel_index(np.abs(maps).argmax(), maps.shape))
    turns, mirrored = ORIENTATIONS[which]
    value = float(maps[which, down, across])
    to_view = folds.to_view @ _unturned(turns, mirrored=mirrored) @ _moved(across, down)
    return Placement(key, abs(value), turns, mirrored, value < 0, to_view)


def _fitting(values: Floats, lattice: Lattice) -> tuple[Floats, Matrix, Lattice]:
    """The view averaged down to a period that sampling by units does justice, and the way back."""
    back = np.eye(3)
    while lattice.period_px > PERIOD_PX_HALVED:
        height, width = values.shape[0] // 2 * 2, values.shape[1] // 2 * 2
        values = np.asarray(
            cv2.resize(values[:height, :width], (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.float32
        )
        lattice = lattice.halved()
        back = back @ np.array([[2, 0, 0.5], [0, 2, 0.5], [0, 0, 1]])
    return values, back, lattice


@lru_cache(KEYS_CACHED)
def _pilot_spectrum(key: HiddenKey) -> NDArray[np.complex64]:
    return np.conj(np.fft.rfft2(pilot(key))).astype(np.complex64)


def _oriented(tile: Floats, turns: int, mirrored: bool) -> Floats:  # noqa: FBT001  # both are one orientation
    turned = np.rot90(tile, turns)
    return turned[:, ::-1] if mirrored else turned


def _unturned(turns: int, *, mirrored: bool) -> Matrix:
    """From a tile as `_oriented` made it to the tile it was given, in places of its cells (x, y)."""
    last = TILE_UNITS - 1
    quarter = np.array([[0, -1, last], [1, 0, 0], [0, 0, 1]], np.float64)
    mirror = np.array([[-1, 0, last], [0, 1, 0], [0, 0, 1]], np.float64) if mirrored else np.eye(3)
    return np.linalg.matrix_power(quarter, turns) @ mirror


def _moved(across: float, down: float) -> Matrix:
    return np.array([[1, 0, across], [0, 1, down], [0, 0, 1]], np.float64)
