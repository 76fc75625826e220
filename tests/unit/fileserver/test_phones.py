"""Phone numbers: one form for each, however it is typed."""

import pytest
from pydantic_core import PydanticCustomError

from fileserver.phones import normal_phone


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("+8613800138000", "13800138000"),
        ("+8613800138000", "138 0013-8000"),
        ("+8613800138000", "+86 138 0013 8000"),
        ("+8613800138000", "0086 13800138000"),
        ("+8613800138000", "１３８００１３８０００"),
        ("+6591234567", "+65 9123 4567"),
        ("+14155550100", "+1 (415) 555-0100"),
    ],
)
def test_one_phone_has_one_form(expected: str, text: str) -> None:
    """However a number is typed, it is the same person's."""
    assert expected == normal_phone(text)


@pytest.mark.parametrize("text", ["", "1380013800", "12345678901", "+0123456789", "+86١٣٨٠٠١٣٨٠٠٠", "call me", "+" * 9])
def test_what_is_no_phone_is_refused(text: str) -> None:
    """Too short, no country, or no digits at all."""
    with pytest.raises(PydanticCustomError):
        normal_phone(text)
