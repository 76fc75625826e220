"""Lines of text in a picture, by RapidOCR, whose models come with its wheel.

Promises: lines in reading order with their boxes; nothing is fetched from anywhere, nothing is written. Two threads,
which are started when it is made: it is made before the process gives up starting any. Leaves how much memory and time
it may take to the process, some 1 GiB and some seconds for a dense page.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidocr import RapidOCR

from compliance.detecting.model import Box
from compliance.reading.numbers import box_within

THREADS = 2
SURE_FROM = 0.5
SIDE_MAX_PX = 2000
SAME_LINE = 0.5  # of the lower of two lines, above which they stand beside each other
WARM_UP_PX = (96, 320, 3)

Line = tuple[str, Box, float]


class Recogniser:
    """Of one process."""

    def __init__(self) -> None:
        cv2.setNumThreads(1)
        self._engine = RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.use_cls": False,  # whether a line is upside down: pages come upright
                "Global.text_score": SURE_FROM,
                "Global.max_side_len": SIDE_MAX_PX,
                "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )
        warm = np.full(WARM_UP_PX, 255, np.uint8)
        cv2.putText(warm, "SealShare", (10, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (0, 0, 0), 3)
        self.lines(warm)

    def lines(self, rgb: NDArray[np.uint8]) -> list[Line]:
        """Text, box in thousandths, and how sure it is, from 0 to 1."""
        found: Any = self._engine(np.ascontiguousarray(rgb[:, :, ::-1]))
        if found.boxes is None or found.txts is None:
            return []
        height, width = rgb.shape[:2]
        lines = [
            (str(text), _box(corners, width, height), float(score))
            for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        ]
        return in_reading_order(lines)


def in_reading_order(lines: list[Line]) -> list[Line]:
    """From the top down, and from the left where lines stand beside each other."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda each: each[1][1]):
        if rows and _beside(rows[-1][0][1], line[1]):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda each: each[1][0])]


def _beside(one: Box, other: Box) -> bool:
    shared = min(one[3], other[3]) - max(one[1], other[1])
    return shared > SAME_LINE * min(one[3] - one[1], other[3] - other[1])


def _box(corners: Any, width: int, height: int) -> Box:
    points = np.asarray(corners, np.float64)
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return box_within(x0, y0, x1, y1, width, height)
