"""What crashes left in the store: objects, tails and multipart uploads that no row names, found by comparing both.

A process may die between storing and recording. What it stored never counts, but stays: of an upload that ends it goes
with the rest (`jobs.discard`), and this sweep finds what is left of those that go on, or that never got a row. It
touches nothing younger than ORPHAN_AFTER, since that may be recorded any moment now; nothing of another installation
that shares the bucket, whose keys begin with another mark (`names.new_id`); and nothing at all when most of what it
sees is nameless: then the database is older than the bucket, or a physical copy of the one that the bucket belongs to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from compliance import ledger
from compliance.events import Act, Event
from fileserver.services import Services
from fileserver.uploads import names
from fileserver.uploads.sweeps import MULTIPARTS, OBJECTS
from storage.objects import PendingMultipart
from storage.rows import uploads

ORPHAN_AFTER = timedelta(hours=6)  # longer than any request, and than clocks differ
ORPHAN_UNTIL = timedelta(days=14)  # older things are left alone: a database from a backup may not know them any more
ORPHANS_MAX = 1000  # in one sweep; the next one finds the rest
FOREIGN_FROM = 100  # nameless objects that outnumber the named ones: not ours to delete

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What no row names, and how many objects are named."""

    objects: Sequence[str]
    multiparts: Sequence[PendingMultipart]
    named: int

    @property
    def is_foreign(self) -> bool:
        """Whether deleting looks like a mistake."""
        return len(self.objects) > max(FOREIGN_FROM, self.named)


async def sweep_orphans(services: Services) -> Found:
    """Deletes what no row names, and tells the log."""
    now = services.clock()
    found = await find(services, now - ORPHAN_UNTIL, now - ORPHAN_AFTER)
    if found.is_foreign:
        log.error("more nameless objects than named ones: none deleted", nameless=len(found.objects), named=found.named)
        return found
    for key in found.objects:
        await services.objects.delete(key)
    for pending in found.multiparts:
        await services.objects.abort_multipart(pending.key, pending.multipart_id)
    if found.objects or found.multiparts:
        await _tell(services, found)
    return found


async def find(services: Services, since: datetime, before: datetime) -> Found:
    """Orphans of that time, `ORPHANS_MAX` objects at most. Nothing is changed."""
    orphans, named = list[str](), 0
    for area in (names.OBJECTS, names.TAILS):
        async for page in services.objects.list_pages(area + services.mark):
            old = [stored.key for stored in page if since <= stored.modified_at < before]
            known = await _named(services, old)
            named += len(known)
            orphans += [key for key in old if key not in known][: ORPHANS_MAX - len(orphans)]
    return Found(
        objects=orphans, multiparts=await _multiparts(services, before, names.OBJECTS + services.mark), named=named
    )


async def _named(services: Services, keys: Sequence[str]) -> frozenset[str]:
    if not keys:
        return frozenset()
    async with services.database.transaction() as tx:
        return await uploads.named_keys(tx, keys)


async def _multiparts(services: Services, before: datetime, prefix: str) -> Sequence[PendingMultipart]:
    old = [each for each in await services.objects.list_multiparts(prefix) if each.started_at < before]
    async with services.database.transaction() as tx:
        known = await uploads.named_multiparts(tx, [each.multipart_id for each in old])
    return [each for each in old if each.multipart_id not in known]


async def _tell(services: Services, found: Found) -> None:
    objects, multiparts = len(found.objects), len(found.multiparts)
    services.counts[OBJECTS] += objects
    services.counts[MULTIPARTS] += multiparts
    log.info("orphans swept", objects=objects, multiparts=multiparts)
    detail: dict[str, str | int] = {"cause": "orphan", "objects": objects, "multiparts": multiparts}
    async with services.database.transaction() as tx:
        await ledger.append(tx, Event(act=Act.SYSTEM_UPLOAD_SWEEP, det=detail), now=services.clock())
