"""Text on one line: nothing that ends a line or steers a screen, and the same text when it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.events import Act
from fileserver.audit.formats.lines import one_line
from fileserver.audit.formats.syslog import MESSAGE_ID_CHARS
from tests.siem import from_one_line

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(TEXT)
def test_any_text_comes_back(text: str) -> None:
    """Written on one line and read by a JSON parser: equal."""
    written = one_line(text)
    assert text == from_one_line(written)
    assert 1 >= len(written.splitlines())


@pytest.mark.parametrize("text", ["", "李娜", "material:7", "a b=c", '"quoted"', "p-12"])
def test_plain_text_is_not_touched(text: str) -> None:
    """Names, ids and times stay as they are."""
    assert text == one_line(text)


def test_acts_fit_a_message_id() -> None:
    """RFC 5424 gives a message's id 32 characters: every act is told whole."""
    assert [] == [act.value for act in Act if len(act.value) > MESSAGE_ID_CHARS]
