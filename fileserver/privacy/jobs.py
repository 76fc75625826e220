"""What a worker does after an erasure: the files of traces that show the person's name are deleted."""

from uuid import UUID

from compliance import ledger
from compliance.events import Act, Event
from compliance.tracing.results import objects_of
from fileserver.services import Services
from storage.jobs import Jobs
from storage.rows import traces

FORGET_TRACE = "privacy.forget_trace"


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run them."""

    async def forget(trace_id: str) -> None:
        await forget_trace(services, UUID(trace_id))

    jobs.register(FORGET_TRACE, forget)


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
