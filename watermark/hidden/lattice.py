"""Where a picture repeats: the step and direction of a square lattice, found without a key.

Promises: candidates for the vector from a tile to its right-hand neighbour, best first, from the autocorrelation of a
whitened view; all multiples of a lattice speak together, so that rows of text or a fence do not pass for one. Leaves
the proof that there is a tile to `folding`, which has the key.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.spectra import TINY, surroundings

Floats = NDArray[np.float32]

CANDIDATES = 10
PERIOD_PX_MIN = 32.0
LAG_PX_MAX = 700
LAG_SHARE = 0.93  # of the shorter side: below a fourteenth of overlap nothing can be seen
PADDED_BELOW_PIXELS = 400_000  # small views are padded to twice their size, so that long steps do not wrap around
FLATTENING_BINS = 25
PEAK_MAX = 5.0  # of a spectrum's bin against its surroundings
LOW, HIGH, FALL = 0.01, 0.22, 0.16  # the band, in cycles per pixel
DIAGONAL_WEIGHT, DOUBLE_WEIGHT = 0.8, 0.6
MULTIPLES = 4
ROUNDS = ((1.5, 0.25), (0.3, 0.05))  # how far and how finely a vector is refined, in pixels


@dataclass(frozen=True)
class Lattice:
    """Step from a tile to the next one along its upper edge, in pixels of the view."""

    x: float
    y: float

    @property
    def period_px(self) -> float:
        """The side of a tile."""
        return float(np.hypot(self.x, self.y))


def candidates(values: Floats) -> list[Lattice]:
    """Likely lattices of a whitened view (H, W), best first, at most CANDIDATES."""
    lags = _lags(values)
    if lags is None:
        return []
    peaks = _peaks(_combined(lags), PERIOD_PX_MIN, LAG_SHARE * min(values.shape))
    return [_refined(lags, x, y) for x, y in peaks]


def _lags(values: Floats) -> Floats | None:
    """Autocorrelation at lags up to ±L both ways, (2L+1, 2L+1), in deviations of noise; None if there is no room."""
    height, width = values.shape
    padding = 2 if height * width < PADDED_BELOW_PIXELS else 1.25
    shape = (cv2.getOptimalDFTSize(int(height * padding)), cv2.getOptimalDFTSize(int(width * padding)))
    reach = min(int(min(height, width) * LAG_SHARE), min(shape) // 2 - 1, LAG_PX_MAX)
    if reach <= PERIOD_PX_MIN:
        return None
    spectrum = np.fft.rfft2(values - values.mean(), shape)
    correlation = np.fft.irfft2(_flattened(np.asarray(np.abs(spectrum) ** 2, np.float32), shape), shape)
    around = np.arange(-reach, reach + 1)
    lags = correlation[np.ix_(around, around)].astype(np.float32)
    overlap = np.outer(np.clip(1 - abs(around) / height, 0.05, 1), np.clip(1 - abs(around) / width, 0.05, 1))
    lags /= np.sqrt(overlap).astype(np.float32)
    return lags / np.float32(1.4826 * np.median(np.abs(lags)) + 1e-12)


def _flattened(power: Floats, shape: tuple[int, int]) -> Floats:
    """Each bin of a half spectrum against its surroundings, so that no direction or texture outshouts the comb."""
    flat = np.minimum(power / (surroundings(power, FLATTENING_BINS) + np.float32(TINY)), PEAK_MAX) - 1
    frequency = np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :])
    gains = np.where((frequency > LOW) & (frequency < HIGH), np.exp(-((frequency / FALL) ** 2)), 0)
    return np.asarray(flat * gains, np.float32)


def _combined(lags: Floats) -> Floats:
    """At each lag, what the square lattice with this step collects: both sides, both diagonals, twice the side."""
    both = np.asarray(cv2.GaussianBlur(lags + np.rot90(lags), (0, 0), 0.7), np.float32)
    diagonal = _turned(both, 2**0.5, np.pi / 4)
    return np.asarray(both + DIAGONAL_WEIGHT * diagonal + DOUBLE_WEIGHT * _turned(both, 2, 0), np.float32)


def _turned(lags: Floats, factor: float, angle: float) -> Floats:
    """At lag v, the value of `lags` at v turned by `angle` and stretched by `factor`; 0 where that is outside."""
    reach = len(lags) // 2
    a, b = factor * np.cos(angle), factor * np.sin(angle)
    way = np.array([[a, -b, reach * (1 - a + b)], [b, a, reach * (1 - b - a)]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(lags, way, lags.shape, flags=flags, borderValue=0), np.float32)


def _peaks(lags: Floats, shortest: float, longest: float) -> list[tuple[float, float]]:
    """The highest local maxima with directions within ±45° of the horizontal: the other quarters are the same."""
    around = np.arange(len(lags)) - len(lags) // 2
    x, y = around[None, :], around[:, None]
    length = np.hypot(x, y)
    wanted = (x > 0) & (abs(y) <= x) & (length >= shortest) & (length <= longest)
    rows, columns = np.nonzero(wanted & (lags >= cv2.dilate(lags, np.ones((7, 7), np.uint8))))
    order = np.argsort(-lags[rows, columns])[:CANDIDATES]
    return [(float(around[columns[at]]), float(around[rows[at]])) for at in order]


def _refined(lags: Floats, x: float, y: float) -> Lattice:
    """The vector near (x, y) whose multiples together lie highest."""
    reach, soft = len(lags) // 2, cv2.GaussianBlur(lags, (0, 0), 1.0)
    steps = [(m, n) for n in range(MULTIPLES + 1) for m in range(-MULTIPLES, MULTIPLES + 1) if n > 0 or m > 0]
    multiples = np.array(steps, np.float32)
    inside = (np.abs(multiples) @ np.ones(2)) * np.hypot(x, y) < reach - 8
    m, n = multiples[inside | (np.arange(len(multiples)) == 0)].T[:, :, None]
    for far, fine in ROUNDS:
        offsets = np.arange(-far, far + fine / 2, fine, dtype=np.float32)
        xs, ys = (grid.ravel()[None, :] for grid in np.meshgrid(x + offsets, y + offsets))
        at_x, at_y = (m * xs - n * ys + reach).astype(np.float32), (m * ys + n * xs + reach).astype(np.float32)
        best = int(cv2.remap(soft, at_x, at_y, cv2.INTER_LINEAR, borderValue=0).sum(axis=0).argmax())
        x, y = float(xs[0, best]), float(ys[0, best])
    return Lattice(x, y)
