"""Texts that people type."""

from typing import Annotated

import pytest
from pydantic import BaseModel, StringConstraints, ValidationError

from fileserver.http.texts import ONE_LINE, SEVERAL_LINES


class Note(BaseModel):
    """One field of each kind."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=9), ONE_LINE] = "t"
    body: Annotated[str, StringConstraints(max_length=9), SEVERAL_LINES] = ""


@pytest.mark.parametrize("title", ["产品手册", "a b", "🙂", "é", "مرحبا"])
def test_ordinary_titles_are_taken(title: str) -> None:
    """Every script, and what is drawn, is text."""
    assert title == Note(title=title).title


@pytest.mark.parametrize("title", ["a\tb", "a\nb", "a\x7fb", "a\x85b", "a\u2028b", "a\u202eb", "a\u2066b", "\x1b[31m"])
def test_a_title_with_control_characters_is_refused(title: str) -> None:
    """What is not seen, breaks the line or turns the text around is named as such."""
    with pytest.raises(ValidationError) as refused:
        Note(title=title)
    assert ["control_characters"] == [error["type"] for error in refused.value.errors()]


def test_spaces_around_a_title_do_not_count() -> None:
    """A title of spaces is no title."""
    assert "a" == Note(title="  a ").title
    with pytest.raises(ValidationError):
        Note(title="   ")


def test_a_reason_may_have_lines_but_no_other_controls() -> None:
    """Line ends and tabs are typed by people; escapes are not."""
    assert "a\r\n\tb" == Note(body="a\r\n\tb").body
    with pytest.raises(ValidationError):
        Note(body="a\x1b[2J")
