"""The stand-in of the platforms for as long as the demo runs: in a thread of it, with a loop of its own."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Thread

from fileserver.demo.platforms import FakePlatforms
from fileserver.services import utc_now

START_TIMEOUT_S = 10.0


@contextmanager
def standing_in(server_url: str) -> Iterator[Mapping[str, str]]:
    """The settings with which a server asks it; it pushes to the server at `server_url`."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="platforms", daemon=True)
    thread.start()
    fake = FakePlatforms(utc_now)
    try:
        asyncio.run_coroutine_threadsafe(fake.__aenter__(), loop).result(START_TIMEOUT_S)
        fake.push_to(server_url)
        yield {
            name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in fake.settings.items()
        }
    finally:
        asyncio.run_coroutine_threadsafe(fake.__aexit__(None, None, None), loop).result(START_TIMEOUT_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_TIMEOUT_S)
        loop.close()
