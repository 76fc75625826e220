"""The uploads feature's jobs. Each may run twice, and does what is still to be done."""

from datetime import timedelta
from uuid import UUID

import structlog

from compliance import ledger
from compliance.events import Act, Event
from fileserver.services import Services
from fileserver.uploads import names
from fileserver.uploads.errors import UploadGone
from fileserver.uploads.finishing import finish
from fileserver.uploads.orphans import sweep_orphans
from fileserver.uploads.sweeps import EXPIRED, record_sweep
from fileserver.uploads.verifying import verify
from storage.jobs import Jobs
from storage.rows import declarations, flights, uploads, versions

EXPIRE_CRON = "*/10 * * * *"
ORPHANS_CRON = "40 */6 * * *"
STUCK_AFTER = timedelta(minutes=15)
FLIGHTS_KEPT = timedelta(hours=1)

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets the worker run them."""

    async def assemble(upload_id: str) -> None:
        try:
            await finish(services, UUID(upload_id))
        except UploadGone:
            return  # finish() has made it failed: another try changes nothing

    async def verify_one(upload_id: str) -> None:
        await verify(services, UUID(upload_id))

    async def discard_one(upload_id: str) -> None:
        await discard(services, UUID(upload_id))

    async def tidy() -> None:
        await expire(services)
        await revive(services)
        await forget_flights(services)

    async def orphans() -> None:
        await sweep_orphans(services)

    jobs.register(names.ASSEMBLE, assemble)
    jobs.register(names.VERIFY, verify_one)
    jobs.register(names.DISCARD, discard_one)
    jobs.register_periodic(names.EXPIRE, EXPIRE_CRON, tidy)
    jobs.register_periodic(names.ORPHANS, ORPHANS_CRON, orphans)


async def expire(services: Services) -> int:
    """Ends every upload whose time is over; returns how many."""
    count = 0
    while True:
        async with services.database.transaction() as tx:
            now = services.clock()
            rows = await uploads.take_expired(tx, now)
            for row in rows:
                await uploads.change_state(tx, row.id, before=(row.state,), after="terminated", now=now)
                await ledger.append(tx, Event(act=Act.SYSTEM_UPLOAD_EXPIRE, obj=names.obj_of(row.id)), now=now)
                await services.jobs.enqueue(tx, names.DISCARD, upload_id=str(row.id))
        if not rows:
            services.counts[EXPIRED] += count
            if count:
                log.info("uploads expired", count=count)
            return count
        count += len(rows)


async def forget_flights(services: Services) -> None:
    """Removes what processes that died said about their uploads."""
    async with services.database.transaction() as tx:
        await flights.forget_before(tx, services.clock() - FLIGHTS_KEPT)


async def revive(services: Services) -> None:
    """Enqueues the next step of uploads whose own job has failed for good, for a store that was away for long.

    One job for each is enough: a worker that is away for days must not find hundreds.
    """
    async with services.database.transaction() as tx:
        for state, job in (("assembling", names.ASSEMBLE), ("verifying", names.VERIFY)):
            for upload_id in await uploads.unfinished_since(tx, state, services.clock() - STUCK_AFTER):
                if not await services.jobs.is_due(tx, job, upload_id=str(upload_id)):
                    await services.jobs.enqueue(tx, job, key=names.lock_of(job, upload_id), upload_id=str(upload_id))


async def discard(services: Services, upload_id: UUID) -> None:
    """Removes every object and multipart upload that an ended upload needs no more, also what a crash left behind."""
    async with services.database.transaction() as tx:
        row = await uploads.upload_by_id(tx, upload_id)
        if row is None or row.state in ("receiving", "assembling"):
            return
        await uploads.drop_signed(tx, upload_id)
        version = await versions.version_of_upload(tx, upload_id)
        key = names.object_key(upload_id)
        is_named = await versions.names_below(tx, key) or await declarations.evidence_below(tx, key)
    objects = services.objects
    removed = await objects.delete_prefix(names.tail_prefix(upload_id))
    multiparts = await objects.list_multiparts(names.object_key(upload_id))
    for pending in multiparts:
        await objects.abort_multipart(pending.key, pending.multipart_id)
    if row.state in ("terminated", "failed") and not is_named:
        removed += await objects.delete_prefix(names.object_key(upload_id))
    elif version is not None and not is_named:
        # The version shares an older object of the same bytes, and nothing can come to name this one any more.
        await objects.delete_prefix(names.object_key(upload_id))
    else:
        removed += await objects.delete_prefix(names.object_key(upload_id), keep=row.object_key)
    if removed or multiparts:
        await record_sweep(services, row, objects=removed, multiparts=len(multiparts))
