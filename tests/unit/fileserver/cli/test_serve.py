"""The end of a server node: what still streams is ended within a limit."""

import asyncio

import pytest
from aiohttp import ClientPayloadError, ClientSession, web

from fileserver.cli.listening import address_of
from fileserver.http import serving


@pytest.mark.parametrize(
    ("name", "address"),
    [(("127.0.0.1", 8080), "http://127.0.0.1:8080"), (("::1", 80, 0, 0), "http://[::1]:80")],
)
def test_names_the_address(name: tuple[str, int], address: str) -> None:
    """A socket's name becomes an address that a browser takes."""
    assert address == address_of(name)


async def test_ends_endless_streams_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that would go on for ever is cut when the time for finishing is over, and its reader notices."""
    monkeypatch.setattr(serving, "SHUTDOWN_TIMEOUT_S", 0.05)
    app = web.Application()
    app.router.add_get("/", endless)
    runner = serving.make_runner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    async with ClientSession() as session, session.get(f"http://{host}:{port}/") as response:
        assert b"more" == await response.content.readexactly(4)
        async with asyncio.timeout(5):
            await runner.cleanup()
            with pytest.raises(ClientPayloadError):
                await response.read()


async def endless(request: web.Request) -> web.StreamResponse:
    """A handler that waits for something that never happens."""
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"more")
    await asyncio.Event().wait()
    return response
