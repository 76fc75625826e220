"""A viewer's copy of a PDF in each level, with both marks, as the exit makes it, but without a server or a store."""

from collections.abc import Iterator
from contextlib import closing

import numpy as np

from tests.unit.watermark.test_flattened import SPARE_BYTES, Page, whole
from watermark.bases import Base
from watermark.flattened import PagePlan
from watermark.hidden import HiddenKey
from watermark.look import STANDARD, Look
from watermark.papers import hidden_picture
from watermark.pdf import PdfDocument
from watermark.sealing import Mark, sealed
from watermark.stamp import Stamp
from watermark.templates import Level, apply, patches
from watermark.templates.preparing import prepare

FLATTENED = "flattened"
LEVELS = (*(level.value for level in Level), FLATTENED)
MARK = Mark(0x5EA1_0000_0001, HiddenKey(1, bytes(range(32))), b"a" * 32)
FILE_ID = bytes(range(16))


def copy_of(source: bytes, level: str, stamp: Stamp, look: Look = STANDARD, short_side_px: int = 200) -> bytes:
    """All of it; pages that become pictures, or that the hidden mark is laid out for, have this shorter side."""
    with closing(PdfDocument(source, pages_max=100)) as opened:
        if level == FLATTENED:
            return whole(*_flattened(opened, stamp, look, short_side_px), file_id=FILE_ID)
        width, height = opened.size_pt(1)
    template, slot_map = prepare(source, level=Level(level))
    scale = short_side_px / min(width, height)
    hidden = hidden_picture(slot_map, MARK, (round(width * scale), round(height * scale)))
    return apply(patches(slot_map, stamp, look, file_id=FILE_ID, hidden=hidden), 0, template)


def _flattened(opened: PdfDocument, stamp: Stamp, look: Look, short_side_px: int) -> Iterator[Page]:
    """Pages with more room than they need, as most have."""
    for number in range(1, opened.page_count + 1):
        width, height = opened.size_pt(number)
        drawn = opened.render(number, round(short_side_px * max(width, height) / min(width, height))).image
        base = Base(np.asarray(drawn.convert("RGB")), drawn.size)
        jpeg = sealed(base, stamp, look, MARK, "image/jpeg")
        yield PagePlan(*drawn.size, width, height, len(jpeg) + SPARE_BYTES), jpeg
