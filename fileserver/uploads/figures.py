"""Uploads in Prometheus's words: read from what counts anyway, at the moment somebody asks.

A server tells what it receives, refuses and tries again; a worker what it cleaned away. Each is a process of its own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client import Counter as PrometheusCounter
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from fileserver.http.call import Call
from fileserver.http.problems import slug_of
from fileserver.http.routing import Answer, Handler, Route
from fileserver.uploads.flight import WAYS, Flights
from fileserver.uploads.sweeps import EXPIRED, MULTIPARTS, OBJECTS
from storage.objects import RETRIES

SWEPT = {
    EXPIRED: "Unfinished uploads that were dropped when their time was over.",
    OBJECTS: "Objects deleted of uploads that are over.",
    MULTIPARTS: "Multipart uploads aborted in the store.",
}


class FlightCollector(Collector):
    """What this process is receiving, and how often it asked the store again."""

    def __init__(self, flights: Flights) -> None:
        self._flights = flights

    def collect(self) -> Iterator[Metric]:
        """The figures now."""
        flights = self._flights
        yield GaugeMetricFamily(
            "sealshare_uploads_in_flight", "Uploads that this process is receiving.", value=len(flights)
        )
        yield GaugeMetricFamily(
            "sealshare_upload_retained_bytes",
            "Bytes held in memory until the store acknowledges them.",
            value=flights.retained_bytes,
        )
        received = CounterMetricFamily(
            "sealshare_upload_received_bytes", "Bytes that came, by the way they took.", labels=("way",)
        )
        for way in WAYS:
            received.add_metric((way,), flights.received_bytes(way))
        yield received
        yield s3_retries()


class SweepCollector(Collector):
    """What the jobs of this process cleaned away."""

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """The figures now."""
        for name, words in SWEPT.items():
            yield CounterMetricFamily(f"sealshare_{name}", words, value=self._counts[name])
        yield s3_retries()


def s3_retries() -> CounterMetricFamily:
    """How often an operation of the store was tried again, in this process."""
    retries = CounterMetricFamily(
        "sealshare_s3_retries", "Operations of S3 that were tried again.", labels=("operation",)
    )
    for operation, count in sorted(RETRIES.items()):
        retries.add_metric((operation,), count)
    return retries


class Refusals:
    """Requests of uploads that were refused, by the slug of the problem."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._refused = PrometheusCounter(
            "sealshare_upload_refused", "Requests of uploads refused, by reason.", ("reason",), registry=registry
        )

    def count(self, error: Exception) -> None:
        """One more; what has no slug is a defect, counted as such."""
        self._refused.labels(slug_of(error) or "internal-error").inc()


REFUSALS = web.AppKey("REFUSALS", Refusals)


def counting(routes: Iterable[Route]) -> tuple[Route, ...]:
    """The same routes, whose handlers' refusals are counted."""
    return tuple(replace(route, handler=_counted(route.handler)) for route in routes)


def _counted(handler: Handler) -> Handler:
    async def handle(call: Call) -> Answer:
        try:
            return await handler(call)
        except web.HTTPException:
            raise
        except Exception as error:
            call.request.config_dict[REFUSALS].count(error)
            raise

    return handle
