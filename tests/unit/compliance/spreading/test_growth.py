"""Estimates of growth, by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from compliance.spreading.growth import Growth, elapsed, pooled, whole_bins

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOBODY = Growth(people=0, intents=0, brought=0)


def test_k_is_invitations_times_conversion() -> None:
    """Ten people pass on four links, which bring in two: K is 0.2, and so is R."""
    cohort = Growth(people=10, intents=4, brought=2)
    assert (0.4, 0.5, 0.2, 0.2) == (cohort.per_person, cohort.conversion, cohort.k_factor, cohort.reproduction)


def test_nobody_has_no_rates() -> None:
    """An empty group says nothing; people who passed nothing on have a K of 0."""
    assert [None] * 5 == [
        NOBODY.reproduction, NOBODY.final_size, NOBODY.per_person, NOBODY.conversion, NOBODY.k_factor,
    ]  # fmt: skip
    assert (0.0, None) == (Growth(people=5, intents=0, brought=0).k_factor, NOBODY.k_factor)


@pytest.mark.parametrize(("brought", "size"), [(30, 1.4286), (50, 2.0), (80, 5.0)])
def test_below_one_there_is_a_final_size(brought: int, size: float) -> None:
    """1 / (1 - R), as the theory of branching has it."""
    assert size == pytest.approx(Growth(people=100, intents=0, brought=brought).final_size, abs=1e-4)


def test_growth_without_end_has_no_final_size() -> None:
    """R of one and above."""
    assert Growth(people=2, intents=2, brought=2).final_size is None


def test_groups_are_pooled_by_people() -> None:
    """A large group counts more than a small one."""
    both = pooled([Growth(people=10, intents=5, brought=1), Growth(people=90, intents=9, brought=9)])
    assert Growth(people=100, intents=14, brought=10) == both
    assert NOBODY == pooled([])


def test_times_are_whole_bins() -> None:
    """Rounded up, and never nothing: half of them had come within the third hour."""
    assert (3 * HOUR, HOUR, 2 * DAY) == (whole_bins(2.5 * HOUR), whole_bins(0 * HOUR), whole_bins(30 * HOUR, width=DAY))
    with pytest.raises(ValueError, match="bins of an hour"):
        whole_bins(HOUR, width=HOUR / 2)


def test_what_never_was_took_no_time() -> None:
    """No share, or nobody who came."""
    assert (2 * HOUR, None, None) == (
        elapsed(BEGAN, BEGAN + 1.5 * HOUR),
        elapsed(None, BEGAN),
        elapsed(BEGAN, None),
    )
