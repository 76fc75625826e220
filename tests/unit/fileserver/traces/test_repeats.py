"""A visit's events as lines: nothing is lost, and what is alike stands together."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fileserver.traces.repeats import APART_MAX, folded
from fileserver.traces.schemas import EventBrief

BEGUN = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


def event(index: int | None, page: int | None = 1, *, after: timedelta = timedelta(), act: str = "view") -> EventBrief:
    """One that happened so long after the visit began."""
    return EventBrief(id=index or 0, index=index, time=BEGUN + after, act=act, page=page, bytes=1)


def test_tiles_of_a_page_are_one_line() -> None:
    """Of whichever page they are between: with first and last time, and every place."""
    told = [event(index, page, after=timedelta(seconds=index)) for index, page in enumerate((1, 1, 1, 2, 1, 2, 2), 40)]
    one, two = folded([event(39, None, act="start"), *told])[1:]
    assert (1, 4, "40–42, 44") == (one.page, len(one.events), one.places)
    assert (2, 3, "43, 45–46") == (two.page, len(two.events), two.places)
    assert timedelta(seconds=4) == one.last - one.first


def test_a_page_seen_again_later_is_another_line() -> None:
    """A pause ends a line, however many events come between."""
    pause = APART_MAX + timedelta(seconds=1)
    assert ["7", "8–9"] == [line.places for line in folded([event(7), event(8, after=pause), event(9, after=pause)])]


def test_a_line_ends_after_it_began() -> None:
    """Events come in the order of arrival, which need not be that of their times."""
    (line,) = folded([event(7, after=timedelta(seconds=1)), event(8)])
    assert (BEGUN, BEGUN + timedelta(seconds=1)) == (line.first, line.last)


def test_what_is_not_in_the_ledger_yet_is_counted() -> None:
    """It has no place that could be told."""
    (line,) = folded([event(7), event(None), event(None)])
    assert ("7", 2) == (line.places, line.unplaced)
    (line,) = folded([event(None)])
    assert ("", 1) == (line.places, line.unplaced)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2000), st.sampled_from(["view", "print"])), max_size=40))
def test_every_event_stands_in_one_line(told: list[tuple[int, int, str]]) -> None:
    """By its place, whatever came in which order."""
    later, events = timedelta(), []
    for index, (page, seconds, act) in enumerate(told):
        later += timedelta(seconds=seconds)
        events.append(event(3 * index, page, after=later, act=act))
    lines = folded(events)
    assert [each.index for each in events] == sorted(each.index or 0 for line in lines for each in line.events)
    assert [line.first for line in lines] == sorted(line.first for line in lines)
