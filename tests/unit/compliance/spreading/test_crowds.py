"""People as numbers, month by month."""

from datetime import date

import pytest

from compliance.spreading.crowds import NUMBER_MAX, Month, distinct, entry_of

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)


def month(first: date, *entries: tuple[int, int]) -> Month:
    """Who was there on which days of a month."""
    return Month(first, b"".join(entry_of(number, first.replace(day=day)) for number, day in entries))


@pytest.mark.parametrize(
    ("count", "start", "end"),
    [
        (3, date(2025, 12, 1), date(2026, 3, 1)),
        (2, JAN, FEB),
        (1, date(2026, 1, 2), date(2026, 1, 31)),
        (0, date(2026, 1, 3), date(2026, 1, 31)),
        (2, date(2026, 1, 31), date(2026, 2, 2)),
        (0, date(2026, 3, 1), date(2026, 4, 1)),
    ],
)
def test_each_counts_once(count: int, start: date, end: date) -> None:
    """However often and of however many subjects they were there, on the days of the span alone."""
    months = [month(JAN, (1, 1), (2, 2), (1, 31)), month(JAN, (2, 2)), month(FEB, (NUMBER_MAX >> 8, 1), (2, 28))]
    assert count == distinct(months, start, end)


def test_nobody_is_none() -> None:
    """Without months, and of months without entries."""
    assert [0, 0] == [distinct(months, JAN, FEB) for months in ([], [Month(JAN, b"")])]


def test_a_brand_has_so_many_people_at_most() -> None:
    """Four bytes hold no more."""
    assert 4 == len(entry_of(NUMBER_MAX, date(2026, 1, 31)))
    with pytest.raises(OverflowError):
        entry_of(NUMBER_MAX + 1, JAN)
