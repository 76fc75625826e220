"""What stands out: each detector at its bar, just below it, and on events that were looked at before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from compliance.events import Act
from compliance.trail.anomalies import DETECTORS, Bars, Finding, Seen
from compliance.trail.anomalies.model import GIB

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)  # at the brand
MIDNIGHT = NOON + timedelta(hours=12)
BARS = Bars(copies=3, materials=3, denials=3, night_downloads=2, taken_bytes=GIB, log_exports=2)
BY_NAME = {detector.name: detector for detector in DETECTORS}


def row(count: int, step: timedelta = timedelta(seconds=1), **said: object) -> list[Seen]:
    """So many fresh events of one kind."""
    first = Seen(id=1, index=0, t=NOON, act=Act.VIEWER_COPY_DOWNLOAD, res="allow", obj="material:1")
    begun = replace(first, **said)  # type: ignore[arg-type]  # members of Seen, by name
    return [replace(begun, id=n + 1, index=n, t=begun.t + n * step) for n in range(count)]


def found(name: str, events: Sequence[Seen], bars: Bars = BARS) -> Finding | None:
    """What a detector says."""
    return BY_NAME[name].look(events, bars)


def different(events: Sequence[Seen]) -> list[Seen]:
    """The same, each about another material."""
    return [replace(each, obj=f"material:{each.id}") for each in events]


HOUR = timedelta(hours=1)
STANDING_OUT = {
    "copies": row(3),
    "materials": different(row(3)),
    "night": row(2, t=MIDNIGHT),
    "denials": row(3, res="deny", act=Act.VIEWER_REQUEST_DENY),
    "origins": row(1, new_network=True, new_device=True),
    "taken": row(2, bytes=GIB // 2),
    "log-exports": row(2, act=Act.EMPLOYEE_EVENT_EXPORT),
}
INNOCENT = {
    "copies": (row(2), row(3, HOUR), row(9, res="deny"), row(9, act=Act.VIEWER_COPY_VIEW)),
    "materials": (row(9), different(row(3, HOUR)), different(row(2))),
    "night": (row(9), row(1, t=MIDNIGHT), row(2, timedelta(hours=24), t=MIDNIGHT), row(2, t=MIDNIGHT + 6 * HOUR)),
    "denials": (row(2, res="deny"), row(3, 2 * HOUR, res="deny"), [*row(2, res="deny"), *row(1), *row(2, res="deny")]),
    "origins": (row(3, new_network=True), row(3, new_device=True), row(3)),
    "taken": (row(2, bytes=GIB // 3), row(2, 25 * HOUR, bytes=GIB // 2)),
    "log-exports": (row(1, act=Act.EMPLOYEE_EVENT_EXPORT), row(9)),
}


def test_every_detector_has_its_cases() -> None:
    """A new detector comes with both sides of its bar."""
    assert set(BY_NAME) == set(STANDING_OUT) == set(INNOCENT)


@pytest.mark.parametrize("name", STANDING_OUT)
def test_it_stands_out(name: str) -> None:
    """At the bar something is found, from its first event to its last."""
    events = STANDING_OUT[name]
    finding = found(name, events)
    assert finding is not None
    assert (events[0], events[-1]) == (finding.first, finding.last)
    assert finding.count >= finding.bar


@pytest.mark.parametrize("name", INNOCENT)
def test_it_does_not(name: str) -> None:
    """Below the bar, outside the window, or something else: nothing."""
    assert [None] * len(INNOCENT[name]) == [found(name, events) for events in INNOCENT[name]]


@pytest.mark.parametrize("name", STANDING_OUT)
def test_what_was_looked_at_is_not_told_again(name: str) -> None:
    """A window that ends with an earlier event was found when that one was fresh."""
    assert found(name, [replace(each, index=-1) for each in STANDING_OUT[name]]) is None


def test_earlier_events_count_with_fresh_ones() -> None:
    """A row that began before this look goes on in it."""
    events = row(3)
    finding = found("copies", [replace(events[0], index=-1), *events[1:]])
    assert finding is not None
    assert (3, events[-1].id) == (finding.count, finding.last.id)


def test_a_night_may_lie_within_a_day() -> None:
    """Hours that don't pass midnight are a night too, for who works then."""
    bars = replace(BARS, night_from_hour=11, night_to_hour=13)
    assert found("night", row(2), bars) is not None
    assert found("night", row(2, t=MIDNIGHT), bars) is None
