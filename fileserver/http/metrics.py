"""What the server counts about its requests, in a registry of its own (Prometheus names and base units).

Labels hold the route's template, never a path: paths carry tokens and would make a series per visitor.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.gc_collector import GCCollector

UNMATCHED = "unmatched"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600)


class Metrics:
    """One set of collectors per application. Features may add their own to `registry`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        labels = ("method", "route", "status")
        self.requests = Counter("sealshare_http_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "sealshare_http_request_duration_seconds",
            "From the request's headers to the last byte of the answer.",
            ("method", "route"),
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self.in_flight = Gauge("sealshare_http_requests_in_flight", "Handlers at work.", registry=self.registry)
        self.bytes_out = Counter(
            "sealshare_http_sent_bytes", "Bytes sent, headers included.", ("route",), registry=self.registry
        )
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram, Counter]] = {}
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def record(self, *, method: str, route: str, status: int, seconds: float, bytes_out: int) -> None:
        """Count one finished request."""
        known = method if method in METHODS else "OTHER"
        series = self._series.get((known, route, status))
        if series is None:
            series = self._series[known, route, status] = (
                self.requests.labels(known, route, str(status)),
                self.seconds.labels(known, route),
                self.bytes_out.labels(route),
            )
        requests, lasted, sent = series
        requests.inc()
        lasted.observe(seconds)
        sent.inc(bytes_out)
