"""The hidden mark for a vector PDF: a grey picture that every page is multiplied with.

Promises: the copy's mark on white paper, on the canvas of the document's first page, so that a page of that shape
registers to its own image. Leaves where it stands on a page to `templates`.
"""

from functools import lru_cache

import cv2
import numpy as np

from watermark.hidden import Carrier
from watermark.hidden.carrier import canvas_size
from watermark.sealing import Mark
from watermark.templates import SlotMap

WHITE = 255
PAPERS_KEPT = 8  # of 4 MB for an A4 page


def hidden_picture(slot_map: SlotMap, mark: Mark, page_px: tuple[int, int]) -> bytes:
    """The grey pixels of the HIDDEN slot: white paper with the mark, for a document whose first page has this size."""
    columns, rows = canvas_size(*page_px)
    change = mark.on_paper(_paper(page_px))
    size = (slot_map.hidden_width_px, slot_map.hidden_height_px)
    if (size[0] < size[1]) != (columns < rows):
        change = np.ascontiguousarray(change.T)  # the first page lies across the others
    reduced = cv2.resize(change, size, interpolation=cv2.INTER_AREA)
    return cv2.addWeighted(reduced, 1, reduced, 0, WHITE, dtype=cv2.CV_8U).tobytes()


@lru_cache(PAPERS_KEPT)
def _paper(page_px: tuple[int, int]) -> Carrier:
    """White paper on the canvas of such a page; how much of a mark it bears is reckoned once for all viewers."""
    columns, rows = canvas_size(*page_px)
    return Carrier.of(np.full((rows, columns), WHITE, np.uint8))
