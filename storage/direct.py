"""The driver's own connections, past SQLAlchemy: for the few statements that are run for every event or every receipt.

Each statement is a transaction of its own. To take one of these connections and run a statement costs a sixth of what
`Database.statements` does, and half of it where a commit waits for the disk.
"""

import asyncio
import select
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cached_property
from typing import Any, cast

import psycopg
from psycopg.pq import Format, TransactionStatus
from psycopg.rows import RowMaker, namedtuple_row
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

CONNECTIONS_MAX = 8
RESTED_MAX_S = 30.0  # longer, and something on the way may have forgotten it
Driver = psycopg.AsyncConnection[Any]


class AllInUse(Exception):
    """No connection became free in time."""


class Prepared:
    """A statement of SQLAlchemy, put into words once and asked by the driver: a third of what it costs otherwise.

    Its words are those that PostgreSQL knows ($1): in a long text the driver would look for its own placeholders anew
    each time. A value that is asked for and not given raises KeyError, before anything is said to PostgreSQL.
    """

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._maker: RowMaker[Any] | None = None

    async def one(self, driver: Driver, **values: object) -> Any:
        """Its row, with columns by name, or None."""
        return await (await self._run(driver, values)).fetchone()

    async def all(self, driver: Driver, **values: object) -> list[Any]:
        """Its rows, with columns by name."""
        return await (await self._run(driver, values)).fetchall()

    async def run(self, driver: Driver, **values: object) -> None:
        """For statements that answer nothing."""
        await self._run(driver, values)

    async def _run(self, driver: Driver, values: Mapping[str, object]) -> psycopg.AsyncRawCursor[Any]:
        words, names, constants = self._compiled
        cursor = psycopg.AsyncRawCursor(driver, row_factory=self._rows)
        cursor.format = Format.BINARY
        said = [values[name] if name in values else constants[name] for name in names]
        return await cursor.execute(words, said, prepare=True)

    def _rows(self, cursor: Any) -> RowMaker[Any]:
        """The columns of a statement have the same names each time."""
        if self._maker is None:
            self._maker = namedtuple_row(cursor)
        return self._maker

    @cached_property
    def _compiled(self) -> tuple[bytes, tuple[str, ...], dict[str, object]]:
        spoken: Dialect = dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects have no types
        compiled = cast("SQLCompiler", cast("ClauseElement", self._statement).compile(dialect=spoken))
        constants = {name: value for name, value in compiled.params.items() if not compiled.binds[name].required}
        return str(compiled).encode(), tuple(compiled.positiontup or ()), constants


class Direct:
    """At most CONNECTIONS_MAX connections, opened when they are needed. Whoever holds one must not wait for another."""

    def __init__(self, conninfo: str, *, wait_max_s: float, **options: object) -> None:
        self._conninfo, self._wait_max_s = conninfo, wait_max_s
        self._options = options
        self._free = asyncio.Semaphore(CONNECTIONS_MAX)
        self._idle: list[tuple[float, Driver]] = []
        self._closed = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Driver]:
        """One for the block alone. Raises what the driver does: it is not used again then, nor after a cancellation.

        Raises AllInUse where none becomes free within `wait_max_s`. What the block refuses by itself says nothing
        against a connection; a transaction that it left open is rolled back by then, so nobody waits for its locks.
        """
        async with self._turn():
            connection, sound = await self._taken(), False
            try:
                yield connection
                sound = True
            except psycopg.Error:
                raise
            except Exception:
                with suppress(psycopg.Error):
                    await connection.rollback()
                    sound = True
                raise
            finally:
                if sound and not self._closed and connection.info.transaction_status is TransactionStatus.IDLE:
                    self._idle.append((time.monotonic(), connection))
                else:
                    await connection.close()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._wait_max_s):
                await self._free.acquire()
        except TimeoutError as error:
            raise AllInUse from error
        try:
            yield
        finally:
            self._free.release()

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
