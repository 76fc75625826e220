"""The driver's own connections, past SQLAlchemy: for the few statements that are run for every event or every receipt.

Each statement is a transaction of its own. To take one of these connections and run a statement costs a sixth of what
`Database.statements` does, and half of it where a commit waits for the disk.
"""

import asyncio
import select
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg

CONNECTIONS_MAX = 8
RESTED_MAX_S = 30.0  # longer, and something on the way may have forgotten it
Driver = psycopg.AsyncConnection[Any]


class Direct:
    """At most CONNECTIONS_MAX connections, opened when they are needed. Whoever holds one must not wait for another."""

    def __init__(self, conninfo: str, **options: object) -> None:
        self._conninfo = conninfo
        self._options = options
        self._free = asyncio.Semaphore(CONNECTIONS_MAX)
        self._idle: list[tuple[float, Driver]] = []
        self._closed = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Driver]:
        """One for the block alone; it is not used again when the block raises. Raises what the driver does."""
        async with self._free:
            connection = await self._taken()
            try:
                yield connection
            except BaseException:
                await connection.close()
                raise
            if self._closed:
                await connection.close()
            else:
                self._idle.append((time.monotonic(), connection))

    async def close(self) -> None:
        """Closes them; those in use when their blocks end."""
        self._closed = True
        while self._idle:
            await self._idle.pop()[1].close()

    async def _taken(self) -> Driver:
        while self._idle:
            used_at, connection = self._idle.pop()
            rested_s = time.monotonic() - used_at
            if rested_s < RESTED_MAX_S and not connection.closed and not is_readable(connection.fileno()):
                return connection
            await connection.close()  # readable: the server said something while nobody asked, a goodbye
        return await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True, **self._options)  # type: ignore[arg-type]  # options of the connection by name


def is_readable(file: int) -> bool:
    """Whether something has come that nobody asked for."""
    poll = select.poll()
    poll.register(file, select.POLLIN)
    return bool(poll.poll(0))
