"""The places outside in Prometheus's words, one series for each."""

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from compliance.outside import OutsideWatch

SIZE = "Entries under the checkpoint that the place took last."
AGE = "Since the place took a checkpoint; a witness cosigns an idle log again and again."
FAILING = "1 while the place takes no checkpoint."
CONFLICT = "1 while the place knows another ledger: an old database was restored, or the log rewritten."


class OutsideCollector(Collector):
    """What each place took, and whether it contradicts."""

    def __init__(self, watch: Callable[[], OutsideWatch]) -> None:
        self._watch = watch

    def describe(self) -> Iterator[Metric]:
        """Nothing: the registry would ask before there is a watch."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """The figures now."""
        watch = self._watch()
        sizes, ages, failing, conflicts = (
            GaugeMetricFamily(f"sealshare_ledger_place_{name}", text, labels=("place",))
            for name, text in (("size", SIZE), ("age_seconds", AGE), ("failing", FAILING), ("conflict", CONFLICT))
        )
        for row in watch.rows:
            sizes.add_metric((row.name,), row.size)
            failing.add_metric((row.name,), bool(row.failure))
            conflicts.add_metric((row.name,), bool(row.conflict))
            if row.told_at is not None:
                ages.add_metric((row.name,), watch.age_s(row.told_at))
        yield from (sizes, ages, failing, conflicts)
