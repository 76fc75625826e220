"""The visible mark as drawing operators."""

import io
import re

import pikepdf
import pytest

from tests.unit.watermark.templates.viewers import OUYANG
from watermark.look import PRESETS, Look
from watermark.stamp import Stamp
from watermark.templates import BadPatch, Box, marks
from watermark.templates.forms import COVER_CAPACITY_OF_SQUARE, FOOTER_CAPACITY, LETTERS_CAPACITY
from watermark.templates.interleaving import PAGE_CAPACITY
from watermark.templates.outlines import line_path, line_width_em

A4 = Box(1000, 1414)
DENSE = "\u9f98"  # 龘, 51 strokes: none takes more
LONGEST = Stamp(DENSE * 50, DENSE * 50, "123456789", "2026-11-23 14:15:00 +08:00", "0123456789abcdef")
EVERYTHING = Look(size="small", text="\n".join(["机密资料请勿 {name} {clinic} {phone} {time} {share}"] * 3))


def operators(content: bytes) -> list[str]:
    """The operators' names, as qpdf reads them."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.pages[0].Contents = pdf.make_stream(content)
    return [str(each.operator) for each in pikepdf.parse_content_stream(pdf.pages[0])]


@pytest.mark.parametrize("look", PRESETS.values(), ids=PRESETS)
def test_every_look_fills_its_slots_exactly(look: Look) -> None:
    """A slot's bytes are as many as the slot has, whatever is drawn."""
    lines = look.lines(OUYANG)

    assert len(marks.letters(lines, LETTERS_CAPACITY)) == LETTERS_CAPACITY
    assert len(marks.footer(OUYANG.footer, FOOTER_CAPACITY)) == FOOTER_CAPACITY
    assert len(marks.page_line(lines[0], A4, PAGE_CAPACITY)) == PAGE_CAPACITY
    assert operators(marks.cover(lines, OUYANG, look, A4, COVER_CAPACITY_OF_SQUARE)).count("Do") >= 3


def test_the_longest_text_of_the_densest_characters_is_drawn_whole() -> None:
    """Where outlines find no room, the letters come as dots: smaller bytes, the same text."""
    lines = EVERYTHING.lines(LONGEST)
    drawn = marks.letters(lines, LETTERS_CAPACITY)

    assert len(lines) == 3
    assert operators(drawn).count("INLINE IMAGE") == 1
    width = re.search(rb"/W (\d+)", drawn)
    assert width is not None
    assert int(width[1]) >= 24 * max(line_width_em(each) for each in lines)
    assert len(marks.footer(LONGEST.footer, FOOTER_CAPACITY)) == FOOTER_CAPACITY
    assert len(marks.page_line(lines[0], A4, PAGE_CAPACITY)) == PAGE_CAPACITY


def test_long_but_ordinary_texts_are_outlines() -> None:
    """Dots are for what nobody is called."""
    long = Stamp(
        "欧阳明慧上官婉儿诸葛", "上海市静安区南京西路医疗美容门诊部", "123456", "2026-11-23 14:15", "0123456789abcdef"
    )

    assert "INLINE IMAGE" not in operators(marks.letters(long.lines, LETTERS_CAPACITY))


def test_every_character_has_an_outline() -> None:
    """Of Chinese, Latin, digits and signs; one that no font has becomes the mark of a missing type."""
    for each in "龘上Ag5·*…":
        assert " m\n" in line_path(each, 250)
    assert line_path("\U0010ffff", 250) == line_path("\u3013", 250)


def test_a_coarser_grid_keeps_the_line_as_long() -> None:
    """Rounding is per point, not summed up along the line."""
    line = "欧阳明慧 *5678 2026-11-23"
    fine, coarse = (
        max(int(x) for x in re.findall(r"(\d+) -?\d+ [ml]\n", line_path(line, grid))) / grid for grid in (250, 16)
    )

    assert abs(fine - coarse) < 3 / 16


def test_a_slot_that_is_far_too_small_is_an_error() -> None:
    """Nothing is cut off in silence."""
    with pytest.raises(BadPatch):
        marks.letters(OUYANG.lines, 100)


def test_the_longest_text_still_makes_a_sound_page() -> None:
    """The inline image is read by qpdf as one, with nothing left over."""
    drawn = marks.letters(EVERYTHING.lines(LONGEST), LETTERS_CAPACITY)
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.pages[0].Contents = pdf.make_stream(drawn)
    pdf.save(io.BytesIO())

    assert pdf.check_pdf_syntax() == []
