"""Rows of what stood out, and of where people have been seen. One row for a detector, a person and a day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import anomaly, known_origin

PAGE_MAX = 200


@dataclass(frozen=True, kw_only=True)
class AnomalyRow:
    """One thing that stood out; `who` is empty for strangers, who are told apart by `ip`."""

    id: UUID
    detector: str
    who: str
    ip: str
    day: date
    count: int
    bar: int
    first_id: int
    last_id: int
    last_index: int
    first_at: datetime
    last_at: datetime
    dismissed_at: datetime | None = None
    dismissed_by: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An event of a person, as the index has it."""

    who: str
    id: int
    t: datetime
    act: str
    res: int
    obj: str
    bytes: int


_EARLIER = text(
    "SELECT w.value AS who, e.id, e.t, a.value AS act, e.res, coalesce(o.value, '') AS obj, e.bytes "
    "FROM event_word w CROSS JOIN LATERAL (SELECT * FROM event_index WHERE who = w.code AND who > 0 "
    "AND id < :before_id AND t >= :since ORDER BY id DESC LIMIT :limit) AS e JOIN event_word a ON a.code = e.act "
    "LEFT JOIN event_word o ON o.code = e.obj WHERE w.field = 'who' AND w.value = ANY(:who) ORDER BY e.id"
)
_LEARN = text(
    "INSERT INTO known_origin (who, kind, value, first_id) SELECT * FROM unnest(CAST(:who AS text[]), "
    "CAST(:kind AS text[]), CAST(:value AS text[]), CAST(:first_id AS bigint[])) ON CONFLICT DO NOTHING "
    "RETURNING who, kind, value"
)


async def earlier_events(
    tx: Transaction, who: Collection[str], *, before_id: int, since: datetime, limit: int
) -> tuple[Earlier, ...]:
    """The newest `limit` events of each of these people before an id, the oldest first."""
    found = await tx.execute(_EARLIER, {"who": list(who), "before_id": before_id, "since": since, "limit": limit})
    return tuple(Earlier(**row._mapping) for row in found)  # noqa: SLF001  # SQLAlchemy's public name for it


async def seen_before(tx: Transaction, who: Collection[str]) -> set[tuple[str, str]]:
    """(person, kind of origin) of whom any origin is known."""
    query = select(known_origin.c.who, known_origin.c.kind).where(known_origin.c.who.in_(who)).distinct()
    return {(row.who, row.kind) for row in await tx.execute(query)}


async def learn_origins(tx: Transaction, origins: Mapping[tuple[str, str, str], int]) -> set[tuple[str, str, str]]:
    """Remembers (person, kind, value) with the first event; returns those that were new."""
    keys = sorted(origins)
    if not keys:
        return set()
    columns: dict[str, Any] = {"who": [key[0] for key in keys], "kind": [key[1] for key in keys]}
    columns |= {"value": [key[2] for key in keys], "first_id": [origins[key] for key in keys]}
    return {(row.who, row.kind, row.value) for row in await tx.execute(_LEARN, columns)}


async def put_anomaly(tx: Transaction, row: AnomalyRow) -> bool:
    """Adds a row, or lets the day's row grow, which opens it again; whether it is new."""
    values = {name: getattr(row, name) for name in _NAMES}
    statement = upsert(anomaly).values(**values)
    grown = statement.on_conflict_do_update(
        index_elements=["detector", "who", "ip", "day"],
        set_={
            "count": func.greatest(anomaly.c.count, statement.excluded.count),
            "first_id": func.least(anomaly.c.first_id, statement.excluded.first_id),
            "first_at": func.least(anomaly.c.first_at, statement.excluded.first_at),
            "last_id": statement.excluded.last_id,
            "last_index": statement.excluded.last_index,
            "last_at": statement.excluded.last_at,
            "dismissed_at": None,
            "dismissed_by": None,
            "reason": "",
        },
    ).returning(anomaly.c.id)
    kept: UUID = (await tx.execute(grown)).scalar_one()
    return kept == row.id


async def list_anomalies(
    tx: Transaction, *, open_only: bool, before: tuple[datetime, UUID] | None, limit: int
) -> tuple[AnomalyRow, ...]:
    """What stood out, the newest first."""
    query = select(anomaly).order_by(anomaly.c.last_at.desc(), anomaly.c.id.desc()).limit(min(limit, PAGE_MAX))
    if open_only:
        query = query.where(anomaly.c.dismissed_at.is_(None))
    if before is not None:
        query = query.where(text("(last_at, id) < (:at, :last)").bindparams(at=before[0], last=before[1]))
    return tuple(AnomalyRow(**row._mapping) for row in await tx.execute(query))  # noqa: SLF001  # SQLAlchemy's public name for it


async def count_anomalies(tx: Transaction, start: int, stop: int) -> dict[tuple[str, bool], int]:
    """How many ended in this span of the tree, by detector and whether they are open."""
    is_open = anomaly.c.dismissed_at.is_(None)
    query = (
        select(anomaly.c.detector, is_open.label("is_open"), func.count().label("n"))
        .where(anomaly.c.last_index >= start, anomaly.c.last_index < stop)
        .group_by(anomaly.c.detector, is_open)
    )
    return {(row.detector, row.is_open): row.n for row in await tx.execute(query)}


async def anomaly_of(tx: Transaction, anomaly_id: UUID, *, lock: bool = False) -> AnomalyRow | None:
    """One row; `lock` keeps it from changing until `tx` ends."""
    query = select(anomaly).where(anomaly.c.id == anomaly_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else AnomalyRow(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name for it


async def dismiss_anomaly(tx: Transaction, anomaly_id: UUID, *, by: UUID, reason: str, now: datetime) -> None:
    """Marks a row as looked into."""
    changed = update(anomaly).where(anomaly.c.id == anomaly_id)
    await tx.execute(changed.values(dismissed_at=now, dismissed_by=by, reason=reason))


def new_id() -> UUID:
    """The id of a row to be added."""
    return uuid4()


_NAMES: Sequence[str] = (
    "id", "detector", "who", "ip", "day", "count", "bar", "first_id", "last_id", "last_index", "first_at", "last_at",
)  # fmt: skip
