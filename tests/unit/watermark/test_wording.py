"""What a mark says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watermark.lettering import drawable
from watermark.wording import DEFAULT_TEXT, PLACES, WordingInvalid, check, filled

FACTS = {"name": "张伟", "clinic": "瑞丽医美", "phone": "*1234", "time": "13:05", "share": "8F3K"}
WRONG = {
    "": "look-lines",
    "{name}\n\n{clinic}": "look-lines",
    "{name}\n1\n2\n3": "look-lines",
    "{name}" + " " * 200: "look-lines",
    "{name} {passport}": "look-place",
    "{name} {": "look-braces",
    "{name} {Name}": "look-braces",
    "{name} " + "密" * 13: "look-columns",
    "{name} \u202e": "look-not-drawable",
    "{name} 😀": "look-not-drawable",
    "{name} \u1200": "look-not-drawable",
    "内部资料": "look-names-nobody",
    "{clinic} {time} {share}": "look-names-nobody",
    "{phone}": "look-names-nobody",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_text_that_can_be_no_mark_is_refused(text: str) -> None:
    """Too many lines, unknown places, too much or undrawable text, and a text that names nobody: each by its rule."""
    with pytest.raises(WordingInvalid) as caught:
        check(text)
    assert WRONG[text] == caught.value.rule


@pytest.mark.parametrize("text", [DEFAULT_TEXT, "{name}", "{clinic} {phone}", "仅供 {name} 查看，请勿外传", "｛name｝"])
def test_a_text_with_a_person_in_it_is_taken(text: str) -> None:
    """The name, or clinic and phone together, and text in the marketer's own words and punctuation."""
    check(text)


def test_places_are_filled_with_the_facts_of_the_copy() -> None:
    """Every fact stands where the text has its place, full-width forms in their plain form."""
    assert ("张伟 *1234", "瑞丽医美", "13:05 · 8F3K") == filled(DEFAULT_TEXT, FACTS)
    assert ("仅供 张伟 查看,请勿外传",) == filled("仅供 {name} 查看，请勿外传", FACTS)


def test_nothing_is_left_hanging_where_a_fact_is_empty() -> None:
    """Separators around an empty place go with it, and so does a line in which nothing is left."""
    facts = FACTS | {"phone": "", "clinic": "", "share": ""}

    assert ("张伟", "13:05") == filled(DEFAULT_TEXT, facts)
    assert ("张伟 · 13:05",) == filled("{name} · {clinic} · {time} · {share}", facts)


@given(st.text(max_size=220))
def test_a_text_that_is_taken_is_drawn_as_it_stands(text: str) -> None:
    """Whatever passes has at most three lines of glyphs the font has, and shows its facts."""
    try:
        check(text)
    except WordingInvalid:
        return
    lines = filled(text, dict.fromkeys(PLACES, "甲"))
    assert 1 <= len(lines) <= 3
    assert list(lines) == [drawable(line) for line in lines]
    assert "甲" in "".join(lines)
