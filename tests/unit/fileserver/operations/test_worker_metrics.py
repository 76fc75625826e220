"""A worker's figures: at their own address, for operators only, and nowhere without a port."""

from collections import Counter
from ipaddress import ip_network

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer, unused_port
from prometheus_client import CollectorRegistry

from fileserver.operations.worker_metrics import figures_app, serving_figures
from fileserver.uploads.figures import SweepCollector
from tests.unit.fileserver.frame import make_config


@pytest.fixture
def registry() -> CollectorRegistry:
    """What a worker counts."""
    registry = CollectorRegistry()
    registry.register(SweepCollector(Counter(uploads_expired=3, upload_swept_objects=5)))
    return registry


async def test_what_jobs_cleaned_is_told(registry: CollectorRegistry) -> None:
    """In the words of Prometheus; what has not happened yet is 0."""
    config = make_config(worker_metrics_port=unused_port())
    address = f"http://127.0.0.1:{config.worker_metrics_port}/metrics"
    async with serving_figures(config, registry), ClientSession() as session, session.get(address) as answer:
        text = await answer.text()
    assert "sealshare_uploads_expired_total 3.0" in text
    assert "sealshare_upload_swept_objects_total 5.0" in text
    assert "sealshare_upload_aborted_multiparts_total 0.0" in text


async def test_nobody_else_reads_them(registry: CollectorRegistry) -> None:
    """The networks and the token are those of a server's figures."""
    config = make_config(metrics_networks=(ip_network("192.0.2.0/24"),), metrics_token="word")
    async with TestClient(TestServer(figures_app(config, registry))) as client:
        signed = {"Authorization": "Bearer word"}
        assert [403, 200] == [(await client.get("/metrics", headers=headers)).status for headers in ({}, signed)]
        assert 404 == (await client.get("/")).status


async def test_without_a_port_nothing_listens(registry: CollectorRegistry) -> None:
    """The default."""
    assert make_config().worker_metrics_port is None
    async with serving_figures(make_config(), registry):
        pass
