"""What may be drawn, and what becomes of the rest."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watermark.lettering import MISSING_MARK, columns, drawable, font, shorten

NOTDEF = "\U0010ffff"


def glyph(text: str) -> bytes:
    """The pixels of one glyph."""
    return bytes(font(32).getmask(text))


@pytest.mark.parametrize("name", ["张伟", "欧阳娜娜", "Zoë Müller", "上海瑞丽医疗美容门诊部", "Nguyễn Thị Ánh"])
def test_real_names_pass_unchanged(name: str) -> None:
    """Chinese and Latin names, accents included, are drawn as they are written."""
    assert drawable(name) == unicodedata.normalize("NFKC", name)


def test_chinese_glyphs_are_drawn() -> None:
    """Each Chinese character has a shape of its own, and none is the box that stands for a missing glyph."""
    shapes = {glyph(each) for each in "张伟上海瑞丽医疗美容门诊部"}

    assert len("张伟上海瑞丽医疗美容门诊部") == len(shapes)
    assert glyph(NOTDEF) not in shapes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("张\u202e伟", "张伟"),
        ("a\u2066b\u2069c\u200b", "abc"),
        ("line\nbreak\ttab\x00nul", "line break tabnul"),
        ("  two   spaces ", "two spaces"),
        ("张伟😀", "张伟"),
        ("👩‍⚕️ 李医生 🇨🇳", "李医生"),
        ("𝐙𝐡𝐚𝐧𝐠 ＡＢ", "Zhang AB"),
        ("สมชาย", "〓〓〓〓〓"),
        ("\ud800x\ue000", "x"),
        ("", ""),
    ],
)
def test_what_can_not_be_drawn_is_dropped_or_marked(text: str, expected: str) -> None:
    """Controls, direction marks and emoji vanish; letters the font lacks become a visible mark."""
    assert expected == drawable(text)


@given(st.text())
def test_nothing_undrawable_comes_out(text: str) -> None:
    """Whatever comes in, what comes out has glyphs only, no control characters, and does not change again."""
    result = drawable(text)

    assert result == drawable(result)
    assert all(unicodedata.category(each)[0] not in "CM" for each in result)
    assert glyph(NOTDEF) not in {glyph(each) for each in result if each != " "}


@pytest.mark.parametrize(
    ("text", "columns_max", "expected"),
    [("张伟", 4, "张伟"), ("欧阳娜娜", 6, "欧阳…"), ("Maximilian", 5, "Maxi…"), ("张 Wei", 4, "张…")],
)
def test_long_text_ends_in_an_ellipsis(text: str, columns_max: int, expected: str) -> None:
    """A text too wide is cut between characters, a Chinese character counting twice."""
    assert expected == shorten(text, columns_max)


@given(st.text(), st.integers(2, 40))
def test_shortened_text_fits(text: str, columns_max: int) -> None:
    """No text is wider than asked for after shortening."""
    assert columns(shorten(drawable(text), columns_max)) <= columns_max


def test_the_missing_mark_is_in_the_font() -> None:
    """The mark for a missing glyph is not itself missing."""
    assert glyph(NOTDEF) != glyph(MISSING_MARK)
