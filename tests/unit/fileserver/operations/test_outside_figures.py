"""The places outside in Prometheus's words."""

from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry

from compliance.outside import OutsideWatch, Quorum
from fileserver.operations.outside_figures import OutsideCollector
from storage.rows.places import PlaceRow

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def row(name: str, **given: Any) -> PlaceRow:
    """A place that took nothing yet and says nothing, but for what is given."""
    untold = {"size": 0, "told_at": None, "failing_since": None, "failure": "", "conflict": "", "conflict_size": None}
    return PlaceRow(name=name, **(untold | given))


def test_each_place_has_its_figures() -> None:
    """Size, age, whether it fails, whether it contradicts; no age for a place that never took anything."""
    watch = OutsideWatch(Quorum(), lambda: NOW, refuse=True)
    registry = CollectorRegistry()
    registry.register(OutsideCollector(lambda: watch))
    watch.see(
        [
            row("a", size=7, told_at=NOW - timedelta(seconds=9), conflict="shrunk", conflict_size=9),
            row("b", failing_since=NOW, failure="timeout"),
        ]
    )

    def figure(name: str, place: str) -> float | None:
        return registry.get_sample_value(f"sealshare_ledger_place_{name}", {"place": place})

    names = ("size", "age_seconds", "failing", "conflict")
    assert [7, 9, 0, 1] == [figure(name, "a") for name in names]
    assert [0, None, 1, 0] == [figure(name, "b") for name in names]
