"""Whether a person fits what was typed."""

import pytest

from compliance.profiles import ERASED, Profile
from fileserver.people.search import fits

WANG = Profile(name="王 芳 Fang", phone="+8613800138000")


@pytest.mark.parametrize("text", ["王", "王芳", "芳 f", "FANG", "ｆａｎｇ", "8000"])
def test_part_of_a_name_or_the_tail_of_a_phone_fits(text: str) -> None:
    """Spaces, case and width make no difference."""
    assert fits(WANG, text)


@pytest.mark.parametrize("text", ["李", "138", "13800138000", "3800", " ", "0001"])
def test_other_text_does_not_fit(text: str) -> None:
    """A phone is found by its last four digits only, so nobody can be looked up by trying numbers."""
    assert not fits(WANG, text)


@pytest.mark.parametrize("text", ["a", "王", "0000"])
def test_erased_person_is_not_found(text: str) -> None:
    """Nothing is left to find."""
    assert not fits(ERASED, text)
