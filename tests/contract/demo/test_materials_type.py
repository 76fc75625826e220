"""Setting mixed Chinese and Latin text in lines."""

from hypothesis import given
from hypothesis import strategies as st

from fileserver.demo.materials.linebreak import CLOSING, OPENING, break_lines, units

TEXT = st.text(alphabet="澄序医美，。（）“”ab -0", max_size=80)


def test_latin_words_stay_whole() -> None:
    """A word is never cut."""
    assert ["A buffer", "corridor"] == break_lines("A buffer corridor", 10, len)


def test_chinese_breaks_between_characters() -> None:
    """Chinese fills each line."""
    assert ["临床培训", "手册二期"] == break_lines("临床培训手册二期", 4, len)


def test_marks_keep_their_side_of_a_break() -> None:
    """A comma stays with the character before it, a bracket with the one after it."""
    assert ["才看得", "清，稳"] == break_lines("才看得清，稳", 4, len)
    assert ["看得清", "（才放"] == break_lines("看得清（才放", 4, len)


def test_newline_always_breaks() -> None:
    """A newline in the text ends the line."""
    assert ["接待", "Reception"] == break_lines("接待\nReception", 40, len)


def test_a_single_character_is_not_left_alone() -> None:
    """The last line takes a character from the one above."""
    assert ["一二三四五六七八", "九十"] == break_lines("一二三四五六七八九十", 9, len)


@given(TEXT, st.integers(4, 20))
def test_breaking_loses_nothing(text: str, width: int) -> None:
    """Lines joined are the text, less its spaces."""
    assert "".join(text.split()) == "".join("".join(break_lines(text, width, len)).split())


@given(st.text(alphabet="澄序医美，。、", min_size=1, max_size=80), st.integers(8, 20))
def test_no_line_begins_with_a_closing_mark(text: str, width: int) -> None:
    """A mark that follows a character never begins a line."""
    assert [] == [line for line in break_lines(f"澄{text}", width, len) if line[0] in CLOSING]


def test_marks_join_their_neighbours() -> None:
    """Closing marks end a piece, opening marks begin one."""
    assert ["看", "清，", "（放", "稳）。"] == units("看清，（放稳）。")
    assert not set(CLOSING) & set(OPENING)
