"""The hidden picture of a vector PDF."""

import cv2
import numpy as np
import pytest

from watermark.hidden import Carrier, HiddenKey
from watermark.hidden.carrier import canvas_size
from watermark.hidden.embedding import change_of
from watermark.papers import WHITE, hidden_picture
from watermark.sealing import Mark
from watermark.templates import Level, SlotMap

MARK = Mark(123_456_789, HiddenKey(1, bytes(range(32))), bytes(32))


def slot_map(width_px: int, height_px: int) -> SlotMap:
    """Of a template whose hidden picture has this shape."""
    return SlotMap("0" * 32, Level.SHARED, 1000, 1, (), width_px, height_px, ())


@pytest.mark.parametrize(
    ("page_px", "size"),
    [
        ((1412, 2000), (384, 544)),
        ((1414, 2000), (384, 543)),
        ((2000, 1125), (683, 384)),
        ((2000, 1412), (384, 544)),
        ((300, 420), (384, 538)),
        ((1000, 2000), (250, 500)),
    ],
    ids=["half", "A4", "slides", "across", "enlarged", "a third"],
)
def test_it_is_what_a_white_page_bears(page_px: tuple[int, int], size: tuple[int, int]) -> None:
    """The same, to a level of 255, as marking a canvas of white paper and reducing it."""
    columns, rows = canvas_size(*page_px)
    paper = Carrier.of(np.full((rows, columns), WHITE, np.uint8))
    change = change_of(paper, MARK.copy_id, MARK.key, MARK.asset)
    upright = change.T if (size[0] < size[1]) != (columns < rows) else change
    expected = WHITE + cv2.resize(np.ascontiguousarray(upright), size, interpolation=cv2.INTER_AREA)
    found = np.frombuffer(hidden_picture(slot_map(*size), MARK, page_px), np.uint8).reshape(size[::-1])

    assert np.abs(found - np.clip(np.round(expected), 0, WHITE)).max() <= 1
    assert found.std() > 0.5


def test_a_page_too_small_for_a_mark_is_white() -> None:
    """Nothing is multiplied into it."""
    assert hidden_picture(slot_map(3, 2), MARK, (150, 100)) == bytes([WHITE]) * 6
