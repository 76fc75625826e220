"""Alembic migrations of the one database, and what one does with them.

A migration works while the previous release still runs: add first, remove a release later. Every function that takes
a URL raises StoreUnavailable, with PostgreSQL's own reason, when it can't connect.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from storage.errors import StoreUnavailable

MIGRATE_LOCK = 0x5EA15  # advisory lock: two nodes that start together migrate once
CONNECT_TIMEOUT_S = 10


def migrate(url: str) -> tuple[str | None, str]:
    """Brings the database to the newest revision. Returns (revision before, revision now)."""
    with _connected(url) as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATE_LOCK})
        before = MigrationContext.configure(connection).get_current_revision()
        connection.commit()
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATE_LOCK})
        connection.commit()
    return before, head()


def current(url: str) -> str | None:
    """The revision that the database is at; None for an empty one."""
    with _connected(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def suits(revision: str | None) -> bool:
    """Whether this code works on a database at `revision`: its own newest, or one that only a later release knows."""
    known = {each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()}
    return revision is not None and (revision == head() or revision not in known)


def head() -> str:
    """The revision that this code needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise AssertionError("no migration is packaged")
    return revision


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    try:
        engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"), connect_args={"connect_timeout": CONNECT_TIMEOUT_S}
        )
        connection = engine.connect()
    except (ArgumentError, ValueError) as error:
        raise StoreUnavailable(store="postgresql", detail="the URL can't be read") from error
    except OperationalError as error:
        raise StoreUnavailable(store="postgresql", detail=_reason(error)) from error
    try:
        with connection:
            yield connection
    finally:
        engine.dispose()


def _reason(error: OperationalError) -> str:
    """What PostgreSQL said, in one line. Never the host as it was read: an unescaped @ puts half a password there."""
    first = str(error.orig).partition("\n")[0].removeprefix("connection failed: ")
    return "the host's name can't be resolved" if "resolve host" in first else first


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
