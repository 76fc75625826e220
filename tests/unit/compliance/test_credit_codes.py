"""统一社会信用代码, as GB 32100-2015 checks it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.credit_codes import ALPHABET, check_character, credit_code
from compliance.errors import InvalidValue

# Of well-known organisations, as they publish them.
REAL = ("91110000802100433B", "9111000071093123XX", "91440300708461136T", "91330000MA27U05291")
BODIES = st.builds(
    lambda head, division, rest: f"{head}{division:06d}{rest}",
    st.text(ALPHABET, min_size=2, max_size=2),
    st.integers(0, 999_999),
    st.text(ALPHABET, min_size=9, max_size=9),
)


@pytest.mark.parametrize("code", REAL)
def test_codes_in_use_are_taken(code: str) -> None:
    """What registers have published fits its own check character, in whatever width and case it is typed."""
    assert code == credit_code(f" {code[:8].lower()} {code[8:]}")
    assert code == credit_code("".join(chr(ord(char) + 0xFEE0) for char in code))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("9111000071093123X", "credit-code-length"),
        ("9111000071093123XXX", "credit-code-length"),
        ("9111000071093I23XX", "credit-code-characters"),
        ("9111A00071093123XX", "credit-code-division"),
        ("9111000071093123X0", "credit-code-check"),
    ],
)
def test_wrong_ones_are_named(text: str, rule: str) -> None:
    """The problem points at the field and says what is wrong with it."""
    with pytest.raises(InvalidValue) as refused:
        credit_code(text)
    assert ("credit_code", rule) == (refused.value.field, refused.value.params["rule"])


@given(body=BODIES, place=st.integers(0, 16), other=st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(body: str, place: int, other: str) -> None:
    """Whichever single character is mistyped, the check character doesn't fit any more."""
    changed = body[:place] + other + body[place + 1 :]
    assert (changed == body) == (check_character(changed) == check_character(body))
