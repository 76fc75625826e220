"""What a running process holds: one frozen record, built at start and handed to every handler and job."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import structlog

from compliance.beacons import Intake
from compliance.exit import SealedExit
from compliance.keys import KeyRing, MasterKey
from compliance.ledger import Alone
from compliance.messages import Messages, OnPages
from compliance.outside import OutsideWatch, Quorum
from compliance.passwords import Passwords
from compliance.reading.processes import Extractor, Looker
from compliance.reading.reader import Reader
from compliance.rendering import Renderer, Sealer
from compliance.scanning import Inspector, Inspectors
from compliance.sequencing import LedgerWatch, Sequencer, open_ledger
from compliance.sessions import Sessions
from compliance.siem_addresses import seal_clear
from fileserver.config import Config, OnConflict
from fileserver.mailing import Mail, mail_of
from fileserver.oidc import Oidc
from fileserver.outgoing import Outgoing, Policy, host_of
from fileserver.platforms import Platforms, open_platforms
from fileserver.single_flight import SingleFlight
from storage.database import Database
from storage.errors import StorageError
from storage.jobs import Jobs
from storage.objects import ObjectStore
from storage.rows.installation import mark_of
from storage.settings import S3Settings
from watermark import jail

SUSPECTS_MAX = 2  # of traces, received at once: each is in memory whole
SEALING_MAX = 4  # last parts at once that are made of what is stored; each may be in memory once
KEYS_REFRESH_S = 15.0  # a key rotated or revoked elsewhere is known here after so long at most

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts that handlers use. Tests build it on real engines, with a clock of their own."""

    config: Config
    database: Database
    objects: ObjectStore
    jobs: Jobs
    renderer: Renderer
    sealer: Sealer
    inspector: Inspector
    reader: Reader | None  # None: what versions say is not read, as in tests that are about something else
    extractor: Extractor
    keys: KeyRing
    clock: Callable[[], datetime]
    outgoing: Outgoing
    platforms: Platforms = field(default_factory=Platforms)
    mark: str  # of this installation, in the keys of what it stores (storage.rows.installation)
    ledger_origin: str = ""  # the log's name
    mail: Mail | None = None  # None: this installation sends none
    messages: Messages = field(default_factory=OnPages)
    passwords: Passwords = field(default_factory=Passwords)
    callers: SingleFlight[Any] = field(default_factory=SingleFlight)  # look-ups of who calls, by API token
    suspects: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SUSPECTS_MAX))
    sealing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SEALING_MAX))
    files: Counter[UUID] = field(default_factory=Counter)  # of figures, on their way from this process: by person
    counts: Counter[str] = field(default_factory=Counter)  # what jobs of this process did, for its figures

    @cached_property
    def oidc(self) -> Oidc:
        """What this process knows of sign-in providers."""
        return Oidc(self.outgoing, self.clock)

    @cached_property
    def exit(self) -> SealedExit:
        """The one way out for bytes of a material."""
        return SealedExit(
            self.database, self.objects, self.sealer, self.renderer, self.keys, self.clock, self.require_log
        )

    def require_log(self) -> None:
        """Before anything leaves: the log keeps up, and nobody outside knows another one.

        Raises LedgerStalled, LedgerConflict.
        """
        self.watch.require()
        self.outside.require()

    @cached_property
    def alone(self) -> Alone:
        """Appends events that stand alone."""
        return Alone(self.database, self.clock)

    @cached_property
    def sessions(self) -> Sessions:
        """Finds who is signed in."""
        return Sessions(self.database)

    @cached_property
    def beacons(self) -> Intake:
        """Takes in how long pages were read."""
        return Intake(self.database, self.clock)

    @cached_property
    def watch(self) -> LedgerWatch:
        """Does the log keep up."""
        return LedgerWatch(self.config.ledger_stall_limit_s)

    @cached_property
    def outside(self) -> OutsideWatch:
        """What the places outside say of the log."""
        config = self.config
        quorum = Quorum(
            witnesses=frozenset(each.place for each in config.ledger_witnesses),
            needed=config.ledger_witness_quorum,
            age_max_s=config.ledger_witness_age_max_s,
        )
        return OutsideWatch(quorum, self.clock, refuse=config.ledger_conflict is OnConflict.REFUSE)

    @cached_property
    def sequencer(self) -> Sequencer:
        """Takes part in building the tree while it is `running`."""
        return Sequencer(self.database, self.keys, self.watch, self.clock, held=lambda: self.outside.refuses)

    async def settle(self) -> None:
        """Waits until the exit, if anything ever left, has told the log what it has to tell."""
        if "exit" in vars(self):
            await self.exit.settle()


def utc_now() -> datetime:
    """The clock of a real process."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_services(
    config: Config,
    *,
    clock: Callable[[], datetime] = utc_now,
    passwords: Passwords | None = None,
    inspector: Inspector | None = None,
    reading: bool = True,
) -> AsyncIterator[Services]:
    """Everything opened on the way in and closed on the way out, also when the start fails half-way.

    `inspector` looks at files in other ways than in processes of its own, as tests do that are about something else;
    they don't have it read either (`reading`).

    Raises StoreUnavailable without a database, KeyUnavailable under a wrong master key, LedgerBroken when the log is
    not the one that was signed, LedgerNamedOtherwise: such a process must not serve.
    """
    url = config.database_url.get_secret_value()
    if lack := jail.lack():
        log.warning("files are opened without a whole jail, for SEALSHARE_JAIL is if-possible", lacks=lack.value)
    async with AsyncExitStack() as stack:
        database = Database(url)
        stack.push_async_callback(database.close)
        keys = KeyRing(MasterKey(config.master_key_bytes, config.master_key_other_bytes))
        await keys.refresh(database)
        await stack.enter_async_context(_refreshing(keys, database))
        async with database.transaction() as tx:
            mark = await mark_of(tx)
            await seal_clear(tx, keys.master)
        origin = await open_ledger(database, keys, named=config.ledger_origin, otherwise=config.ledger_origin_otherwise)
        inspectors = await stack.enter_async_context(Inspectors(processes=config.inspecting_processes))
        objects = await stack.enter_async_context(ObjectStore(s3_settings(config)))
        extractor = await stack.enter_async_context(Extractor())
        looker = await stack.enter_async_context(Looker())
        outgoing = await stack.enter_async_context(Outgoing(policy_of(config), ca_file=config.outgoing_ca_file))
        yield Services(
            config=config,
            database=database,
            objects=objects,
            jobs=Jobs(url),
            renderer=await stack.enter_async_context(Renderer(processes=config.renderer_processes)),
            sealer=await stack.enter_async_context(Sealer(processes=config.sealing_processes)),
            inspector=inspector or inspectors,
            reader=Reader(database, objects, extractor, looker, ocr=config.ocr) if reading else None,
            extractor=extractor,
            keys=keys,
            clock=clock,
            mark=mark,
            ledger_origin=origin,
            mail=mail_of(config),
            outgoing=outgoing,
            platforms=open_platforms(config, outgoing, database, keys.master, clock),
            passwords=passwords or Passwords(),
        )


def policy_of(config: Config) -> Policy:
    """Whom this server may send to."""
    return Policy(
        hosts=frozenset(config.outgoing_hosts) | {host_of(url) for url in config.outgoing_urls},
        networks=config.outgoing_networks,
        loopback_http=config.outgoing_loopback_http,
    )


def s3_settings(config: Config) -> S3Settings:
    """Where the bytes are."""
    return S3Settings(
        endpoint_url=config.s3_endpoint_url,
        access_key=config.s3_access_key.get_secret_value(),
        secret_key=config.s3_secret_key.get_secret_value(),
        region=config.s3_region,
        bucket=config.s3_bucket,
        public_url=config.s3_public_url,
    )


@asynccontextmanager
async def _refreshing(keys: KeyRing, database: Database) -> AsyncIterator[None]:
    """Reads the signing keys anew from time to time, as long as the block lasts."""
    task = asyncio.create_task(_refresh_forever(keys, database))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _refresh_forever(keys: KeyRing, database: Database) -> None:
    while True:
        await asyncio.sleep(KEYS_REFRESH_S)
        try:
            await keys.refresh(database)
        except StorageError as error:  # the keys known so far stay good; the next round tries again
            log.warning("signing keys not refreshed", error=error.slug)
