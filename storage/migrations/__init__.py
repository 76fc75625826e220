"""Alembic migrations of the one database, and the three things one does with them.

A migration works while the previous release still runs: add first, remove a release later.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

MIGRATE_LOCK = 0x5EA15  # advisory lock: two nodes that start together migrate once


def migrate(url: str) -> tuple[str | None, str]:
    """Brings the database to the newest revision. Returns (revision before, revision now)."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
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
    finally:
        engine.dispose()


def current(url: str) -> str | None:
    """The revision that the database is at; None for an empty one."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def head() -> str:
    """The revision that this code needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise AssertionError("no migration is packaged")
    return revision


def _engine(url: str) -> Engine:
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
