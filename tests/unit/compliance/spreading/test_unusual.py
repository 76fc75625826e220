"""A share is compared with its own past, and with a floor."""

import pytest

from compliance.spreading.unusual import FLOOR, is_surge


@pytest.mark.parametrize(
    ("now", "before", "hours_before", "expected"),
    [
        (FLOOR, 0, 0, True),  # within the hour in which it was made
        (FLOOR - 1, 0, 0, False),  # too few to speak of
        (40, 200, 10, False),  # twenty an hour until then
        (61, 200, 10, True),
        (60, 200, 10, False),
    ],
)
def test_a_surge_is_more_than_three_times_the_mean_hour(
    now: int, before: int, hours_before: int, *, expected: bool
) -> None:
    """And ten people at least."""
    assert expected is is_surge(now=now, before=before, hours_before=hours_before)
