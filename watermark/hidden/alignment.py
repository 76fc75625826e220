"""A suspect brought onto the canvas of its original, to a fraction of a unit.

Promises: the suspect's grey levels on the canvas, and where it says anything. A smooth field of small shifts follows
what a homography can't: lenses, printers, paper that isn't flat. Leaves finding the homography to `registration`.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.registration import Matrix, Placement, scale_of

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

OVERSAMPLED = 1.3  # suspect pixels per unit that are worth sampling from
ROUNDS = 2  # the first round removes what the second would be confused by
SHIFT_MAX = 10.0  # units; beyond this it is not the place that is wrong but the flow
SMOOTH_UNITS = 20.0
REDUCED = 4  # units per cell that is smoothed
EDGE_LEVELS = 3.0  # an edge weaker than this does not tell where it is
MARGIN_PX = 2.0


@dataclass(frozen=True)
class Aligned:
    """`grey` (rows, columns) on the original's canvas, and `valid`: 1 where the suspect covers it, 0 elsewhere."""

    grey: Floats
    valid: Floats


def align(suspect: Pixels, original: Floats, placement: Placement) -> Aligned:
    """The grey suspect on the canvas of `original` (rows, columns; levels of 255)."""
    grey = 255 - suspect if placement.inverted else suspect
    grey, homography = _resolved(grey, placement.homography, original.shape)
    trust = _edges(original)
    shift = np.zeros((*original.shape, 2), np.float32)
    seen = _sampled(grey, homography, shift)
    for _ in range(ROUNDS):
        shift = shift + _flow(original, seen, trust)
        seen = _sampled(grey, homography, shift)
    return seen


def _resolved(grey: Pixels, homography: Matrix, shape: tuple[int, ...]) -> tuple[Pixels, Matrix]:
    """The suspect shrunk by area to about the canvas' own scale, so that sampling does not alias."""
    rows, columns = shape[:2]
    factor = OVERSAMPLED / scale_of(homography, (columns / 2, rows / 2))
    if factor >= 1:
        return grey, homography
    size = (max(2, round(grey.shape[1] * factor)), max(2, round(grey.shape[0] * factor)))
    along, across = size[0] / grey.shape[1], size[1] / grey.shape[0]
    scaling = np.array([[along, 0, (along - 1) / 2], [0, across, (across - 1) / 2], [0, 0, 1]])
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.uint8), scaling @ homography


def _sampled(grey: Pixels, homography: Matrix, shift: Floats) -> Aligned:
    rows, columns = shift.shape[:2]
    across, along = np.mgrid[0:rows, 0:columns].astype(np.float32)
    points = np.stack([along, across], axis=2) + shift
    at = cv2.perspectiveTransform(points.reshape(-1, 1, 2), homography).reshape(rows, columns, 2)
    x, y = np.ascontiguousarray(at[:, :, 0]), np.ascontiguousarray(at[:, :, 1])
    sampled = cv2.remap(grey.astype(np.float32), x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    inside = (x > MARGIN_PX) & (x < grey.shape[1] - 1 - MARGIN_PX) & (y > MARGIN_PX)
    return Aligned(sampled.astype(np.float32), (inside & (y < grey.shape[0] - 1 - MARGIN_PX)).astype(np.float32))


def _flow(original: Floats, seen: Aligned, trust: Floats) -> Floats:
    """Shifts (rows, columns, 2) in units from the original to what is seen, smoothed over where there are edges."""
    here, there = _byte(original), _byte(seen.grey * seen.valid + original * (1 - seen.valid))
    still = np.zeros((*original.shape, 2), np.float32)
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST).calc(here, there, still)
    weight = trust * cv2.erode(seen.valid, np.ones((9, 9), np.uint8)) * (np.abs(flow).max(axis=2) < SHIFT_MAX)
    rows, columns = original.shape
    small = (max(1, columns // REDUCED), max(1, rows // REDUCED))
    sums, trusted = (
        cv2.GaussianBlur(cv2.resize(each, small, interpolation=cv2.INTER_AREA), (0, 0), SMOOTH_UNITS / REDUCED)
        for each in (flow * weight[:, :, None], weight)
    )
    smooth = sums / (trusted + 1e-3 * float(weight.mean()) + 1e-6)[:, :, None]
    return np.asarray(cv2.resize(smooth, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)


def _edges(original: Floats) -> Floats:
    soft = cv2.GaussianBlur(original, (0, 0), 1.0)
    along, across = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    strength = np.sqrt(along * along + across * across) / 4
    return np.asarray(np.minimum(np.where(strength > EDGE_LEVELS, strength, 0), 40), np.float32)


def _byte(levels: Floats) -> Pixels:
    return np.clip(levels, 0, 255).astype(np.uint8)
