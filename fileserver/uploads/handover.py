"""An upload moves between processes: whoever takes it up asks its holder to let go, and waits milliseconds.

The holder's request keeps what has arrived, ends, and says so. A holder that is dead is not waited for; one that says
nothing in `PATIENCE_S` is passed over: the fence keeps it from recording anything more. Nothing depends on the words
getting through.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import structlog
from aiohttp import web

from fileserver.services import Services
from fileserver.uploads.errors import UploadReplaced
from fileserver.uploads.receptions import Receptions
from storage import channel
from storage.errors import StorageError

CHANNEL = "sealshare_uploads"
ASK, FREE = "ask", "free"
PATIENCE_S = 5.0

log = structlog.get_logger(__name__)


class Handover:
    """One process among those that receive uploads."""

    def __init__(self, services: Services, receptions: Receptions) -> None:
        self.process = receptions.flights.process
        self._services, self._receptions = services, receptions
        self._freed: dict[UUID, asyncio.Event] = {}
        self._waiting = Counter[UUID]()
        self._answering: set[asyncio.Task[None]] = set()

    async def ask(self, upload_id: UUID, holder: UUID) -> None:
        """Returns once `holder` has let go, is dead, or has been asked for long enough."""
        freed = self._freed.setdefault(upload_id, asyncio.Event())
        self._waiting[upload_id] += 1
        try:
            async with self._services.database.transaction() as tx:
                if await channel.is_gone(tx, holder):
                    return
                await channel.say(tx, CHANNEL, f"{ASK} {upload_id} {holder}")
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await freed.wait()
        finally:
            self._waiting[upload_id] -= 1
            if not self._waiting[upload_id]:
                del self._waiting[upload_id], self._freed[upload_id]

    def hear(self, words: str) -> None:
        """What somebody said on the channel; what is no word of ours is passed over."""
        with suppress(ValueError):
            self._heard(words.split(" "))

    def _heard(self, words: list[str]) -> None:
        match words:
            case [str(verb), str(upload), str(holder)] if verb == ASK and holder == str(self.process):
                task = asyncio.create_task(self._let_go(UUID(upload)))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
            case [str(verb), str(upload), *_] if verb == FREE and (freed := self._freed.get(UUID(upload))):
                freed.set()

    async def _let_go(self, upload_id: UUID) -> None:
        await self._receptions.let_go(upload_id, UploadReplaced())
        try:
            async with self._services.database.transaction() as tx:
                await channel.say(tx, CHANNEL, f"{FREE} {upload_id}")
        except StorageError as error:  # the other one goes on without it, only later
            log.warning("could not say that an upload is free", error=error.slug)


HANDOVER = web.AppKey("HANDOVER", Handover)


@asynccontextmanager
async def handing_over(services: Services, receptions: Receptions) -> AsyncIterator[Handover]:
    """Listens as long as the block lasts."""
    handover = Handover(services, receptions)
    url = services.config.database_url.get_secret_value()
    async with channel.listening(url, CHANNEL, handover.process, handover.hear):
        yield handover
