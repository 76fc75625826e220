"""ID numbers: their form, and that none of them gets out."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.errors import InvalidValue
from compliance.id_numbers import check_character, normal_id_number, normal_real_name, strong_key
from compliance.keys import MasterKey

TODAY = date(2026, 11, 26)
RIGHT = "11010519491231002X"  # the example of GB 11643


def test_the_example_of_the_standard() -> None:
    """The standard's own example is right, in small letters and with spaces too."""
    assert RIGHT == normal_id_number(" 110105 19491231 002x ", today=TODAY)


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("", "id-number-length"),
        ("11010519491231002", "id-number-length"),
        ("11010519491231002Y", "id-number-length"),
        ("1101051949123100X2", "id-number-length"),
        ("99010519491231002X", "id-number-region"),
        ("110105194902300021", "id-number-date"),
        ("110105204912310029", "id-number-date"),
        ("110105189512310020", "id-number-date"),
        ("110105194912310021", "id-number-check"),
    ],
)
def test_what_cannot_be_a_number(number: str, rule: str) -> None:
    """What breaks a rule is refused with its name, before anybody is asked, and is not repeated."""
    with pytest.raises(InvalidValue) as refused:
        normal_id_number(number, today=TODAY)
    assert ("id_number", rule) == (refused.value.field, refused.value.params["rule"])
    assert not number or number not in str(refused.value)


@given(st.integers(0, 16), st.integers(1, 9))
def test_no_single_wrong_digit_passes(place: int, shift: int) -> None:
    """MOD 11-2 notices each changed digit."""
    digits = RIGHT[:-1]
    changed = digits[:place] + str((int(digits[place]) + shift) % 10) + digits[place + 1 :]
    assert check_character(changed) != RIGHT[-1]


@given(st.integers(0, 15))
def test_no_two_swapped_digits_pass(place: int) -> None:
    """It notices two neighbours that changed places, too."""
    digits = RIGHT[:-1]
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    assert digits == swapped or check_character(swapped) != RIGHT[-1]


@pytest.mark.parametrize(
    ("typed", "name"), [(" 李 慕青 ", "李慕青"), ("阿依古丽•买买提", "阿依古丽·买买提"), ("Anna  Li", "Anna Li")]
)
def test_a_name_has_one_form(typed: str, name: str) -> None:
    """Spaces and dots that keyboards put in don't make another person."""
    assert name == normal_real_name(typed)


def test_the_strong_key_tells_nothing() -> None:
    """The same person has the same key under one master key, and another under another; the number isn't in it."""
    one, other = MasterKey(bytes(32)), MasterKey(bytes([1] * 32))
    key = strong_key(one, "李慕青", RIGHT)
    assert key == strong_key(one, "李慕青", RIGHT)
    assert key not in (strong_key(other, "李慕青", RIGHT), strong_key(one, "李慕清", RIGHT))
    assert RIGHT[:17] not in key
