"""How far behind targets are, in Prometheus's words; told by the worker that pushes."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from storage.rows.siem import ProgressRow


def lag_s(progress: ProgressRow, now: datetime) -> float:
    """The age of the oldest event that the target lacks; 0 when it has everything."""
    return 0.0 if progress.oldest_t is None else max(0.0, (now - progress.oldest_t).total_seconds())


class Lags(Collector):
    """What was last seen of each target. Empty in a worker that doesn't push."""

    def __init__(self) -> None:
        self._seen: Sequence[ProgressRow] = ()
        self._at: datetime | None = None

    def now(self, seen: Sequence[ProgressRow], at: datetime) -> None:
        """Remembers a look at all targets."""
        self._seen, self._at = seen, at

    def forget(self) -> None:
        """Another worker pushes."""
        self._seen = ()

    def collect(self) -> Iterator[Metric]:
        """The figures as last seen."""
        events = GaugeMetricFamily(
            "sealshare_siem_lag_events", "Events of the signed log that a target lacks.", labels=("target",)
        )
        seconds = GaugeMetricFamily(
            "sealshare_siem_lag_seconds", "Age of the oldest event that a target lacks.", labels=("target",)
        )
        failures = GaugeMetricFamily(
            "sealshare_siem_failures", "Tries in a row that failed, by target.", labels=("target",)
        )
        for each in self._seen:
            labels = (each.target.name,)
            events.add_metric(labels, max(0, each.size - each.next_index))
            seconds.add_metric(labels, lag_s(each, self._at) if self._at else 0.0)
            failures.add_metric(labels, each.failures)
        yield from (events, seconds, failures)
