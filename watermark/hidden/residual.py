"""What a suspect holds that its original does not explain.

Promises: contrast, brightness, blur, sharpening and shifts of a fraction of a unit are taken out by regression on the
original, block by block, with so few terms that a pattern stays; what is left comes with the weight each place
deserves. Leaves what the rest means to who reads it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.alignment import Aligned

Floats = NDArray[np.float32]

HIGH_PASS_UNITS = 6.0  # patterns are finer, light and stamps are mostly coarser
BLURS_UNITS = (1.2, 2.6)
BLOCK_UNITS = 16
RIDGE = 4.0  # levels²: where the original is flat there is nothing to explain
NOISE_UNITS = 3.0
NOISE_FLOOR = 0.35  # levels²: rounding, and what compression leaves of flat areas
OUTLIER = 3.0  # standard deviations


@dataclass(frozen=True)
class Residual:
    """On the canvas: `levels` left unexplained, clipped to what noise does, and the inverse `variance` of each place.

    Zero weight where the suspect says nothing.
    """

    levels: Floats
    weight: Floats


def unexplained(original: Floats, seen: Aligned) -> Residual:
    """Of `seen`, what is not the original (rows, columns; levels of 255)."""
    valid = cv2.erode(seen.valid, np.ones((5, 5), np.uint8))
    wanted = _high(seen.grey * seen.valid + original * (1 - seen.valid)) * valid
    terms = [each * valid for each in _terms(original)]
    rest = wanted - _explained(wanted, terms)
    variance = cv2.GaussianBlur(rest * rest, (0, 0), NOISE_UNITS) / np.maximum(
        cv2.GaussianBlur(valid, (0, 0), NOISE_UNITS), 0.05
    )
    variance = variance + NOISE_FLOOR
    limit = OUTLIER * np.sqrt(variance)
    return Residual(np.clip(rest, -limit, limit).astype(np.float32), (valid / variance).astype(np.float32))


def _terms(original: Floats) -> list[Floats]:
    along, across = cv2.Sobel(original, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(original, cv2.CV_32F, 0, 1) / 8
    blurred = [cv2.GaussianBlur(original, (0, 0), each) for each in BLURS_UNITS]
    return [_high(np.asarray(each, np.float32)) for each in (original, *blurred, along, across)]


def _explained(wanted: Floats, terms: list[Floats]) -> Floats:
    """The least-squares fit of `terms` to `wanted`, its coefficients varying smoothly from block to block."""
    rows, columns = wanted.shape
    grid = (max(1, columns // BLOCK_UNITS), max(1, rows // BLOCK_UNITS))
    count = len(terms)
    normal = np.empty((grid[1], grid[0], count, count), np.float64)
    right = np.empty((grid[1], grid[0], count, 1), np.float64)
    for i, one in enumerate(terms):
        right[:, :, i, 0] = _pooled(one * wanted, grid)
        for j in range(i, count):
            normal[:, :, i, j] = normal[:, :, j, i] = _pooled(one * terms[j], grid)
    normal += np.eye(count) * RIDGE / BLOCK_UNITS
    solved = np.linalg.solve(normal, right)[..., 0].astype(np.float32)
    fit = np.zeros_like(wanted)
    for i, one in enumerate(terms):
        fit += one * cv2.resize(np.ascontiguousarray(solved[:, :, i]), (columns, rows), interpolation=cv2.INTER_LINEAR)
    return fit


def _pooled(product: Floats, grid: tuple[int, int]) -> Floats:
    pooled = cv2.resize(product, grid, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.blur(pooled, (3, 3)), np.float32)


def _high(levels: Floats) -> Floats:
    return np.asarray(levels - cv2.GaussianBlur(levels, (0, 0), HIGH_PASS_UNITS), np.float32)
