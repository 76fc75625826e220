"""The mark on every page of a sealed PDF, read back by a program that reads.

Every other sample in Chinese, the others in Latin; `make whole` has all of them in both.
"""

from collections.abc import Iterator
from contextlib import closing
from functools import cache

import pytest
from PIL import Image

from tests.brochure import brochure
from tests.contract.readers.levels import FLATTENED, copy_of
from tests.ocr import read_line
from tests.unit.watermark.templates.odd_pdfs import ALL
from tests.unit.watermark.templates.viewers import OUYANG, SMITH, Template
from watermark import geometry
from watermark.look import PRESETS
from watermark.pdf import PdfDocument
from watermark.stamp import Stamp
from watermark.templates import Level
from watermark.templates.preparing import prepare

SHORT_SIDE_PX = 1240
FOOTER_SHORT_SIDE_PX = 900
STRONG = PRESETS["strong"]
FACTS = {
    OUYANG: ("欧阳明慧", "上海静安门诊部", "5678", "7780108f"),
    SMITH: ("JeanSmith", "PudongClinic", "1234", "00ff17ab"),
}


@cache
def template() -> Template:
    """Three pages without words of their own: upright, turned, cropped; both levels have the mark of the shared one."""
    return Template(*prepare(brochure(words=""), level=Level.SHARED))


def drawn(pdf: bytes, short_side_px: int = SHORT_SIDE_PX) -> Iterator[Image.Image]:
    """The pages as a reader shows them."""
    with closing(PdfDocument(pdf, pages_max=10)) as opened:
        for page in range(1, opened.page_count + 1):
            width, height = opened.size_pt(page)
            yield opened.render(page, round(short_side_px * max(width, height) / min(width, height))).image


def footer_of(seen: Image.Image, stamp: Stamp) -> Image.Image:
    """The strip of a page in which all facts stand."""
    planned = geometry.footer(stamp.footer, *seen.size, em_min=0)
    left, lower = planned.margin, seen.height - planned.margin
    return seen.crop((left, lower - planned.height, left + planned.width, lower))


@pytest.mark.parametrize(
    ("first", "stamp", "level"),
    [(0, OUYANG, Level.INTERLEAVED), (1, SMITH, FLATTENED)],
    ids=["Chinese", "Latin"],
)
def test_the_footer_can_be_read_on_every_page_of_every_sample(
    first: int, stamp: Stamp, level: str, *, whole: bool
) -> None:
    """Upright, turned, cropped, huge, tiny, damaged, with pages that leak what they drew: all facts, at the lower left.

    Outlines of Chinese and pixels of Latin; the shared level's mark is part of the interleaved one.
    """
    illegible, samples = {}, list(({"brochure": brochure()} | ALL).items())
    for name, source in samples if whole else samples[first::2]:
        copy = copy_of(source, level, stamp, short_side_px=FOOTER_SHORT_SIDE_PX)
        for number, seen in enumerate(drawn(copy, FOOTER_SHORT_SIDE_PX), 1):
            text = read_line(footer_of(seen, stamp))
            if missing := [each for each in FACTS[stamp] if each not in text]:
                illegible[name, number] = missing, text

    assert {} == illegible


@pytest.mark.parametrize(("stamp", "page"), [(OUYANG, 1), (OUYANG, 2), (OUYANG, 3), (SMITH, 1)])
def test_the_tiled_letters_can_be_read_on_every_page(stamp: Stamp, page: int) -> None:
    """The block nearest to the middle, turned upright, gives the name."""
    seen = list(drawn(template().copy(stamp, STRONG)))[page - 1]
    planned = geometry.setting(STRONG.lines(stamp), STRONG, *seen.size, em_min=0)
    centres = planned.centres(*seen.size)
    x, y = min(centres, key=lambda at: abs(at[0] - seen.width / 2) + abs(at[1] - seen.height / 3))
    upright = seen.rotate(-planned.angle, Image.Resampling.BICUBIC, center=(x, y))
    middle, half, up = y + planned.rows[0], planned.width / 2, planned.em * geometry.LINE_HEIGHT_EM / 2
    line = upright.crop((x - half, middle - up, x + half, middle + up))

    assert FACTS[stamp][0] in read_line(line)
