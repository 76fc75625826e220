"""What the commands about people and keys work with: the database itself, no server in between.

Whoever may run them holds the database's address and the master key, so no access rule is asked; their events say
`operator` and name nobody.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import click

from compliance.errors import ComplianceError, KeyUnavailable, LedgerBroken
from compliance.events import Trail
from compliance.keys import KeyRing, MasterKey
from compliance.passwords import Passwords
from compliance.sequencing import LedgerWatch, Sequencer
from fileserver.cli.explain import explain
from fileserver.cli.options import EXPLAINED, configured, require_migrated
from fileserver.config import Config
from fileserver.http.problems import problem_of
from fileserver.i18n import Language
from fileserver.services import utc_now
from storage.database import Database
from storage.errors import StorageError
from storage.rows import sequencing

OPERATOR = Trail(role="operator")

CHINA_TIME = ZoneInfo("Asia/Shanghai")

Result = TypeVar("Result")


@dataclass(frozen=True)
class Desk:
    """An open database, the keys to what it holds, and the ledger's name."""

    database: Database
    keys: KeyRing
    ledger_origin: str
    passwords: Passwords = field(default_factory=Passwords)
    clock: Callable[[], datetime] = utc_now
    zone: ZoneInfo = CHINA_TIME  # of the brand: whose days are counted


@asynccontextmanager
async def open_desk(config: Config) -> AsyncIterator[Desk]:
    """Raises StoreUnavailable without a database, KeyUnavailable under another master key than its own."""
    database = Database(config.database_url.get_secret_value())
    try:
        keys = KeyRing(MasterKey(config.master_key_bytes, config.master_key_other_bytes))
        await keys.refresh(database)
        async with database.transaction() as tx:
            origin = await sequencing.open_log(tx, config.ledger_origin or config.ledger_origin_otherwise)
        yield Desk(database, keys, origin, zone=ZoneInfo(config.time_zone))
        if not config.has_places_outside:  # which a server asks first, lest it sign a second head of some size
            await _sequence(database, keys)
    finally:
        await database.close()


async def _sequence(database: Database, keys: KeyRing) -> None:
    """What was appended here gets its place at once, also when no server runs; if it can't, a server sees to it."""
    with suppress(StorageError, KeyUnavailable, LedgerBroken):
        await Sequencer(database, keys, LedgerWatch(float("inf")), utc_now).turn()


def at_desk(work: Callable[[Desk], Awaitable[Result]]) -> Result:
    """Does the work and closes everything. Raises ClickException with one clear line for what the rules refuse."""
    config = configured()

    async def run() -> Result:
        async with open_desk(config) as desk:
            return await work(desk)

    try:
        require_migrated(config)
        return asyncio.run(run())
    except EXPLAINED as error:
        raise click.ClickException(explain(error)) from error
    except ComplianceError as error:
        raise click.ClickException(sentence(error)) from error


def sentence(error: Exception) -> str:
    """The refusal in words: that of the field where one is to blame, else that of the problem."""
    problem = problem_of(error, Language.EN, "")
    fields = [f"{each['field'].removeprefix('/')}: {each['message']}" for each in problem.errors]
    return "; ".join(fields) or problem.detail
