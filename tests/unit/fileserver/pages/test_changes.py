"""How much more or less than before, as people write it."""

import pytest

from fileserver.i18n import Language
from fileserver.pages.analytics import change


@pytest.mark.parametrize(
    ("value", "before", "chinese", "english"),
    [
        (112, 100, "+12%", "+12 %"),
        (1, 3, "−67%", "−67 %"),
        (5, 5, "+0%", "+0 %"),
        (5, 0, "", ""),
        (None, 5, "", ""),
        (5, None, "", ""),
    ],
)
def test_a_change_is_written_as_the_language_does(
    value: float | None, before: float | None, chinese: str, english: str
) -> None:
    """In whole percent, which Chinese writes without a space; nothing where nothing compares."""
    assert (chinese, english) == tuple(change(each, value, before) for each in (Language.ZH_CN, Language.EN))
