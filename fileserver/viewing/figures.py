"""Beacons in Prometheus's words: what became of those that this process took."""

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from compliance.beacons import Intake, Outcome


class BeaconCollector(Collector):
    """How many were counted, and how many were not."""

    def __init__(self, intake: Callable[[], Intake]) -> None:
        self._intake = intake

    def describe(self) -> Iterator[Metric]:
        """Nothing: the registry would ask before there is an intake."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """The figures now."""
        counted = CounterMetricFamily(
            "sealshare_beacons", "Reports of reading, by what became of them.", labels=("outcome",)
        )
        outcomes = self._intake().outcomes
        for outcome in Outcome:
            counted.add_metric((outcome.value,), outcomes[outcome])
        yield counted
