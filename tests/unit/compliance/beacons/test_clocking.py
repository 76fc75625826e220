"""A page's claim is believed as far as the server's clock allows."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from compliance.beacons.clocking import GAP_MAX_MS, MS, Beacon, Clock, Outcome, clocked

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """A moment of the visit."""
    return START + timedelta(seconds=seconds)


def beacon(seq: int, claimed_s: float, *, page: int = 1, served_s: float = 0) -> Beacon:
    """A claim."""
    return Beacon(page=page, seq=seq, claimed_ms=int(claimed_s * 1000), served_at=at(served_s))


def test_an_honest_claim_is_counted_whole() -> None:
    """Fifteen seconds on a page that was served before, a quarter of a minute after the last report."""
    said = clocked(Clock(3, at(0)), [beacon(4, 15)], at(15))
    assert ({1: 15_000}, {Outcome.ACCEPTED: 1}, Clock(4, at(15))) == (said.ms, said.outcomes, said.clock)


def test_nothing_was_read_before_it_was_served() -> None:
    """A page that came five seconds ago was read for five seconds at most."""
    said = clocked(Clock(0, at(0)), [beacon(1, 15, served_s=10)], at(15))
    assert ({1: 5_000}, {Outcome.SHORTENED: 1}) == (said.ms, said.outcomes)


def test_forty_pages_are_not_read_at_once() -> None:
    """All pages of a visit share its clock: fifteen seconds went by, so fifteen are shared out."""
    said = clocked(Clock(0, at(0)), [beacon(page, 15, page=page) for page in range(1, 41)], at(15))
    assert (15_000, {1: 15_000}) == (said.ms.total(), +said.ms)


def test_time_can_be_saved_up_for_a_minute_only() -> None:
    """Whoever reports after an hour gets a minute, and what was not claimed is gone."""
    said = clocked(Clock(0, at(0)), [beacon(1, 3_600)], at(3_600))
    assert GAP_MAX_MS == said.ms[1]
    assert 0 == clocked(said.clock, [beacon(2, 30)], at(3_600)).ms[1]


def test_a_number_counts_once() -> None:
    """The same report again, or one that was overtaken, is dropped and moves no clock."""
    before = Clock(7, at(10))
    said = clocked(before, [beacon(7, 5), beacon(2, 5)], at(30))
    assert (0, {Outcome.DUPLICATE: 2}, before) == (said.ms.total(), said.outcomes, said.clock)


def test_a_clock_that_is_ahead_leaves_nothing() -> None:
    """Another node's clock ran a second ahead: this report gets no time, and the clock doesn't go back."""
    said = clocked(Clock(0, at(20)), [beacon(1, 15)], at(19))
    assert (0, at(20)) == (said.ms.total(), said.clock.spent_until)


claims = st.tuples(st.integers(-3, 5), st.integers(0, 10**7), st.integers(1, 4), st.integers(0, 200_000))
reports = st.lists(
    # after the one before, in milliseconds; three claims are enough to share out what one report has
    st.tuples(st.integers(0, 90_000), st.lists(claims, max_size=3)),
    max_size=4,
)


@given(reports)
def test_nobody_reads_longer_than_time_goes_by(said: list[tuple[int, list[tuple[int, int, int, int]]]]) -> None:
    """Whatever is claimed: no visit has more than the time since it began, no page more than since it was served."""
    clock, now, seq, total = Clock(0, START), START, 0, 0
    for passed_ms, claims in said:
        now += passed_ms * MS
        beacons = []
        for step, claimed_ms, page, served_ms in claims:
            seq += step
            beacons.append(Beacon(page=page, seq=seq, claimed_ms=claimed_ms, served_at=START + served_ms * MS))
        result = clocked(clock, beacons, now)
        served = {each.page: min(b.served_at for b in beacons if b.page == each.page) for each in beacons}
        assert all(ms <= max(0, (now - served[page]) / MS) for page, ms in result.ms.items())
        assert result.ms.total() <= min(GAP_MAX_MS, max(0, (now - clock.spent_until) / MS))
        clock, total = result.clock, total + result.ms.total()
    assert total <= (now - START) / MS
