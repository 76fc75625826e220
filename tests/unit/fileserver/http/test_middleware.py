"""What surrounds every request: its id, aiohttp's own refusals, answers that break off, and headers on everything."""

import asyncio
from ipaddress import ip_network

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from compliance.errors import AccessDenied
from fileserver.http.call import Call
from fileserver.http.headers import ALWAYS, content_security_policy
from tests.unit.fileserver.frame import OpenClient, make_route
from tests.uploads import until

LOOPBACK = (ip_network("127.0.0.0/8"),)


async def test_request_gets_an_id_of_ours(open_client: OpenClient) -> None:
    """An id that a stranger sends is not taken over: logs can't be confused on purpose."""
    client = await open_client(make_route())
    response = await client.get("/thing", headers={"X-Request-ID": "chosen-by-caller"})
    assert (24, True) == (len(response.headers["X-Request-ID"]), response.headers["X-Request-ID"].isalnum())


@pytest.mark.parametrize(("sent", "kept"), [("from-the-proxy", True), ("bad id\t", False), ("x" * 65, False)])
async def test_proxy_of_ours_may_name_the_request(open_client: OpenClient, sent: str, *, kept: bool) -> None:
    """A sane id from a trusted proxy is kept, so that its log and ours can be joined."""
    client = await open_client(make_route(), trusted_proxies=LOOPBACK)
    response = await client.get("/thing", headers={"X-Request-ID": sent})
    assert kept == (response.headers["X-Request-ID"] == sent)


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [("GET", "/nowhere", 404, "path-unknown"), ("DELETE", "/thing", 405, "method-not-allowed")],
)
async def test_refusals_of_the_router_are_problems(
    open_client: OpenClient, method: str, path: str, status: int, slug: str
) -> None:
    """A wrong address or method answers in the same form as everything else."""
    client = await open_client(make_route())
    response = await client.request(method, path)
    document = await response.json(content_type="application/problem+json")
    assert (status, f"/problems/{slug}") == (response.status, document["type"])


async def test_wrong_method_keeps_allow(open_client: OpenClient) -> None:
    """RFC 9110 §15.5.6: the answer lists what would have been allowed."""
    client = await open_client(make_route(), make_route(method="POST", name="things.create"))
    assert (await client.delete("/thing")).headers["Allow"] == "GET,POST"


async def test_browser_lost_outside_the_api_sees_a_page(open_client: OpenClient) -> None:
    """A person gets a page, a program under /api/ never does."""
    client = await open_client(make_route())
    types = [
        (await client.get(path, headers={"Accept": "text/html"})).content_type for path in ("/nowhere", "/api/nowhere")
    ]
    assert types == ["text/html", "application/problem+json"]


async def test_redirect_stays_a_redirect(open_client: OpenClient) -> None:
    """Only refusals become problems."""

    async def away(_call: Call) -> None:
        raise web.HTTPSeeOther("/elsewhere")

    response = await (await open_client(make_route(handler=away))).get("/thing", allow_redirects=False)
    assert (303, "/elsewhere") == (response.status, response.headers["Location"])


async def test_answer_that_fails_midway_breaks_off(open_client: OpenClient) -> None:
    """A half file never looks whole: the connection ends instead, and the log says so."""

    async def half(call: Call) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(call.request)
        await response.write(b"half")
        raise RuntimeError

    client = await open_client(make_route(handler=half, status=200, produces="text/plain"))
    with capture_logs() as logs, pytest.raises(aiohttp.ClientPayloadError):
        await (await client.get("/thing")).read()
    assert "answer broken off" in [line["event"] for line in logs]


async def test_answer_that_may_not_go_on_breaks_off_calmly(
    open_client: OpenClient, caplog: pytest.LogCaptureFixture
) -> None:
    """A permission that ends midway is no defect: a warning, and nothing that looks like one."""

    async def half(call: Call) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(call.request)
        await response.write(b"half")
        raise AccessDenied("actor-inactive")

    client = await open_client(make_route(handler=half, status=200, produces="text/plain"))
    with capture_logs() as logs, pytest.raises(aiohttp.ClientError):
        await (await client.get("/thing")).read()
    assert ["warning"] == [line["log_level"] for line in logs if line["event"] == "answer broken off"]
    assert [] == [line for line in logs if line["log_level"] in ("error", "critical")]
    assert [] == [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_client_that_does_not_wait_for_its_answer_is_no_error(
    open_client: OpenClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever goes on to another page leaves a line that says so, and no traceback."""
    caplog.set_level("INFO")
    begun = asyncio.Event()

    async def slow(call: Call) -> web.StreamResponse:
        begun.set()
        await until(lambda: call.request.transport is None or call.request.transport.is_closing())
        response = web.StreamResponse()
        await response.prepare(call.request)
        return response

    asked = asyncio.ensure_future((await open_client(make_route(handler=slow))).get("/thing"))
    await begun.wait()
    asked.cancel()
    await until(lambda: "client gone" in caplog.text)
    assert [] == [record.message for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


@pytest.mark.parametrize(("method", "path"), [("GET", "/thing"), ("GET", "/nowhere"), ("PUT", "/thing")])
async def test_security_headers_are_on_every_answer(open_client: OpenClient, method: str, path: str) -> None:
    """Answers, errors and refusals of the router alike; and none tells which software this is."""
    response = await (await open_client(make_route())).request(method, path)
    assert ALWAYS == {name: response.headers.get(name) for name in ALWAYS}
    assert "Server" not in response.headers


async def test_security_headers_are_on_streamed_answers(open_client: OpenClient) -> None:
    """A handler that writes by itself can't forget them, and may tighten them."""

    async def stream(call: Call) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Security-Policy": "sandbox"})
        await response.prepare(call.request)
        return response

    response = await (await open_client(make_route(handler=stream, status=200, produces="text/plain"))).get("/thing")
    assert ("nosniff", "sandbox") == (
        response.headers["X-Content-Type-Options"],
        response.headers["Content-Security-Policy"],
    )


def test_scripts_and_frames_of_others_are_shut_out() -> None:
    """The policy opens nothing but this origin; to the store's, if it is public, pages may only send."""
    policy = content_security_policy(None)
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    store = "https://s3.example.com"
    assert content_security_policy(store) == policy.replace("connect-src 'self'", f"connect-src 'self' {store}")


@pytest.mark.parametrize(("public_url", "sent"), [("https://share.example", True), ("http://share.example", False)])
async def test_https_installations_stay_https(open_client: OpenClient, public_url: str, *, sent: bool) -> None:
    """Strict-Transport-Security goes out exactly where people use HTTPS."""
    response = await (await open_client(make_route(), public_url=public_url)).get("/thing")
    assert sent == ("Strict-Transport-Security" in response.headers)


async def test_headers_of_a_route_are_on_its_refusals_too(open_client: OpenClient) -> None:
    """A protocol that wants its version on every answer (tus) gets it."""
    client = await open_client(make_route(method="POST", headers={"Tus-Resumable": "1.0.0"}))
    response = await client.post("/thing", headers={"Origin": "http://evil.example"})
    assert (403, "1.0.0") == (response.status, response.headers["Tus-Resumable"])


async def test_finished_request_is_logged_without_its_path(open_client: OpenClient) -> None:
    """One line per request, with the template instead of the token that the path holds."""
    client = await open_client(make_route(path="/s/{token}"))
    with capture_logs() as logs:
        await client.get("/s/secret-token")
    line = next(line for line in logs if line["event"] == "request")
    assert ("/s/{token}", 204, "GET") == (line["route"], line["status"], line["method"])
    assert "secret-token" not in str(logs)


async def test_a_defect_is_told_when_nobody_waits_for_the_answer(
    open_client: OpenClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Only refusals are calm then."""

    async def defective(call: Call) -> None:
        assert call.request.transport is not None
        call.request.transport.close()
        raise RuntimeError("a defect")

    client = await open_client(make_route(handler=defective))
    with pytest.raises(aiohttp.ClientError):
        await client.get("/thing")
    assert "a defect" in "".join(record.exc_text or "" for record in caplog.records if record.levelname == "ERROR")
