"""Estimates of growth, against generated cascades whose truth is known."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from compliance.spreading.cascades import Cascade, FirstOpen, cascade_of
from compliance.spreading.growth import Invitations, Reproduction, cycle_time, pooled, reproduction_of, time_to

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
LATER = BEGAN + timedelta(days=400)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def branching(chance: random.Random, rate: float, seeds: int) -> Cascade[int]:
    """One root with `seeds` children; each further one has a geometric number of children of mean `rate`.

    Delays are log-normal with a median of four hours, as people read messages.
    """
    parents, times, at = [-1] + [0] * seeds, [BEGAN] + [BEGAN + HOUR] * seeds, 1
    while at < len(parents):
        while chance.random() < rate / (1 + rate):
            parents.append(at)
            times.append(times[at] + HOUR * chance.lognormvariate(1.39, 0.8))
        at += 1
    return Cascade(range(len(parents)), parents, times)


@pytest.mark.parametrize("rate", [0.3, 0.5, 0.8])
def test_r_is_recovered(rate: float) -> None:
    """Of 4,000 seeds, within 5 %; and so is the size that a cascade ends with."""
    cascade = branching(random.Random(1), rate, 4_000)
    found = pooled(reproduction_of([cascade], LATER))
    assert rate == pytest.approx(found.rate, rel=0.05)
    assert (len(cascade.parents) - 1) / 4_000 == pytest.approx(found.final_size, rel=0.01)


def test_open_windows_are_not_counted() -> None:
    """On the day of the share nothing is known; the naive figure would be far too low, this one waits."""
    cascade = branching(random.Random(2), 0.8, 2_000)
    early = BEGAN + timedelta(days=7, hours=6)
    firsts = [
        FirstOpen(node, cascade.parents[node], at) for node, at in enumerate(cascade.times) if node and at <= early
    ]
    cut = cascade_of(0, BEGAN, firsts)
    assert pooled(reproduction_of([cut], BEGAN + DAY)).rate is None
    assert 0.8 == pytest.approx(pooled(reproduction_of([cut], early)).rate, rel=0.08)


def test_what_comes_after_the_window_is_not_counted() -> None:
    """Or old people would count more than young ones."""
    late = Cascade("rab", [-1, 0, 1], [BEGAN, BEGAN + HOUR, BEGAN + HOUR + timedelta(days=8)])
    assert (Reproduction(1, 1), Reproduction(1, 0), Reproduction(1, 0)) == reproduction_of([late], LATER)


def test_roots_are_counted_apart() -> None:
    """An employee who sends to a hundred customers says nothing about how viewers pass on."""
    generations = reproduction_of([Cascade("rabc", [-1, 0, 0, 1], [BEGAN] * 4)], LATER)
    assert (Reproduction(1, 2), Reproduction(2, 1), Reproduction(1, 0)) == generations
    assert (1 / 3, 3 / 4) == (pooled(generations).rate, pooled(generations, roots=True).rate)


def test_growth_without_end_has_no_final_size() -> None:
    """R of one and above; and an empty count has no R."""
    assert (None, None, None) == (Reproduction(2, 2).final_size, Reproduction(0, 0).rate, Reproduction(0, 0).final_size)


def test_k_is_invitations_times_conversion() -> None:
    """Ten people pass on four links, which bring in two: K is 0.2. Nobody has no K; passing nothing on is K of 0."""
    cohort = Invitations(people=10, intents=4, brought=2)
    assert (0.4, 0.5, 0.2) == (cohort.per_person, cohort.conversion, cohort.factor)
    assert (None, 0.0) == (Invitations(0, 0, 0).factor, Invitations(5, 0, 0).factor)


def test_times_are_whole_bins() -> None:
    """Half of them had come within the third hour, nearly all within the second day."""
    times = [BEGAN + timedelta(hours=hours) for hours in (0.5, 1, 2.5, 3, 30)]
    assert (3 * HOUR, 2 * DAY) == (time_to(times, 0.5, BEGAN), time_to(times, 0.95, BEGAN, bin_width=DAY))
    with pytest.raises(ValueError, match="bins of an hour"):
        time_to(times, 0.5, BEGAN, bin_width=HOUR / 2)
    with pytest.raises(ValueError, match="openings"):
        time_to([], 0.5, BEGAN)


def test_the_cycle_is_the_median_wait_for_the_first() -> None:
    """From one's own opening to the first that it led to; whoever led to none is not waited for."""
    times = [BEGAN, BEGAN + HOUR, BEGAN + 2 * HOUR, BEGAN + 5 * HOUR]
    assert 2 * HOUR == cycle_time([Cascade("rabc", [-1, 0, 0, 2], times)])
    assert cycle_time([Cascade("r", [-1], [BEGAN])]) is None
