"""PostgreSQL: one pool per process, and transactions as the only way in.

`Transaction` is the type that every function in storage.rows and every rule in compliance takes: whoever holds one
decides what is committed together. Times are UTC and come from the database's clock unless the caller injects them.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage.errors import StoreUnavailable

Transaction = AsyncConnection

POOL_SIZE = 10
POOL_OVERFLOW = 10
POOL_TIMEOUT_S = 10
STATEMENT_TIMEOUT_MS = 30_000
LOCK_TIMEOUT_MS = 10_000
OPTIONS = f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS} -c timezone=UTC"


class Database:
    """A pool of connections to one PostgreSQL, opened on first use and closed by `close`."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url).set(drivername="postgresql+psycopg")
        self._engine = create_async_engine(
            self.url,
            pool_size=POOL_SIZE,
            max_overflow=POOL_OVERFLOW,
            pool_timeout=POOL_TIMEOUT_S,
            pool_pre_ping=True,
            hide_parameters=True,  # an error's text goes to the log, where hashes and sealed profiles don't belong
            connect_args={
                "connect_timeout": POOL_TIMEOUT_S,
                "application_name": "sealshare",
                "options": OPTIONS,
            },
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commits when the block ends, rolls back when it raises.

        Raises StoreUnavailable when PostgreSQL can't be reached.
        """
        try:
            async with self._engine.begin() as connection:
                yield connection
        except (OperationalError, InterfaceError) as error:
            if not error.connection_invalidated and not _is_unreachable(error):
                raise
            raise StoreUnavailable(store="postgresql") from error

    async def ping(self) -> None:
        """Raises StoreUnavailable unless PostgreSQL answers."""
        async with self.transaction() as tx:
            await tx.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Closes every connection of the pool."""
        await self._engine.dispose()


def _is_unreachable(error: DBAPIError) -> bool:
    """Class 08 is a connection failure, 57P the server going away; without a state, none was ever reached."""
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state.startswith(("08", "57P"))
