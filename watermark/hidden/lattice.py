"""Where a picture repeats: the steps of a lattice from tile to tile, found without a key.

Promises: likely lattices, best first, from the autocorrelation of a whitened view: square ones, or, for a part of a
photograph taken at a slant, any that are nearly square. All multiples of a lattice speak together, so that rows of text
or a fence do not pass for one. Leaves the proof that there is a tile to `folding`, which has the key.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.spectra import TINY, even_dft_size, power, surroundings

Floats = NDArray[np.float32]

CANDIDATES = 10
UPRIGHT = 8  # besides, lattices that are not turned, as most screenshots and cut pictures have them
PERIOD_PX_MIN = 32.0
LAG_PX_MAX = 700
LAG_SHARE = 0.93  # of the shorter side: below a fourteenth of overlap nothing can be seen
PADDED_BELOW_PIXELS = 400_000  # small views are padded to twice their size, so that long steps do not wrap around
FLATTENING_BINS = 25
GAINS_CACHED = 4  # the whole, in half size and its parts have three shapes
PEAK_MAX = 5.0  # of a spectrum's bin against its surroundings
LOW, HIGH, FALL = 0.01, 0.22, 0.16  # the band, in cycles per pixel
DIAGONAL_WEIGHT, DOUBLE_WEIGHT = 0.8, 0.6
MULTIPLES = 4
PEAKS = 24
STRETCH_MAX, SKEW_MAX = (
    0.2,
    0.25,
)  # of a pair: the logarithm of its sides' ratio, and the sine that it lacks of a right angle
COLLECTED = ((1, 0, 1.0), (0, 1, 1.0), (1, 1, 0.8), (1, -1, 0.8), (2, 0, 0.6), (0, 2, 0.6))  # steps and their weights
UPRIGHT_STEP_PX = 0.25
UPRIGHT_APART_PX = 1.0
UPRIGHT_MULTIPLES = tuple((right, down) for down in range(5) for right in range(-4, 5) if (down, right) > (0, 0))
OUTLIER = 4.0  # deviations: what repeats strongly by itself, as a visible mark does, counts no more at any one step
SAMPLED = 4  # every so many lags tell their deviation
ROUNDS = ((1.5, 0.25), (0.3, 0.05))  # how far and how finely a vector is refined, in pixels


@dataclass(frozen=True)
class Lattice:
    """Steps from a tile to the next along its upper edge, `right`, and to the one below, `down`: (x, y) in pixels."""

    right: tuple[float, float]
    down: tuple[float, float]

    @classmethod
    def square(cls, x: float, y: float) -> "Lattice":
        """The lattice whose step down is the step right, turned by a quarter."""
        return cls((x, y), (-y, x))

    @property
    def period_px(self) -> float:
        """The side of a square tile of the same area."""
        return float(abs(self.right[0] * self.down[1] - self.right[1] * self.down[0]) ** 0.5)

    def halved(self) -> "Lattice":
        """This lattice in a view of half the size."""
        return Lattice((self.right[0] / 2, self.right[1] / 2), (self.down[0] / 2, self.down[1] / 2))


def candidates(values: Floats, *, skewed: bool = False) -> list[Lattice]:
    """Likely lattices of a whitened view (H, W), at most CANDIDATES + UPRIGHT; `skewed` takes nearly square ones.

    The likeliest come first, then the likeliest of those that are not turned.
    """
    lags = _lags(values)
    if lags is None:
        return []
    longest = LAG_SHARE * min(values.shape)
    if skewed:
        return _pairs(lags, longest)
    turned = [_refined(lags, x, y) for x, y in _peaks(_combined(lags), longest)[:CANDIDATES]]
    return turned + [Lattice.square(period, 0.0) for period in _upright(lags, longest)]


def _upright(lags: Floats, longest: float) -> list[float]:
    """Periods of a square lattice that is not turned, of which the most multiples lie high: none of them decides.

    A pattern that repeats with a greater contrast than the mark, as a visible mark does, has few multiples in common
    with the mark's lattice, and would outshout it by these.
    """
    reach, soft = len(lags) // 2, cv2.GaussianBlur(lags, (0, 0), 1.0)
    deviation = 1.4826 * float(np.median(np.abs(soft[::SAMPLED, ::SAMPLED]))) + TINY
    periods = np.arange(PERIOD_PX_MIN, longest, UPRIGHT_STEP_PX, dtype=np.float32)
    right, down = np.array(UPRIGHT_MULTIPLES, np.float32).T[:, :, None]
    x, y = right * periods, down * periods
    found = cv2.remap(soft, x + reach, y + reach, cv2.INTER_LINEAR, borderValue=0) / np.float32(deviation)
    inside = np.maximum(abs(x), abs(y)) < reach
    height = (np.clip(found, -OUTLIER / 2, OUTLIER) * inside).sum(axis=0) / np.sqrt(np.maximum(inside.sum(axis=0), 1))
    best: list[float] = []
    for period in periods[np.argsort(-height)]:
        if all(abs(period - other) > UPRIGHT_APART_PX for other in best):
            best.append(float(period))
        if len(best) == UPRIGHT:
            break
    return best


def _lags(values: Floats) -> Floats | None:
    """Autocorrelation at lags up to ±L both ways, (2L+1, 2L+1), in any scale; None if there is no room."""
    height, width = values.shape
    padding = 2 if height * width < PADDED_BELOW_PIXELS else 1.25
    shape = (even_dft_size(int(height * padding)), even_dft_size(int(width * padding)))
    reach = min(int(min(height, width) * LAG_SHARE), min(shape) // 2 - 1, LAG_PX_MAX)
    if reach <= PERIOD_PX_MIN:
        return None
    spectrum = power(np.asarray(values - values.mean(), np.float32), shape)
    correlation = np.fft.irfft2(_flattened(spectrum, shape), shape)
    around = np.arange(-reach, reach + 1)
    lags = correlation[np.ix_(around, around)].astype(np.float32)
    overlap = np.outer(np.clip(1 - abs(around) / height, 0.05, 1), np.clip(1 - abs(around) / width, 0.05, 1))
    return np.asarray(lags / np.sqrt(overlap).astype(np.float32), np.float32)


def _flattened(spectrum: Floats, shape: tuple[int, int]) -> Floats:
    """Each bin of a half spectrum against its surroundings, so that no direction or texture outshouts the comb."""
    flat = np.minimum(spectrum / (surroundings(spectrum, FLATTENING_BINS) + np.float32(TINY)), PEAK_MAX) - 1
    return np.asarray(flat * _gains(shape), np.float32)


@lru_cache(GAINS_CACHED)
def _gains(shape: tuple[int, int]) -> Floats:
    """What of each bin counts."""
    frequency = np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :])
    return np.where((frequency > LOW) & (frequency < HIGH), np.exp(-((frequency / FALL) ** 2)), 0).astype(np.float32)


def _combined(lags: Floats) -> Floats:
    """At each lag from 0 to the right, what the square lattice with this step collects: (2L+1, L+1).

    Both sides, both diagonals, twice the side.
    """
    both = np.asarray(cv2.GaussianBlur(lags + np.rot90(lags), (0, 0), 0.7), np.float32)
    diagonal, double = _turned(both, 2**0.5, np.pi / 4), _turned(both, 2, 0)
    return np.asarray(_rightward(both) + DIAGONAL_WEIGHT * diagonal + DOUBLE_WEIGHT * double, np.float32)


def _rightward(lags: Floats) -> Floats:
    """Those with x from 0 up: the others say the same."""
    return lags[:, len(lags) // 2 :]


def _turned(lags: Floats, factor: float, angle: float) -> Floats:
    """At each lag v to the right, `lags` at v turned by `angle` and stretched by `factor`; 0 where that is outside."""
    reach = len(lags) // 2
    a, b = factor * np.cos(angle), factor * np.sin(angle)
    way = np.array([[a, -b, reach * (1 + b)], [b, a, reach * (1 - a)]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(lags, way, (reach + 1, len(lags)), flags=flags, borderValue=0), np.float32)


def _peaks(lags: Floats, longest: float) -> NDArray[np.float32]:
    """The highest local maxima (n, 2) as (x, y) of lags to the right (2L+1, L+1), within 45° of the horizontal."""
    x, y = np.arange(lags.shape[1])[None, :], np.arange(len(lags))[:, None] - len(lags) // 2
    squared = x * x + y * y
    wanted = (abs(y) <= x) & (squared >= PERIOD_PX_MIN**2) & (squared <= longest**2)
    rows, columns = np.nonzero(wanted & (lags >= cv2.dilate(lags, np.ones((7, 7), np.uint8))))
    order = np.argsort(-lags[rows, columns])[:PEAKS]
    return np.stack([columns[order], rows[order] - len(lags) // 2], axis=1).astype(np.float32)


def _pairs(lags: Floats, longest: float) -> list[Lattice]:
    """Pairs of one peak across and one down that span nearly a square, whose multiples together lie highest."""
    soft = np.asarray(cv2.GaussianBlur(lags, (0, 0), 1.5), np.float32)
    across = _peaks(_rightward(soft), longest)
    downward = _peaks(np.ascontiguousarray(_rightward(np.rot90(soft))), longest) @ np.array(
        [[0, 1], [-1, 0]], np.float32
    )
    if not len(across) or not len(downward):
        return []
    right, down = np.repeat(across, len(downward), axis=0), np.tile(downward, (len(across), 1))
    lengths = np.linalg.norm(right, axis=1) / np.linalg.norm(down, axis=1)
    sine = np.abs((right * down).sum(axis=1)) / (np.linalg.norm(right, axis=1) * np.linalg.norm(down, axis=1))
    fit = (np.abs(np.log(lengths)) < STRETCH_MAX) & (sine < SKEW_MAX)
    if not fit.any():
        return []
    right, down = right[fit], down[fit]
    best = np.argsort(-_collected(soft, right, down))[:CANDIDATES]
    return [
        Lattice((float(x), float(y)), (float(u), float(v)))
        for (x, y), (u, v) in zip(right[best], down[best], strict=True)
    ]


def _collected(soft: Floats, right: Floats, down: Floats) -> Floats:
    """What the first multiples of each pair (n, 2) find: (n,)."""
    total = np.zeros(len(right), np.float32)
    for m, n, weight in COLLECTED:
        at = m * right + n * down + len(soft) // 2
        x, y = np.ascontiguousarray(at.T)[:, None, :]
        total += weight * cv2.remap(soft, x, y, cv2.INTER_LINEAR, borderValue=0)[0]
    return total


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
    return Lattice.square(x, y)
