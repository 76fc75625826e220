"""What a worker does for traces: looks at suspects, makes pages findable, and forgets files whose time is over."""

from datetime import timedelta
from uuid import UUID

import structlog

from compliance import ledger
from compliance.events import Act, Event
from compliance.tracing import Tracer
from fileserver.services import Services
from fileserver.traces.receiving import OBJECTS, TRACE
from storage.jobs import Jobs
from storage.rows import traces
from storage.rows.erasure import traces_naming_erased
from storage.rows.traces import TraceRow

INDEX = "traces.index"
TIDY = "traces.tidy"
INDEX_CRON = "13 * * * *"
TIDY_CRON = "25 * * * *"
OVERDUE_AFTER = timedelta(hours=1)
ORPHAN_AFTER = timedelta(hours=6)  # longer than any request, and than clocks differ
BATCH = 100

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run them."""

    async def trace(trace_id: str) -> None:
        await tracer_of(services).trace(UUID(trace_id))
        await forget_erased(services)

    async def index() -> None:
        await tracer_of(services).index()

    async def tidy() -> None:
        await enqueue_overdue(services)
        await forget(services)
        await forget_erased(services)
        await sweep(services)

    jobs.register(TRACE, trace)
    jobs.register_periodic(INDEX, INDEX_CRON, index)
    jobs.register_periodic(TIDY, TIDY_CRON, tidy)


def tracer_of(services: Services) -> Tracer:
    """The engine on this process's parts."""
    return Tracer(
        services.database,
        services.objects,
        services.renderer,
        services.sealer,
        services.keys,
        services.clock,
        services.reader.looker if services.reader else None,
    )


async def enqueue_overdue(services: Services) -> int:
    """Asks again for traces that have waited for long: a job gives up after some tries. How many."""
    async with services.database.transaction() as tx:
        overdue = await traces.overdue_traces(tx, services.clock() - OVERDUE_AFTER, BATCH)
        for trace_id in overdue:
            await services.jobs.enqueue(tx, TRACE, key=f"{TRACE}:{trace_id}", trace_id=str(trace_id))
    return len(overdue)


async def forget(services: Services) -> int:
    """Deletes suspects and pictures whose time is over, and tells the log; how many traces' they were."""
    before = services.clock() - timedelta(seconds=services.config.trace_expiry_s)
    async with services.database.transaction() as tx:
        found = await traces.remembered_traces(tx, before, BATCH)
    for row in found:
        await _forget(services, row)
    return len(found)


async def forget_erased(services: Services) -> int:
    """The same of traces that show somebody who was erased, before or after they ended; how many."""
    async with services.database.transaction() as tx:
        ids = await traces_naming_erased(tx, BATCH)
        found = [row for trace_id in ids if (row := await traces.trace_by_id(tx, trace_id)) is not None]
    for row in found:
        await _forget(services, row)
    return len(found)


async def _forget(services: Services, row: TraceRow) -> None:
    """Bytes first: a process that dies in between finds the row again, and deletes nothing twice that is there."""
    await services.objects.delete_prefix(f"{OBJECTS}{row.id}/")
    async with services.database.transaction() as tx:
        await traces.forget_object(tx, row.id)
        event = Event(act=Act.SYSTEM_TRACE_FORGET, role="system", obj=f"trace:{row.id}", det={"sha256": row.sha256})
        await ledger.append(tx, event, now=services.clock())


async def sweep(services: Services) -> int:
    """Deletes what no row names: a process died between storing a suspect and recording it. How many objects."""
    before, count = services.clock() - ORPHAN_AFTER, 0
    async for page in services.objects.list_pages(OBJECTS):
        for each in page:
            trace_id = _trace_of(each.key)
            if trace_id is None or each.modified_at >= before:
                continue
            async with services.database.transaction() as tx:
                known = await traces.trace_by_id(tx, trace_id) is not None
            if not known:
                await services.objects.delete(each.key)
                count += 1
    if count:
        log.warning("objects of no trace deleted", count=count)
    return count


def _trace_of(key: str) -> UUID | None:
    try:
        return UUID(key.removeprefix(OBJECTS).partition("/")[0])
    except ValueError:
        return None
