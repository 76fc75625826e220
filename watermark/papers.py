"""The hidden mark for a vector PDF: a grey picture that every page is multiplied with.

Promises: the copy's mark on white paper, laid out on the canvas of the document's first page, so that a page of that
shape registers to its own image. White paper bears the same everywhere, so the layers are made at the size that is
wanted, and never as large as the canvas. Leaves where the picture stands on a page to `templates`.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from watermark.hidden import Carrier, patterns_of
from watermark.hidden.carrier import STEPS_PER_LEVEL, canvas_size
from watermark.sealing import MARKED_SHORT_SIDE_MIN_PX, Mark
from watermark.templates import SlotMap

WHITE = 255
SAMPLE_PX = 32


@dataclass(frozen=True)
class _Paper:
    """What white paper bears anywhere, and by how much it is lowered: levels of 255."""

    amplitude: float
    shift: float


def hidden_picture(slot_map: SlotMap, mark: Mark, page_px: tuple[int, int]) -> bytes:
    """The grey pixels of the HIDDEN slot: white paper with the mark, for a document whose first page has this size."""
    size = (slot_map.hidden_width_px, slot_map.hidden_height_px)
    if min(page_px) < MARKED_SHORT_SIDE_MIN_PX:
        return bytes([WHITE]) * (size[0] * size[1])
    canvas, paper = canvas_size(*page_px), _paper()
    across = (size[0] < size[1]) != (canvas[0] < canvas[1])  # the first page lies across the others
    patterns = patterns_of(mark.copy_id, mark.key, mark.asset, canvas, size[::-1] if across else size)
    upright = np.ascontiguousarray(patterns.T) if across else patterns
    return cv2.addWeighted(upright, paper.amplitude, upright, 0, WHITE - paper.shift, dtype=cv2.CV_8U).tobytes()


@lru_cache(1)
def _paper() -> _Paper:
    """As any carrier of nothing but white has it."""
    carrier = Carrier.of(np.full((SAMPLE_PX, SAMPLE_PX), WHITE, np.uint8))
    return _Paper(float(carrier.amplitude[0, 0]) / STEPS_PER_LEVEL, float(carrier.shift[0, 0]) / STEPS_PER_LEVEL)
