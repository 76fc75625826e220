"""A placement made exact: the lattice of a photograph is neither quite square nor quite straight.

Promises: a homography near the given one under which the pilot fits best over all tiles at once, and all tiles summed
under it. Each tile is compared with the pilot once, at small shifts; then only these small maps are looked up, so that
hundreds of homographies cost milliseconds.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.folding import TILES_ACROSS_MAX, Placement
from watermark.hidden.repeating import TILE_UNITS, pilot
from watermark.hidden.spectra import flattened, half_spectra

Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]

REACH_UNITS = 10  # how far a tile may lie from where the placement says
SIGMAS_UNITS = (3.0, 1.5, 0.7)  # from a broad hill to a sharp one
STEPS_UNITS = (4.0, 2.0, 1.0)  # and the steps on it: what the corners move by
SMALLEST_STEP = 0.25
SWEEPS_MAX = 40


@dataclass(frozen=True)
class Summed:
    """The tile (128, 128), upright and in its own sign, and the placement it was taken at."""

    tile: Floats
    placement: Placement


def refined(values: Floats, placement: Placement) -> Summed:
    """The best placement near this one, and what all tiles say under it."""
    grid = _Grid.over(values, placement)
    maps = grid.maps(values, placement)
    warp = _climbed(maps, grid.centres())
    exact = replace(placement, to_view=_warped(placement.to_view, grid, warp))
    total = grid.cells(values, exact.to_view).sum(axis=0)
    return Summed(-total if placement.inverted else total, exact)


@dataclass(frozen=True)
class _Grid:
    """The tiles that a view shows: `rows` × `columns` of them, the first at tile (left, top)."""

    left: int
    top: int
    columns: int
    rows: int

    @classmethod
    def over(cls, values: Floats, placement: Placement) -> "_Grid":
        height, width = values.shape
        corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float64).T
        seen = np.linalg.inv(placement.to_view) @ corners
        tiles = seen[:2] / seen[2] / TILE_UNITS
        low, high = np.floor(tiles.min(axis=1)).astype(int), np.ceil(tiles.max(axis=1)).astype(int)
        count = np.clip(high - low, 1, TILES_ACROSS_MAX)
        low += (high - low - count) // 2
        return cls(int(low[0]), int(low[1]), int(count[0]), int(count[1]))

    def centres(self) -> Matrix:
        """Centres of the tiles (n, 2), from -1 to 1 over the grid."""
        columns = (2 * np.arange(self.columns) + 1) / self.columns - 1
        rows = (2 * np.arange(self.rows) + 1) / self.rows - 1
        return np.stack([grid.ravel() for grid in np.meshgrid(columns, rows)], axis=1)

    def cells(self, values: Floats, to_view: Matrix) -> Floats:
        """Each tile (n, 128, 128) sampled under a homography."""
        origin = np.array([[1, 0, self.left * TILE_UNITS], [0, 1, self.top * TILE_UNITS], [0, 0, 1]], np.float64)
        size = (self.columns * TILE_UNITS, self.rows * TILE_UNITS)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        laid = cv2.warpPerspective(values, to_view @ origin, size, flags=flags)
        apart = laid.reshape(self.rows, TILE_UNITS, self.columns, TILE_UNITS).swapaxes(1, 2)
        return np.asarray(apart.reshape(-1, TILE_UNITS, TILE_UNITS), np.float32)

    def maps(self, values: Floats, placement: Placement) -> Floats:
        """How well each tile fits the pilot at shifts of up to REACH_UNITS: (n, 21, 21), in its own sign."""
        spectra = half_spectra(self.cells(values, placement.to_view))
        power = np.asarray((np.abs(spectra) ** 2).sum(axis=0), np.float32)
        known = flattened(np.conj(np.fft.rfft2(pilot(placement.key))), power)
        near = np.ix_(*2 * [np.arange(-REACH_UNITS, REACH_UNITS + 1)])
        fits = np.stack([np.fft.irfft2(each * known, (TILE_UNITS, TILE_UNITS))[near] for each in spectra])
        return np.asarray(-fits if placement.inverted else fits, np.float32)


def _climbed(maps: Floats, centres: Matrix) -> Matrix:
    """The warp (8,) at which the maps, looked up at each tile's shift, sum highest: one number after the other."""
    basis, warp = _basis(centres), np.zeros(8)
    for sigma, step in zip(SIGMAS_UNITS, STEPS_UNITS, strict=True):
        hills = np.stack([cv2.GaussianBlur(each, (0, 0), sigma) for each in maps])
        warp = _ascended(hills, basis, warp, step)
    return warp


def _ascended(hills: Floats, basis: Matrix, warp: Matrix, step: float) -> Matrix:
    best = float(_heights(hills, basis, warp[None])[0])
    for _ in range(SWEEPS_MAX):
        before = best
        for at in range(len(warp)):
            tried = np.stack([warp, warp])
            tried[:, at] += (step, -step)
            heights = _heights(hills, basis, tried)
            higher = int(heights.argmax())
            if heights[higher] > best:
                best, warp = float(heights[higher]), tried[higher]
        if best == before:
            step /= 2
            if step < SMALLEST_STEP:
                break
    return warp


def _basis(centres: Matrix) -> Matrix:
    """Shifts of each tile (8, n, 2) for one unit of each parameter: the terms of a homography near the identity."""
    u, v = centres.T
    zero, one = np.zeros_like(u), np.ones_like(u)
    terms = [(one, zero), (zero, one), (u, zero), (v, zero), (zero, u), (zero, v), (u * u, u * v), (u * v, v * v)]
    return np.stack([np.stack(term, axis=1) for term in terms])


def _heights(hills: Floats, basis: Matrix, warps: Matrix) -> Matrix:
    """Of each warp (n, 8), the sum over all tiles of the hill under its shift, interpolated: (n,).

    A tile out of reach counts nothing.
    """
    shifts = (warps @ basis.reshape(len(basis), -1)).reshape(len(warps), -1, 2) + REACH_UNITS
    x, y = shifts[:, :, 0], shifts[:, :, 1]
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    right_share, lower_share = x - left, y - top
    last, side = 2 * REACH_UNITS - 1, 2 * REACH_UNITS + 1
    inside = (left >= 0) & (left <= last) & (top >= 0) & (top <= last)
    row, column = (np.minimum(np.maximum(each, 0), last) for each in (top, left))  # np.clip takes three times as long
    at = np.arange(len(hills)) * (side * side) + row * side + column
    flat = hills.ravel()
    upper = flat[at] * (1 - right_share) + flat[at + 1] * right_share
    lower = flat[at + side] * (1 - right_share) + flat[at + side + 1] * right_share
    return np.asarray(((upper * (1 - lower_share) + lower * lower_share) * inside).sum(axis=1), np.float64)


def _warped(to_view: Matrix, grid: _Grid, warp: Matrix) -> Matrix:
    """`to_view` after the warp, as the homography through the shifted corners of the grid."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float64)
    shifts = np.tensordot(warp, _basis(corners), axes=1)
    half = np.array([grid.columns, grid.rows]) * TILE_UNITS / 2
    places = np.array([grid.left, grid.top]) * TILE_UNITS + half * (corners + 1)
    moved = cv2.getPerspectiveTransform(places.astype(np.float32), (places + shifts).astype(np.float32))
    return np.asarray(to_view @ moved, np.float64)
