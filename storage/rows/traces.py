"""Rows of traces: a leaked thing, who asked about it, and what became of the question."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import func, insert, or_, select, update

from storage.database import Transaction
from storage.schema import trace

PAGE_MAX = 100
State = Literal["queued", "running", "done", "failed"]
Outcome = Literal["found", "not_enough"]
OPEN = ("queued", "running")


@dataclass(frozen=True, kw_only=True)
class TraceRow:
    """One trace. `object_key` is None once the suspect's bytes are forgotten; `failure` is a problem's slug.

    The narrowing (material, share, visits begun from `since` and before `until`) is None where nothing was said.
    """

    id: UUID
    person_id: UUID
    sha256: str
    size_bytes: int
    media_type: str
    filename: str
    object_key: str | None
    material_id: UUID | None = None
    share_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    state: State = "queued"
    steps_done: int = 0
    steps_total: int = 0
    outcome: Outcome | None = None
    failure: str | None = None
    results: Any = None
    created_at: datetime
    ended_at: datetime | None = None


COLUMNS = tuple(trace.c[field.name] for field in fields(TraceRow))


async def add_trace(tx: Transaction, row: TraceRow) -> None:
    """Adds a trace."""
    await tx.execute(insert(trace).values({field.name: getattr(row, field.name) for field in fields(row)}))


async def trace_by_id(tx: Transaction, trace_id: UUID) -> TraceRow | None:
    """The trace as it is now."""
    row = (await tx.execute(select(*COLUMNS).where(trace.c.id == trace_id))).one_or_none()
    return None if row is None else TraceRow(**row._asdict())


async def list_traces(
    tx: Transaction, *, before: tuple[datetime, UUID] | None = None, limit: int = PAGE_MAX
) -> Sequence[TraceRow]:
    """Traces, newest first; `before` continues after the last one seen."""
    query = select(*COLUMNS).order_by(trace.c.created_at.desc(), trace.c.id.desc()).limit(min(limit, PAGE_MAX))
    if before is not None:
        at, last_id = before
        query = query.where(or_(trace.c.created_at < at, (trace.c.created_at == at) & (trace.c.id < last_id)))
    return [TraceRow(**row._asdict()) for row in await tx.execute(query)]


async def count_open(tx: Transaction) -> int:
    """How many wait or are being worked on."""
    return int(await tx.scalar(select(func.count()).where(trace.c.state.in_(OPEN))) or 0)


async def set_steps(tx: Transaction, trace_id: UUID, *, done: int, total: int) -> bool:
    """Notes how far it is. False, and nothing changed, once it is over."""
    query = update(trace).where(trace.c.id == trace_id, trace.c.state.in_(OPEN))
    values = {"state": "running", "steps_done": done, "steps_total": total}
    return bool((await tx.execute(query.values(values))).rowcount == 1)


async def end_trace(
    tx: Transaction,
    trace_id: UUID,
    *,
    now: datetime,
    outcome: Outcome | None = None,
    results: Any = None,
    failure: str | None = None,
) -> bool:
    """Ends it: `done` with an outcome, or `failed` with a reason. False if it was over already: it ends once."""
    query = update(trace).where(trace.c.id == trace_id, trace.c.state.in_(OPEN))
    values = {
        "state": "failed" if failure else "done",
        "outcome": outcome,
        "results": results,
        "failure": failure,
        "ended_at": now,
        "steps_done": trace.c.steps_total,
    }
    return bool((await tx.execute(query.values(values))).rowcount == 1)


async def overdue_traces(tx: Transaction, created_before: datetime, limit: int) -> Sequence[UUID]:
    """The oldest that should be over by now."""
    query = select(trace.c.id).where(trace.c.state.in_(OPEN), trace.c.created_at < created_before)
    return (await tx.execute(query.order_by(trace.c.created_at).limit(limit))).scalars().all()


async def remembered_traces(tx: Transaction, created_before: datetime, limit: int) -> Sequence[TraceRow]:
    """The oldest that are over, were begun before then, and whose bytes are still kept."""
    query = select(*COLUMNS).where(
        trace.c.object_key.is_not(None), trace.c.state.not_in(OPEN), trace.c.created_at < created_before
    )
    rows = await tx.execute(query.order_by(trace.c.created_at).limit(limit))
    return [TraceRow(**row._asdict()) for row in rows]


async def forget_object(tx: Transaction, trace_id: UUID) -> None:
    """Notes that the suspect's bytes are gone."""
    await tx.execute(update(trace).where(trace.c.id == trace_id).values(object_key=None))
