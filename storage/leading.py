"""One process at a time: a PostgreSQL advisory lock for as long as a block lasts, whatever ends the process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from storage.database import Database, Transaction

TRY = text("SELECT pg_try_advisory_lock(hashtextextended('leading:' || CAST(:what AS text), 0))")
LEAVE = text("SELECT pg_advisory_unlock(hashtextextended('leading:' || CAST(:what AS text), 0))")
STILL = text("SELECT 1")


@asynccontextmanager
async def leading(database: Database, what: str) -> AsyncIterator[Transaction | None]:
    """The connection that holds the lock, or None while another process holds it.

    PostgreSQL frees the lock the moment the connection is gone. Whoever leads for long asks `still_leading` from time
    to time. Raises StoreUnavailable.
    """
    async with database.statements() as connection:
        if not await connection.scalar(TRY, {"what": what}):
            yield None
            return
        try:
            yield connection
        finally:
            await _leave(connection, what)


async def still_leading(connection: Transaction) -> None:
    """Raises when the connection that holds the lock is lost, and the lock with it."""
    await connection.execute(STILL)


async def _leave(connection: Transaction, what: str) -> None:
    """A connection that can't be asked is thrown away: back in the pool it would hold the lock for ever."""
    done = False
    try:
        with suppress(SQLAlchemyError):  # what ended the lead is what its caller shall see
            await connection.execute(LEAVE, {"what": what})
            done = True
    finally:
        if not done:
            await connection.invalidate()
