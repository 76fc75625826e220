"""What an operator's Prometheus sees of the push."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from prometheus_client import CollectorRegistry

from fileserver.audit.siem.figures import Lags, lag_s
from fileserver.audit.siem.routes import state_of
from fileserver.audit.siem.targets import host_of
from storage.rows.siem import ProgressRow, TargetRow

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def progress(**changed: object) -> ProgressRow:
    """A target that lacks three of ten events, the oldest a minute old."""
    target = TargetRow(
        id=UUID(int=1), name="soc", kind="webhook", form="ndjson", address="", created_at=NOW, paused_at=None
    )
    said: dict[str, object] = {
        "target": target, "next_index": 7, "failures": 2, "reason": "status-503", "failing_since": NOW,
        "pushed_at": None, "size": 10, "oldest_t": NOW - timedelta(minutes=1),
    } | changed  # fmt: skip
    return ProgressRow(**said)  # type: ignore[arg-type]  # the names above are its own


def test_lags_are_told_by_target() -> None:
    """Events, seconds and failures; nothing once another worker pushes."""
    lags, registry = Lags(), CollectorRegistry()
    registry.register(lags)
    lags.now([progress()], NOW)
    named = {"target": "soc"}
    assert (3.0, 60.0, 2.0) == tuple(
        registry.get_sample_value(f"sealshare_siem_{name}", named) for name in ("lag_events", "lag_seconds", "failures")
    )
    lags.forget()
    assert registry.get_sample_value("sealshare_siem_lag_events", named) is None


def test_who_has_everything_is_not_behind() -> None:
    """However long ago the last event was."""
    assert 0.0 == lag_s(progress(oldest_t=None, next_index=10), NOW)
    assert "pushing" == state_of(progress(failures=0))
    assert "failing" == state_of(progress())


def test_addresses_are_shown_without_what_may_be_a_secret() -> None:
    """Scheme, host and port; no path, no query."""
    assert "https://siem.example:8443" == host_of("https://siem.example:8443/in/x?token=hush")
    assert "tls://siem.example:6514" == host_of("tls://siem.example:6514")
    assert "https://siem.example" == host_of("https://siem.example/in")
    assert "tcp://[2001:db8::7]:601" == host_of("tcp://[2001:db8::7]:601")
