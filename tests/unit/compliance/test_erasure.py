"""What is looked for in the texts of others when a person is erased."""

import pytest

from compliance.erasure import words_of
from compliance.profiles import Profile


@pytest.mark.parametrize(
    ("profile", "login", "words"),
    [
        (Profile(name="李娜", phone="+8613800138001"), "", ("+8613800138001", "13800138001", "李娜")),
        (Profile(name="李"), "lina", ("lina",)),
        (Profile(name=" Anna Berg "), "ab", ("Anna Berg",)),
        (Profile(name="An", phone="+4915112345678"), "", ("+4915112345678",)),
        (Profile(name=""), "", ()),
    ],
)
def test_telling_words_are_looked_for(profile: Profile, login: str, words: tuple[str, ...]) -> None:
    """The longest first, so that no rest of a number remains; what stands in other words is left alone."""
    assert words == words_of(profile, login)
