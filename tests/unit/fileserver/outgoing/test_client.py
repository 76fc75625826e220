"""What the client does on a real connection: where it goes, what it follows, how much and how long it waits."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address, ip_network

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from yarl import URL

from fileserver.outgoing import Outgoing, OutgoingFailed, OutgoingRefused, Policy, client
from fileserver.outgoing.addresses import Address
from fileserver.outgoing.client import ANSWER_BYTES_MAX, CheckedResolver

AT_HOME = Policy(hosts=frozenset({"127.0.0.1"}), loopback_http=True)


@asynccontextmanager
async def serving(handler: object) -> AsyncIterator[str]:
    """A server on the loopback address that answers every request by `handler`."""
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)  # type: ignore[arg-type]  # any handler of aiohttp's
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("/here"))


async def test_an_answer_comes_whole() -> None:
    """Status, type and body are the other side's; the body and its type arrive there."""

    async def echo(request: web.Request) -> web.Response:
        return web.Response(status=409, body=await request.read(), content_type=request.content_type)

    async with serving(echo) as address, Outgoing(AT_HOME) as outgoing:
        answer = await outgoing.post(address, b"7\n", media_type="text/x.tlog.size")

    assert (409, "text/x.tlog.size", b"7\n") == (answer.status, answer.media_type, answer.body)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(status: int) -> None:
    """Whoever answers can't send the server elsewhere."""
    seen = []

    async def away(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async with serving(away) as address, Outgoing(AT_HOME) as outgoing:
        with pytest.raises(OutgoingFailed) as caught:
            await outgoing.get(address)

    assert "redirect" == caught.value.reason
    assert ["/here"] == seen


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would look names up itself: whatever the environment says, the address that was checked is asked."""
    seen = []

    async def proxy(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=502)

    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    async with serving(proxy) as other, serving(hello) as address, Outgoing(AT_HOME) as outgoing:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, str(URL(other).origin()))
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        answer = await outgoing.get(address)

    assert ([], b"hello") == (seen, answer.body)


@pytest.mark.parametrize("more", [0, 1])
async def test_an_answer_is_bounded(more: int) -> None:
    """64 KiB are read, and not a byte more is taken."""

    async def long(request: web.Request) -> web.Response:
        return web.Response(body=bytes(ANSWER_BYTES_MAX + more))

    async with serving(long) as address, Outgoing(AT_HOME) as outgoing:
        if not more:
            assert ANSWER_BYTES_MAX == len((await outgoing.get(address)).body)
            return
        with pytest.raises(OutgoingFailed) as caught:
            await outgoing.get(address)

    assert "too-large" == caught.value.reason


async def test_whoever_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit counts from the first look-up to the last byte."""
    monkeypatch.setattr(client, "TIMEOUT_S", 0.05)

    async def mute(request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    async with serving(mute) as address, Outgoing(AT_HOME) as outgoing:
        with pytest.raises(OutgoingFailed) as caught:
            await outgoing.get(address)

    assert "timeout" == caught.value.reason


async def test_nobody_listening_is_a_failure_that_may_pass() -> None:
    """A refused connection is OutgoingFailed, which callers try again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with Outgoing(AT_HOME) as outgoing:
        with pytest.raises(OutgoingFailed) as caught:
            await outgoing.get(f"http://127.0.0.1:{port}/")

    assert "connection" == caught.value.reason


async def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    """A server that can't show a verified certificate gets nothing over https."""

    async def never(request: web.Request) -> web.Response:
        raise AssertionError("nothing may arrive in plain text")

    async with serving(never) as address, Outgoing(AT_HOME) as outgoing:
        with pytest.raises(OutgoingFailed) as caught:
            await outgoing.get(str(URL(address).with_scheme("https")))

    assert caught.value.reason in ("tls", "connection")


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    """A name is looked up once; a resolver that changes its mind afterwards is not asked again."""
    answers = [[ip_address("127.0.0.1")], [ip_address("10.0.0.1")]]

    async def lookup(host: str, port: int) -> Sequence[Address]:
        return answers.pop(0)

    async def hello(request: web.Request) -> web.Response:
        return web.Response(text=request.host)

    policy = Policy(hosts=frozenset({"rebound.example"}), networks=(ip_network("127.0.0.0/8"),))
    async with serving(hello) as address, Outgoing(policy, lookup=lookup) as outgoing:
        plain = URL(address).with_host("rebound.example")
        # The policy wants https; the same session, asked in plain text, shows where its connections lead.
        session = outgoing._session
        assert isinstance(session, ClientSession)
        async with session.get(plain) as response:
            assert "rebound.example" in await response.text()
    assert 1 == len(answers)


async def test_the_resolver_checks_what_it_gives() -> None:
    """No address leaves the resolver that the policy was not asked about."""

    async def lookup(host: str, port: int) -> Sequence[Address]:
        return [ip_address("93.184.216.34"), ip_address("2606:4700::1111")]

    resolver = CheckedResolver(Policy(hosts=frozenset()), lookup)
    assert ["93.184.216.34"] == [each["host"] for each in await resolver.resolve("x.example", 443, socket.AF_INET)]
    assert 2 == len(await resolver.resolve("x.example", 443))


def test_http_needs_the_setting_and_loopback() -> None:
    """Plain http goes to this machine only, and only where the operator said so."""
    here, public = "http://127.0.0.1:8000/", "http://93.184.216.34/"
    hosts = frozenset({"127.0.0.1", "93.184.216.34"})

    assert here == str(Policy(hosts=hosts, loopback_http=True).check(here))
    for policy, address in ((Policy(hosts=hosts), here), (Policy(hosts=hosts, loopback_http=True), public)):
        with pytest.raises(OutgoingRefused) as caught:
            policy.check(address)
        assert "scheme" == caught.value.reason


def test_private_networks_are_reached_where_the_operator_named_them() -> None:
    """A witness inside the company is possible, one network at a time."""
    hosts = frozenset({"10.1.2.3", "10.2.0.1"})
    policy = Policy(hosts=hosts, networks=(ip_network("10.1.0.0/16"),))

    assert policy.check("https://10.1.2.3/")
    with pytest.raises(OutgoingRefused):
        policy.check("https://10.2.0.1/")
