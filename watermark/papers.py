"""The hidden mark for a vector PDF: a grey picture that every page is multiplied with.

Promises: the copy's mark on white paper, on the canvas of the document's first page, so that a page of that shape
registers to its own image. Leaves where it stands on a page to `templates`.
"""

from functools import lru_cache

import cv2
import numpy as np

from watermark.bases import Base
from watermark.hidden.carrier import canvas_size
from watermark.sealing import Mark
from watermark.templates import SlotMap

WHITE = 255
PAPERS_KEPT = 8  # of 4 MB for an A4 page


def hidden_picture(slot_map: SlotMap, mark: Mark, page_px: tuple[int, int]) -> bytes:
    """The grey pixels of the HIDDEN slot: white paper with the mark, for a document whose first page has this size."""
    columns, rows = canvas_size(*page_px)
    grey = np.ascontiguousarray(mark.onto(_paper(page_px))[..., 0])
    size = (slot_map.hidden_width_px, slot_map.hidden_height_px)
    if (size[0] < size[1]) != (columns < rows):
        grey = np.ascontiguousarray(grey.T)  # the first page lies across the others
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA).tobytes()


@lru_cache(PAPERS_KEPT)
def _paper(page_px: tuple[int, int]) -> Base:
    """White paper on the canvas of such a page; how much of a mark it bears is reckoned once for all viewers."""
    columns, rows = canvas_size(*page_px)
    return Base(np.full((rows, columns, 3), WHITE, np.uint8), page_px)
