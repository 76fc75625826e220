"""Https to a server with a certificate: by an issuer that was named, for the host that was asked, or not at all."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from fileserver.outgoing import Outgoing, OutgoingFailed, Policy
from tests.certificates import certificate


@asynccontextmanager
async def serving(chain: Path, secret: Path) -> AsyncIterator[str]:
    """A server with this certificate, at the loopback address."""

    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain, secret)
    app = web.Application()
    app.router.add_get("/", hello)
    server = TestServer(app, host="127.0.0.1", scheme="https")
    await server.start_server(ssl=context)
    try:
        yield f"https://127.0.0.1:{server.port}/"
    finally:
        await server.close()


async def asked(address: str, ca_file: Path | None) -> bytes:
    """The answer's body."""
    policy = Policy(hosts=frozenset({"127.0.0.1"}), loopback_http=True)
    async with Outgoing(policy, ca_file=str(ca_file) if ca_file else None) as outgoing:
        return (await outgoing.get(address)).body


async def test_an_issuer_that_was_named_is_trusted(tmp_path: Path) -> None:
    """SEALSHARE_OUTGOING_CA_FILE is for those whose certificates come from nowhere public."""
    chain, secret = certificate(tmp_path, "127.0.0.1")
    async with serving(chain, secret) as address:
        assert b"hello" == await asked(address, chain)


async def test_an_issuer_that_nobody_named_is_not(tmp_path: Path) -> None:
    """Neither is whoever vouches for themselves."""
    chain, secret = certificate(tmp_path, "127.0.0.1")
    async with serving(chain, secret) as address:
        with pytest.raises(OutgoingFailed) as caught:
            await asked(address, None)
    assert "tls" == caught.value.reason


async def test_a_certificate_for_another_host_is_not(tmp_path: Path) -> None:
    """A good issuer's certificate for somebody else is no certificate."""
    chain, secret = certificate(tmp_path, "127.0.0.2")
    async with serving(chain, secret) as address:
        with pytest.raises(OutgoingFailed) as caught:
            await asked(address, chain)
    assert "tls" == caught.value.reason
