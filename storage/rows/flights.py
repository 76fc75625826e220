"""Rows of flights: what each process last said about the uploads it is receiving, so that any node can show them all.

A row says only what was true when it was written: readers pass over rows that are older than they care for, which is
what becomes of those of a dead process until `forget_before` removes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, or_, select, text

from storage.database import Transaction
from storage.rows.uploads import PAGE_MAX, UNFINISHED
from storage.schema import account, person, upload, upload_flight

# What is no longer in flight goes and what is comes, in one statement; the order keeps two processes from waiting for
# each other when an upload moves between them.
PUBLISH = text("""
    WITH landed AS (
        DELETE FROM upload_flight WHERE process = :process AND NOT upload_id = ANY(CAST(:uploads AS uuid[]))
    )
    INSERT INTO upload_flight (upload_id, process, received_bytes, retained_bytes, rate_bytes_s, seen_at)
    SELECT upload_id, :process, received_bytes, retained_bytes, rate_bytes_s, :now
    FROM unnest(
        CAST(:uploads AS uuid[]), CAST(:received AS bigint[]), CAST(:retained AS bigint[]), CAST(:rates AS bigint[])
    ) AS flying (upload_id, received_bytes, retained_bytes, rate_bytes_s)
    ORDER BY upload_id
    ON CONFLICT (upload_id) DO UPDATE SET
        process = excluded.process,
        received_bytes = excluded.received_bytes,
        retained_bytes = excluded.retained_bytes,
        rate_bytes_s = excluded.rate_bytes_s,
        seen_at = excluded.seen_at
""")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a process says about one upload."""

    upload_id: UUID
    received_bytes: int
    retained_bytes: int
    rate_bytes_s: int


@dataclass(frozen=True, kw_only=True)
class FlightRow:
    """An upload that is not over, whose it is, and, while it is in flight, what its process said last."""

    id: UUID
    login: str
    pseudonym: str
    way: str
    state: str
    offset_bytes: int
    length_bytes: int | None
    verified_bytes: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    process: UUID | None
    received_bytes: int | None
    retained_bytes: int | None
    rate_bytes_s: int | None
    idle: bool


@dataclass(frozen=True, kw_only=True)
class Since:
    """From when on something counts as now: what a process said, and progress of either way.

    Nobody here notices the parts of a direct upload: without news for an hour it may be at its fastest.
    """

    said: datetime
    streamed: datetime
    direct: datetime


@dataclass(frozen=True, kw_only=True)
class TotalsRow:
    """All uploads that are not over, together."""

    unfinished: int
    in_flight: int
    idle: int
    announced_bytes: int  # by their lengths, or by what came of those whose length is not known
    stored_bytes: int
    retained_bytes: int
    rate_bytes_s: int


async def publish(tx: Transaction, process: UUID, said: Sequence[Said], now: datetime) -> None:
    """Replaces everything that the process said before."""
    columns = {
        "uploads": [each.upload_id for each in said],
        "received": [each.received_bytes for each in said],
        "retained": [each.retained_bytes for each in said],
        "rates": [each.rate_bytes_s for each in said],
    }
    await tx.execute(PUBLISH, {"process": process, "now": now, **columns})


async def list_flights(
    tx: Transaction, *, since: Since, before: tuple[datetime, UUID] | None = None, limit: int = PAGE_MAX
) -> list[FlightRow]:
    """Uploads that are not over, newest first, with what was said of them; `idle` ones wait for bytes since long."""
    query = (
        _with_flights(
            since,
            *(upload.c[name] for name in ("id", "way", "state", "offset_bytes", "length_bytes", "verified_bytes")),
            *(upload.c[name] for name in ("created_at", "updated_at", "expires_at")),
            *(upload_flight.c[name] for name in ("process", "received_bytes", "retained_bytes", "rate_bytes_s")),
            account.c.login,
            person.c.pseudonym,
            _idle(since).label("idle"),
        )
        .join(person, person.c.id == upload.c.person_id)
        .join(account, account.c.person_id == upload.c.person_id)
    )
    if before is not None:
        created_at, last_id = before
        earlier = and_(upload.c.created_at == created_at, upload.c.id < last_id)
        query = query.where(or_(upload.c.created_at < created_at, earlier))
    query = query.order_by(upload.c.created_at.desc(), upload.c.id.desc()).limit(min(limit, PAGE_MAX))
    return [FlightRow(**row) for row in (await tx.execute(query)).mappings()]


async def totals(tx: Transaction, *, since: Since) -> TotalsRow:
    """The sums over everything that `list_flights` could list."""
    flying = upload_flight.c.upload_id.is_not(None)
    query = _with_flights(
        since,
        func.count().label("unfinished"),
        func.count().filter(flying).label("in_flight"),
        func.count().filter(_idle(since)).label("idle"),
        _sum(func.coalesce(upload.c.length_bytes, upload.c.offset_bytes), "announced_bytes"),
        _sum(upload.c.offset_bytes, "stored_bytes"),
        _sum(upload_flight.c.retained_bytes, "retained_bytes"),
        _sum(upload_flight.c.rate_bytes_s, "rate_bytes_s"),
    )
    row = (await tx.execute(query)).mappings().one()
    return TotalsRow(**{name: int(value) for name, value in row.items()})


async def forget_before(tx: Transaction, before: datetime) -> int:
    """Removes what dead processes said; returns how many rows."""
    return (await tx.execute(delete(upload_flight).where(upload_flight.c.seen_at < before))).rowcount


def _idle(since: Since) -> ColumnElement[bool]:
    stale = upload.c.updated_at <= case((upload.c.way == "direct", since.direct), else_=since.streamed)
    return and_(upload_flight.c.upload_id.is_(None), upload.c.state == "receiving", stale)


def _with_flights(since: Since, *columns: Any) -> Select[Any]:
    fresh = and_(upload_flight.c.upload_id == upload.c.id, upload_flight.c.seen_at >= since.said)
    joined = upload.outerjoin(upload_flight, fresh)
    return select(*columns).select_from(joined).where(upload.c.state.in_(UNFINISHED))


def _sum(column: Any, name: str) -> Any:
    return func.coalesce(func.sum(column), 0).label(name)
