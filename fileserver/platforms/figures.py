"""What is counted of requests to platforms and of their callbacks. Labels are fixed words, no addresses or ids."""

from collections.abc import Callable, Iterator

from prometheus_client import Counter, Histogram
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

OK = "ok"
BUCKETS_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class PlatformFigures:
    """One set for each process."""

    def __init__(self) -> None:
        self.requests = Counter(
            "sealshare_platform_requests",
            "Requests to a platform, by how they ended: ok, a code of the platform's, or why there was no answer.",
            ("platform", "endpoint", "outcome"),
            registry=None,
        )
        self.seconds = Histogram(
            "sealshare_platform_request_duration_seconds",
            "From a request to a platform to the end of its answer.",
            ("platform",),
            buckets=BUCKETS_S,
            registry=None,
        )
        self.tokens = Counter(
            "sealshare_platform_token_fetches",
            "Tokens fetched from a platform; those by force are few a day.",
            ("platform", "forced"),
            registry=None,
        )
        self.callbacks = Counter(
            "sealshare_platform_callbacks",
            "What platforms sent: accepted, repeated, or why it was refused.",
            ("platform", "outcome"),
            registry=None,
        )

    def collect(self) -> Iterator[Metric]:
        """All of them, as a registry reads them."""
        for each in (self.requests, self.seconds, self.tokens, self.callbacks):
            yield from each.collect()


class PlatformCollector(Collector):
    """The figures of a process whose services are opened after its registry was made."""

    def __init__(self, figures: Callable[[], PlatformFigures]) -> None:
        self._figures = figures

    def describe(self) -> Iterator[Metric]:
        """Nothing: the registry would ask before there are services."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """The figures now."""
        yield from self._figures().collect()
