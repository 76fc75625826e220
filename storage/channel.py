"""Words between processes over PostgreSQL's LISTEN and NOTIFY, and which of the processes are alive.

Promises: what is said while a listener is connected reaches it within milliseconds; a lost connection comes back by
itself. Nothing is kept: what was said in between is lost, so a word may only make things faster, never right. A process
is alive as long as its listening connection holds an advisory lock, which PostgreSQL frees the moment it is gone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import psycopg
import structlog
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.engine import make_url

from storage.database import KEEPALIVES, Transaction

RECONNECT_S = 1.0
CONNECT_TIMEOUT_S = 10
ALIVE = "SELECT pg_advisory_lock(hashtextextended('process:' || %s, 0))"
LOCK_LIMIT = "SET lock_timeout = '5s'"
IS_GONE = text("SELECT pg_try_advisory_xact_lock_shared(hashtextextended('process:' || CAST(:process AS text), 0))")
NOTIFY = text("SELECT pg_notify(:channel, :words)")

Hear = Callable[[str], None]

log = structlog.get_logger(__name__)


async def say(tx: Transaction, channel: str, words: str) -> None:
    """Heard by every listener of the channel once `tx` commits."""
    await tx.execute(NOTIFY, {"channel": channel, "words": words})


async def is_gone(tx: Transaction, process: UUID) -> bool:
    """Whether nobody listens under this name any more."""
    return bool(await tx.scalar(IS_GONE, {"process": str(process)}))


@asynccontextmanager
async def listening(database_url: str, channel: str, process: UUID, hear: Hear) -> AsyncIterator[None]:
    """Calls `hear` with all words on the channel as long as the block lasts, and is alive under the process's name."""
    conninfo = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connected = asyncio.Event()
    task = asyncio.create_task(_listen_forever(conninfo, channel, process, hear, connected))
    try:
        await asyncio.wait({task, asyncio.ensure_future(connected.wait())}, return_when=asyncio.FIRST_COMPLETED)
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _listen_forever(conninfo: str, channel: str, process: UUID, hear: Hear, connected: asyncio.Event) -> None:
    while True:
        try:
            await _listen(conninfo, channel, process, hear, connected)
        except psycopg.Error as error:
            log.warning("not listening", channel=channel, error=type(error).__name__)
        connected.set()  # nobody waits for a database that is away
        await asyncio.sleep(RECONNECT_S)


async def _listen(conninfo: str, channel: str, process: UUID, hear: Hear, connected: asyncio.Event) -> None:
    async with await psycopg.AsyncConnection.connect(
        conninfo,
        autocommit=True,
        connect_timeout=CONNECT_TIMEOUT_S,
        application_name="sealshare-channel",
        **KEEPALIVES,  # type: ignore[arg-type]  # options of the connection by name
    ) as connection:
        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        await connection.execute(LOCK_LIMIT)  # a connection of ours that is half dead may still hold the name
        await connection.execute(ALIVE, [str(process)])
        connected.set()
        async for notify in connection.notifies():
            hear(notify.payload)
