"""The mark on every page of a sealed PDF, read back by a program that reads."""

from contextlib import closing
from functools import cache

import pytest
from PIL import Image

from tests.brochure import brochure
from tests.ocr import read_line
from tests.unit.watermark.templates.viewers import OUYANG, SMITH, Template
from watermark import geometry
from watermark.look import PRESETS
from watermark.pdf import PdfDocument
from watermark.stamp import Stamp
from watermark.templates import Level
from watermark.templates.preparing import prepare

SHORT_SIDE_PX = 1240
STRONG = PRESETS["strong"]
FACTS = {
    OUYANG: ("欧阳明慧", "上海静安门诊部", "5678", "7780108f"),
    SMITH: ("JeanSmith", "PudongClinic", "1234", "00ff17ab"),
}


@cache
def template() -> Template:
    """Three pages without words of their own: upright, turned, cropped; both levels have the mark of the shared one."""
    return Template(*prepare(brochure(words=""), level=Level.SHARED))


def drawn(pdf: bytes, page: int) -> Image.Image:
    """A page as a reader shows it."""
    with closing(PdfDocument(pdf, pages_max=10)) as opened:
        width, height = opened.size_pt(page)
        return opened.render(page, round(SHORT_SIDE_PX * max(width, height) / min(width, height))).image


@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize("stamp", [OUYANG, SMITH], ids=["Chinese", "Latin"])
def test_the_footer_can_be_read_on_every_page(stamp: Stamp, page: int) -> None:
    """Upright, turned or cropped: all facts stand at the lower left."""
    seen = drawn(template().copy(stamp), page)
    planned = geometry.footer(stamp.footer, *seen.size, em_min=0)
    left, lower = planned.margin, seen.height - planned.margin
    strip = seen.crop((left, lower - planned.height, left + planned.width, lower))

    text = read_line(strip)
    assert [each for each in FACTS[stamp] if each not in text] == []


@pytest.mark.parametrize(("stamp", "page"), [(OUYANG, 1), (OUYANG, 2), (OUYANG, 3), (SMITH, 1)])
def test_the_tiled_letters_can_be_read_on_every_page(stamp: Stamp, page: int) -> None:
    """The block nearest to the middle, turned upright, gives the name."""
    seen = drawn(template().copy(stamp, STRONG), page)
    planned = geometry.setting(STRONG.lines(stamp), STRONG, *seen.size, em_min=0)
    centres = planned.centres(*seen.size)
    x, y = min(centres, key=lambda at: abs(at[0] - seen.width / 2) + abs(at[1] - seen.height / 3))
    upright = seen.rotate(-planned.angle, Image.Resampling.BICUBIC, center=(x, y))
    middle, half, up = y + planned.rows[0], planned.width / 2, planned.em * geometry.LINE_HEIGHT_EM / 2
    line = upright.crop((x - half, middle - up, x + half, middle + up))

    assert FACTS[stamp][0] in read_line(line)
