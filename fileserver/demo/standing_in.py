"""The stand-in of the platforms, and a mailbox, while the demo runs: in a thread of it, with a loop of its own."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from threading import Thread

from fileserver.demo.mailbox import Mailbox
from fileserver.demo.platforms import FakePlatforms
from fileserver.services import utc_now

START_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class StandingIn:
    """What a server is configured with to ask them, and where a person finds the mail."""

    settings: Mapping[str, str]
    mailbox_url: str


@contextmanager
def standing_in(server_url: str) -> Iterator[StandingIn]:
    """They push to the server at `server_url`."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="platforms", daemon=True)
    thread.start()
    opened = AsyncExitStack()
    try:
        yield asyncio.run_coroutine_threadsafe(_opened(opened, server_url), loop).result(START_TIMEOUT_S)
    finally:
        asyncio.run_coroutine_threadsafe(opened.aclose(), loop).result(START_TIMEOUT_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_TIMEOUT_S)
        loop.close()


async def _opened(stack: AsyncExitStack, server_url: str) -> StandingIn:
    fake, mailbox = FakePlatforms(utc_now), Mailbox()
    await stack.enter_async_context(fake)
    await stack.enter_async_context(mailbox)
    fake.push_to(server_url)
    values = {**fake.settings, **mailbox.settings}
    texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()}
    return StandingIn(texts, mailbox.url)
