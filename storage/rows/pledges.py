"""Rows of the brand's pledge of confidentiality: its versions, and who gave which for which share."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import pledge, pledge_text, share

VERSIONS_MAX = 100


@dataclass(frozen=True, kw_only=True)
class PledgeTextRow:
    """One version, in both languages. A hash is of title, line feed, text."""

    version: int
    title_zh: str
    text_zh: str
    sha256_zh: str
    title_en: str
    text_en: str
    sha256_en: str
    made_by: UUID
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class PledgeRow:
    """One that was given; `session` as events name it."""

    id: UUID
    person_id: UUID
    share_id: UUID
    version: int
    language: str
    text_sha256: str
    session: str
    given_at: datetime


TEXT_COLUMNS = tuple(pledge_text.c[each.name] for each in fields(PledgeTextRow))
COLUMNS = tuple(pledge.c[each.name] for each in fields(PledgeRow))
_ORDER = tuple_(pledge.c.given_at, pledge.c.id)


async def newest_text(tx: Transaction) -> PledgeTextRow | None:
    """The version in force."""
    return next(iter(await texts(tx, limit=1)), None)


async def texts(tx: Transaction, limit: int = VERSIONS_MAX) -> Sequence[PledgeTextRow]:
    """Versions, the newest first."""
    query = select(*TEXT_COLUMNS).order_by(pledge_text.c.version.desc()).limit(limit)
    return [PledgeTextRow(**row) for row in (await tx.execute(query)).mappings()]


async def next_version(tx: Transaction) -> int:
    """The number of a version that is about to be made; others wait until `tx` ends."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("pledge_text", 0))))
    return int(await tx.scalar(select(func.coalesce(func.max(pledge_text.c.version), 0))) or 0) + 1


async def add_text(tx: Transaction, row: PledgeTextRow) -> None:
    """Adds a version."""
    await tx.execute(insert(pledge_text).values({each.name: getattr(row, each.name) for each in fields(row)}))


async def add_pledge(tx: Transaction, row: PledgeRow) -> bool:
    """Keeps that somebody gave it. False if they had given this version for this share."""
    adding = upsert(pledge).values({each.name: getattr(row, each.name) for each in fields(row)})
    adding = adding.on_conflict_do_nothing(index_elements=["share_id", "person_id", "version"])
    return (await tx.scalar(adding.returning(pledge.c.id))) is not None


async def given_for_share(
    tx: Transaction, root_id: UUID, *, before: tuple[datetime, UUID] | None = None, limit: int
) -> Sequence[PledgeRow]:
    """Who gave it for an employee's share, whoever's link they had; the newest first, `before` this one."""
    which = pledge.c.share_id == root_id
    return await _given(tx, which if before is None else which & (tuple_(*before) > _ORDER), limit)


async def given_for_material(tx: Transaction, material_id: UUID, limit: int) -> Sequence[PledgeRow]:
    """The same for all shares of a material."""
    of_it = select(share.c.id).where(share.c.material_id == material_id, share.c.parent_id.is_(None))
    return await _given(tx, pledge.c.share_id.in_(of_it), limit)


async def _given(tx: Transaction, which: ColumnElement[bool], limit: int) -> Sequence[PledgeRow]:
    query = select(*COLUMNS).where(which).order_by(pledge.c.given_at.desc(), pledge.c.id.desc()).limit(limit)
    return [PledgeRow(**row) for row in (await tx.execute(query)).mappings()]
