"""PostgreSQL: one pool per process, and transactions as the only way in.

`Transaction` is the type that every function in storage.rows and every rule in compliance takes: whoever holds one
decides what is committed together. Times are UTC and come from the database's clock unless the caller injects them.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

import psycopg
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import LRUCache

from storage.direct import AllInUse, Direct, Driver, is_readable
from storage.errors import StoreUnavailable

Transaction = AsyncConnection
Asked = Transaction | Driver
"""Whoever answers a question that stands alone: within a transaction, or as one of its own."""

POOL_SIZE = 20  # all of them stay: a connection that is opened for one transaction costs ten times the transaction
POOL_TIMEOUT_S = 10
# A server that is gone without a goodbye, or the way to it, is noticed after 20 seconds, else never.
KEEPALIVES = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
IDLE_S = 30.0
USED_AT = "used_at"
NEWS = "news"
STATEMENTS_KEPT = 1000  # more than there are in storage.rows
STATEMENT_TIMEOUT_MS = 30_000
LOCK_TIMEOUT_MS = 10_000
OPTIONS = f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS} -c timezone=UTC"
# What is asked for every request is planned once: `= any(…)` PostgreSQL plans anew each time, at ten times the cost.
PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan"

# SQLSTATE, or the beginning of one (https://www.postgresql.org/docs/current/errcodes-appendix.html).
PASSING_STATES = {
    "08": "connection failed",
    "53": "out of connections, memory or disk",
    "57P": "going down or starting",
    "57014": "statement took too long",
    "55P03": "a lock was not free in time",
    "40001": "transactions in each other's way",
    "40P01": "transactions waited for each other",
}


class Statements(LRUCache[Any, Any]):
    """What statements compile to, for every database of this process: SQLAlchemy's own cache is each pool's.

    SQLAlchemy puts the dialect first in a key, of which each pool has one of its own; ours are all made alike.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        """The compiled statement, or the default."""
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


STATEMENTS = Statements(STATEMENTS_KEPT)


class Database:
    """A pool of connections to one PostgreSQL, opened on first use and closed by `close`."""

    def __init__(self, url: str) -> None:
        self.news = asyncio.Event()
        self.url = make_url(url).set(drivername="postgresql+psycopg")
        how = {"connect_timeout": POOL_TIMEOUT_S, "application_name": "sealshare", "options": OPTIONS} | KEEPALIVES
        self._engine = create_async_engine(
            self.url,
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT_S,
            execution_options={"compiled_cache": STATEMENTS},
            use_native_hstore=False,  # we have none: nobody need ask for it at the first connection
            hide_parameters=True,  # an error's text goes to the log, where hashes and sealed profiles don't belong
            pool_use_lifo=True,  # what PostgreSQL and the driver learn of statements is kept by each connection
            connect_args=how,
        )
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        prepared = how | {"options": f"{OPTIONS} {PLANNED_ONCE}"}
        self._direct = Direct(plain, wait_max_s=POOL_TIMEOUT_S, **prepared)
        self._autocommit = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ")
        event.listen(self._engine.sync_engine, "connect", lambda _connection, record: self._note_news(record))
        event.listen(self._engine.sync_engine, "checkin", _note_use)
        event.listen(self._engine.sync_engine, "checkout", self._ask_if_doubtful)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commits when the block ends, rolls back when it raises.

        Raises StoreUnavailable when PostgreSQL can't be reached or is too busy: nothing of the block is kept then, and
        the same may succeed later.
        """
        with _unavailable_if_it_may_pass():
            async with self._engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        """A transaction whose statements all see the same moment: that of the first one. It may add rows.

        To change a row that somebody else changed meanwhile raises StoreUnavailable. Otherwise as `transaction`.
        """
        with _unavailable_if_it_may_pass():
            async with self._snapshots.begin() as connection:
                yield connection

    @asynccontextmanager
    async def statements(self) -> AsyncIterator[Transaction]:
        """For single questions and changes: each statement is a transaction of its own, without round trips beside it.

        What two statements see may be of two moments, and the first stays done when the second fails. Raises as
        `transaction`.
        """
        with _unavailable_if_it_may_pass():
            async with self._autocommit.connect() as connection:
                yield connection

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[Driver]:
        """As `statements`, for what is run so often that SQLAlchemy's share of it counts: SQL of `storage.rows` only.

        Whoever holds one must not wait for another. Raises as `transaction`.
        """
        with _unavailable_if_it_may_pass():
            async with self._direct.connection() as connection:
                yield connection

    @asynccontextmanager
    async def driver_transaction(self) -> AsyncIterator[Driver]:
        """As `transaction`, on a connection of the driver."""
        async with self.driver() as driver, driver.transaction():
            yield driver

    async def ping(self) -> None:
        """Raises StoreUnavailable unless PostgreSQL answers."""
        async with self.transaction() as tx:
            await tx.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Closes every connection of the pool."""
        await self._direct.close()
        await self._engine.dispose()

    def _note_news(self, record: ConnectionPoolEntry) -> None:
        record.info[NEWS] = self.news

    def _ask_if_doubtful(self, connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        """Asked before it is used is a connection that rested for long, or whose server has said something: a goodbye.

        To ask every time would cost a round trip for each transaction.
        """
        rested_s = time.monotonic() - record.info.get(USED_AT, 0.0)
        if rested_s < IDLE_S and not is_readable(connection.driver_connection.fileno()):
            return
        try:
            self._engine.dialect.do_ping(connection)
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


async def driver_of(asked: Asked) -> Driver:
    """The driver's own connection, within the transaction: for what is run so often that SQLAlchemy's share counts."""
    if isinstance(asked, AsyncConnection):
        return cast("Driver", (await asked.get_raw_connection()).driver_connection)
    return asked


def ring(tx: Transaction) -> None:
    """Sets `news` of the database that this transaction is of, for whoever in this process waits for what it writes.

    It is heard before the transaction commits, so what is looked for may come a moment later, or never.
    """
    tx.info[NEWS].set()


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[USED_AT] = time.monotonic()


@contextmanager
def _unavailable_if_it_may_pass() -> Iterator[None]:
    try:
        yield
    except (PoolTimeoutError, AllInUse) as error:
        raise StoreUnavailable(store="postgresql", detail="every connection is in use") from error
    except (OperationalError, InterfaceError) as error:
        detail = _may_pass(error.orig, lost=error.connection_invalidated)
        if detail is None:
            raise
        raise StoreUnavailable(store="postgresql", detail=detail) from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:  # where SQLAlchemy is passed by
        detail = _may_pass(error)
        if detail is None:
            raise
        raise StoreUnavailable(store="postgresql", detail=detail) from error


def _may_pass(error: BaseException | None, *, lost: bool = False) -> str | None:
    """What keeps PostgreSQL from working now but not for ever; None for an error of ours."""
    state = getattr(error, "sqlstate", None)
    if lost or state is None:  # without a state, none was ever reached
        return "no connection"
    return next((detail for prefix, detail in PASSING_STATES.items() if state.startswith(prefix)), None)
