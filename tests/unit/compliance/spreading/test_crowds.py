"""People as numbers, month by month."""

from datetime import date

import pytest

from compliance.spreading.crowds import FEW, NUMBER_MAX, distinct, entry_of, numbers_in

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)
HIGH = NUMBER_MAX >> 8


def entries(first: date, *found: tuple[int, int]) -> bytes:
    """Who was there on which days of a month."""
    return b"".join(entry_of(number, first.replace(day=day)) for number, day in found)


@pytest.mark.parametrize(
    ("there", "start", "end"),
    [
        ([1, 2, 1], date(2025, 12, 1), date(2026, 3, 1)),
        ([1, 2, 1], JAN, FEB),
        ([2], date(2026, 1, 2), date(2026, 1, 31)),
        ([], date(2026, 1, 3), date(2026, 1, 31)),
        ([1], date(2026, 1, 31), date(2026, 2, 2)),
        ([], date(2026, 3, 1), date(2026, 4, 1)),
        ([], date(2025, 3, 1), JAN),
    ],
)
def test_days_of_the_span_count(there: list[int], start: date, end: date) -> None:
    """Of a month, those who were there on one of them."""
    month = entries(JAN, (1, 1), (2, 2), (1, 31))
    assert there == numbers_in(month, JAN, start, end).tolist()


def test_whole_months_are_not_looked_through() -> None:
    """Everybody in them was there."""
    both = entries(JAN, (1, 31)) + entries(FEB, (HIGH, 28))
    assert [1, HIGH] == numbers_in(both, None, JAN, date(2026, 3, 1)).tolist()


@pytest.mark.parametrize("people", [0, 1, FEW, FEW + 1], ids=str)
def test_each_counts_once(people: int) -> None:
    """However often and in however many crowds they are, few or many."""
    crowds = [numbers_in(entries(JAN, *[(number, 1) for number in range(people)]), None, JAN, FEB)] * 2
    assert people == distinct(crowds)
    assert 0 == distinct([])


def test_a_brand_has_so_many_people_at_most() -> None:
    """Four bytes hold no more."""
    assert 4 == len(entry_of(NUMBER_MAX, date(2026, 1, 31)))
    with pytest.raises(OverflowError):
        entry_of(NUMBER_MAX + 1, JAN)
