"""The ledger in Prometheus's words: what this process saw when it last looked."""

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from compliance.sequencing import LedgerWatch


class LedgerCollector(Collector):
    """Is anything kept from leaving, how long do events wait, how large is the tree."""

    def __init__(self, watch: Callable[[], LedgerWatch]) -> None:
        self._watch = watch

    def describe(self) -> Iterator[Metric]:
        """Nothing: the registry would ask before there is a watch."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """The figures now."""
        watch = self._watch()
        stalled, waits_s, last = bool(watch.reason), watch.waits_s, watch.last
        yield _gauge("stalled", "1 while nothing of a material leaves because of the log.", stalled)
        yield _gauge("waiting_seconds", "How long the first event has waited for its place.", waits_s)
        if last.beat_ago_s is not None:
            yield _gauge("checkpoint_age_seconds", "Since the checkpoint was signed or found good.", last.beat_ago_s)
        if last.size is not None:
            yield _gauge("size", "Leaves under the newest checkpoint.", last.size)


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"sealshare_ledger_{name}", words, value=value)
