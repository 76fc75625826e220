"""Figures are for operators: by network, or by token, and closed otherwise."""

from ipaddress import ip_network
from typing import Any

import pytest

from fileserver.operations import ROUTES
from tests.unit.fileserver.frame import OpenClient

LOOPBACK = (ip_network("127.0.0.0/8"),)
ELSEWHERE = (ip_network("192.0.2.0/24"),)


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [
        ({}, {}, 200),  # this machine
        ({}, {"X-Forwarded-For": "203.0.113.9"}, 403),  # a proxy that nobody declared
        ({"trusted_proxies": LOOPBACK}, {"X-Forwarded-For": "203.0.113.9"}, 403),
        ({"trusted_proxies": LOOPBACK, "metrics_networks": ELSEWHERE}, {"X-Forwarded-For": "192.0.2.7"}, 200),
        ({"metrics_networks": ELSEWHERE}, {}, 403),
        ({"metrics_networks": (), "metrics_token": "word"}, {"Authorization": "Bearer word"}, 200),
        ({"metrics_networks": (), "metrics_token": "word"}, {"Authorization": "Bearer other"}, 403),
        ({"metrics_networks": (), "metrics_token": "word"}, {"Authorization": "Basic word"}, 403),
        ({"metrics_networks": ()}, {"Authorization": "Bearer "}, 403),
    ],
)
async def test_metrics_open_to_operators_only(
    open_client: OpenClient, settings: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    """A declared network or the token opens; everything else is refused."""
    client = await open_client(*ROUTES, **settings)
    assert status == (await client.get("/metrics", headers=headers)).status


async def test_metrics_count_requests_by_route_template(open_client: OpenClient) -> None:
    """Each finished request is counted under its template and status, in a registry of this application."""
    client = await open_client(*ROUTES)
    for path in ("/healthz", "/healthz", "/nowhere/token-in-a-path"):
        await client.get(path)
    text = await (await client.get("/metrics")).text()
    assert 'sealshare_http_requests_total{method="GET",route="/healthz",status="200"} 2.0' in text
    assert 'route="unmatched",status="404"} 1.0' in text
    assert "token-in-a-path" not in text
    assert "sealshare_http_requests_in_flight 1.0" in text
    assert "process_resident_memory_bytes" in text


async def test_odd_methods_make_no_new_series(open_client: OpenClient) -> None:
    """A stranger can't fill the memory of the monitoring system."""
    client = await open_client(*ROUTES)
    await client.request("PROPFIND", "/healthz")
    assert 'method="OTHER"' in await (await client.get("/metrics")).text()
