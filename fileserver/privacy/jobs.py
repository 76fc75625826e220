"""What a worker does: deletes files of traces that show an erased person's name, and prunes the log every night."""

from uuid import UUID

import structlog

from compliance import ledger, retention
from compliance.events import Act, Event
from compliance.tracing.results import objects_of
from fileserver.services import Services
from storage.jobs import Jobs
from storage.rows import traces

FORGET_TRACE = "privacy.forget_trace"
PRUNE = "privacy.prune"
EVERY_NIGHT = "41 3 * * *"

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run them."""

    async def forget(trace_id: str) -> None:
        await forget_trace(services, UUID(trace_id))

    async def prune() -> None:
        await prune_log(services)

    jobs.register(FORGET_TRACE, forget)
    jobs.register_periodic(PRUNE, EVERY_NIGHT, prune)


async def prune_log(services: Services) -> int:
    """Lets go of entries whose time is over; how many. A long backlog takes several nights.

    Nothing while a place outside contradicts the log: pruning signs a head.
    """
    if services.outside.refuses:
        return 0
    days = services.config.log_retention_days
    pruned = await retention.prune(services.database, services.keys, days=days, clock=services.clock)
    if pruned:
        log.info("log pruned", entries=pruned)
    return pruned


async def forget_trace(services: Services, trace_id: UUID) -> None:
    """Deletes a trace's suspect and pictures, and tells the log. Bytes first; twice changes nothing."""
    async with services.database.transaction() as tx:
        row = await traces.trace_by_id(tx, trace_id)
    if row is None or row.object_key is None:
        return
    await services.objects.delete_prefix(objects_of(trace_id))
    async with services.database.transaction() as tx:
        await traces.forget_object(tx, trace_id)
        event = Event(act=Act.SYSTEM_TRACE_FORGET, role="system", obj=f"trace:{trace_id}", det={"sha256": row.sha256})
        await ledger.append(tx, event, now=services.clock())
