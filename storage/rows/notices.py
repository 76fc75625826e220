"""Rows of notices: what a person is told on the pages, once by its key, and who holds what of a material."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Uuid, case, cast, column, func, literal, select, true, union, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import account, material, notice, share, visit

PAGE_MAX = 100


@dataclass(frozen=True, kw_only=True)
class NoticeRow:
    """One thing that one person is told. `params` hold dates, numbers and counts."""

    id: UUID
    person_id: UUID
    kind: str
    key: str
    material_id: UUID | None
    certificate_id: UUID | None
    created_at: datetime
    params: Mapping[str, Any] = field(default_factory=dict)
    read_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TitledNotice:
    """A notice with its material's title; empty where the reader's clearance does not reach it."""

    row: NoticeRow
    title: str


COLUMNS = tuple(notice.c[each.name] for each in fields(NoticeRow))


async def add_notices(tx: Transaction, people: Collection[UUID], row: Mapping[str, Any]) -> int:
    """Tells each of these people, unless they were told under this key before; how many are told now.

    `row` has the other members of a NoticeRow.
    """
    if not people:
        return 0
    # Two parameters for everybody: PostgreSQL takes 65,535 in a statement.
    chosen = sorted(people)
    ids = cast([uuid4() for _ in chosen], ARRAY(Uuid))
    told = (
        func.unnest(ids, cast(chosen, ARRAY(Uuid)))
        .table_valued(column("id", Uuid), column("person_id", Uuid))
        .render_derived()
    )
    same = {name: literal(value, notice.c[name].type) for name, value in row.items()}
    adding = upsert(notice).from_select(["id", "person_id", *same], select(told.c.id, told.c.person_id, *same.values()))
    adding = adding.on_conflict_do_nothing(index_elements=["person_id", "key"])
    return len((await tx.execute(adding.returning(notice.c.id))).all())


async def notices_of(
    tx: Transaction,
    person_id: UUID,
    *,
    unread: bool = False,
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE_MAX,
) -> Sequence[TitledNotice]:
    """What the person is told, newest first; `before` continues after the last one seen."""
    cleared = (material.c.sensitivity == "usual") | func.coalesce(account.c.clearance == "top", true())  # viewers: none
    query = select(*COLUMNS, case((cleared, material.c.title)).label("title")).select_from(
        notice.outerjoin(material, material.c.id == notice.c.material_id).outerjoin(
            account, account.c.person_id == notice.c.person_id
        )
    )
    query = query.where(notice.c.person_id == person_id)
    if unread:
        query = query.where(notice.c.read_at.is_(None))
    if before is not None:
        at, last_id = before
        query = query.where((notice.c.created_at < at) | ((notice.c.created_at == at) & (notice.c.id < last_id)))
    rows = await tx.execute(query.order_by(notice.c.created_at.desc(), notice.c.id.desc()).limit(min(limit, PAGE_MAX)))
    return [_titled(row._asdict()) for row in rows]


async def count_unread(tx: Transaction, person_id: UUID) -> int:
    """How much the person has not read yet."""
    query = select(func.count()).where(notice.c.person_id == person_id, notice.c.read_at.is_(None))
    return int(await tx.scalar(query) or 0)


async def mark_read(tx: Transaction, person_id: UUID, notice_id: UUID, now: datetime) -> bool:
    """Notes that the person has read it. False if it is not theirs."""
    query = update(notice).where(notice.c.id == notice_id, notice.c.person_id == person_id)
    return bool((await tx.execute(query.values(read_at=func.coalesce(notice.c.read_at, now)))).rowcount == 1)


async def mark_all_read(tx: Transaction, person_id: UUID, until: datetime, now: datetime) -> None:
    """Notes that the person has read what they were told up to then."""
    query = update(notice).where(
        notice.c.person_id == person_id, notice.c.read_at.is_(None), notice.c.created_at <= until
    )
    await tx.execute(query.values(read_at=now))


async def keepers(tx: Transaction, roles: Collection[str]) -> set[UUID]:
    """The employees of these roles who may act."""
    query = select(account.c.person_id).where(account.c.role.in_(roles), account.c.disabled_at.is_(None))
    return set(await tx.scalars(query))


async def holders_of(tx: Transaction, material_id: UUID) -> set[UUID]:
    """The material's owner, who made a share of it, who passed one on, and who was served a copy."""
    shares = select(share.c.id).where(share.c.material_id == material_id)
    everybody = union(
        select(material.c.owner_id).where(material.c.id == material_id),
        select(share.c.sponsor_id).where(share.c.material_id == material_id),
        select(share.c.creator_id).where(share.c.material_id == material_id),
        select(visit.c.person_id).where(visit.c.share_id.in_(shares)),
    )
    return set(await tx.scalars(everybody))


def _titled(values: dict[str, Any]) -> TitledNotice:
    title = values.pop("title")
    return TitledNotice(row=NoticeRow(**values), title=title or "")
