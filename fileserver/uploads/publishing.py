"""A process tells the others what it is receiving: every few seconds into PostgreSQL, so that any node shows all.

One statement a tick for all its flights; none while nothing is in flight. A database that is away costs a line of log.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from fileserver.services import Services
from fileserver.uploads.flight import Flights
from storage.errors import StorageError
from storage.rows import flights as rows
from storage.rows.flights import Said

EVERY_S = 2.0

log = structlog.get_logger(__name__)


class Publisher:
    """What was said last decides whether there is anything to say."""

    def __init__(self, services: Services, flights: Flights, every_s: float = EVERY_S) -> None:
        self._services, self._flights, self._every_s = services, flights, every_s
        self.said_any = False

    async def publish(self) -> None:
        """Says what is in flight now. Raises StoreUnavailable."""
        if not len(self._flights) and not self.said_any:
            return
        said = [
            Said(
                upload_id=each.upload_id,
                received_bytes=each.received_bytes,
                retained_bytes=each.retained_bytes,
                rate_bytes_s=each.rate_bytes_s,
            )
            for each in self._flights.measure()
        ]
        async with self._services.database.transaction() as tx:
            await rows.publish(tx, self._flights.process, said, self._services.clock())
        self.said_any = bool(said)

    async def publish_forever(self) -> None:
        """A tick after the other; a failed one is made good by the next."""
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self.publish()
            except StorageError as error:
                log.warning("flights not published", error=error.slug)
            except Exception:  # nobody waits for this task: whatever it is, the next tick must come
                log.exception("flights not published")


@asynccontextmanager
async def publishing(services: Services, flights: Flights) -> AsyncIterator[None]:
    """Publishes as long as the block lasts."""
    task = asyncio.create_task(Publisher(services, flights).publish_forever())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
