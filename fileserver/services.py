"""What a running server holds: one frozen record, built at start by fileserver.app and handed to every handler."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from compliance.passwords import Passwords
from fileserver.config import Config
from storage.database import Database
from storage.jobs import Jobs


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts that handlers use. Tests build it with real engines, or with only what the routes under test touch."""

    config: Config
    database: Database
    objects: Any
    jobs: Jobs
    renderer: Any
    keys: Any
    clock: Callable[[], datetime]
    passwords: Passwords = field(default_factory=Passwords)


@asynccontextmanager
async def open_services(config: Config) -> AsyncIterator[Services]:
    """Everything opened on the way in and closed on the way out, also when the start fails half-way."""
    database = Database(config.database_url.get_secret_value())
    try:
        yield Services(
            config=config,
            database=database,
            objects=None,
            jobs=Jobs(config.database_url.get_secret_value()),
            renderer=None,
            keys=None,
            clock=lambda: datetime.now(UTC),
        )
    finally:
        await database.close()
