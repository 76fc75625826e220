"""What is asked of counted rows to see whether a share spreads unusually."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from storage.database import Transaction


@dataclass(frozen=True, kw_only=True)
class RootRow:
    """An employee's share: who made it, who answers for it, which clinics it names."""

    root_id: UUID
    material_id: UUID
    maker: str  # pseudonym
    sponsor_id: UUID
    made_at: datetime
    opened_at: datetime | None  # when somebody else first opened its own link
    clinics: frozenset[UUID]


@dataclass(frozen=True, kw_only=True)
class Came:
    """Somebody who came into a cascade: through whom, from where, and when."""

    parent: str | None
    org: str
    at: datetime


_ROOTS = text(
    """SELECT s.share_id AS asked, r.share_id AS root_id, r.material_id, r.maker, own.sponsor_id, r.made_at,
      r.opened_at,
      array_remove(array_agg(a.clinic_id) || own.audience_clinic_id, NULL) AS clinics
    FROM spread_share s JOIN spread_share r ON r.share_id = s.root_id JOIN share own ON own.id = r.share_id
    LEFT JOIN share_addressee a ON a.share_id = own.id
    WHERE s.share_id = ANY(:ids) GROUP BY s.share_id, r.share_id, own.id"""
)
_CAME = text(
    "SELECT parent, org, first_at AS at FROM spread_person "
    "WHERE root_id = :root_id AND who = :who AND first_at = :at AND parent IS NOT NULL"
)
_BEFORE = text(
    "SELECT EXISTS (SELECT FROM spread_person WHERE root_id = :root_id AND org = ANY(CAST(:orgs AS text[])) "
    "AND first_at < :at)"
)
_ARRIVALS = text(
    "SELECT coalesce(sum(people) FILTER (WHERE hour = :hour), 0) AS now, "
    "coalesce(sum(people) FILTER (WHERE hour < :hour), 0) AS before FROM spread_pulse "
    "WHERE dim = 'share' AND key = :key AND depth > 0"
)
_MOST = text(
    "SELECT parent FROM spread_person WHERE material_id = :material_id AND root_id = :root_id AND first_at >= :since "
    "AND first_at < :until AND parent IS NOT NULL GROUP BY parent ORDER BY count(*) DESC, parent LIMIT 1"
)


async def roots_of(tx: Transaction, share_ids: Collection[UUID]) -> dict[UUID, RootRow]:
    """The employees' shares that these hang on, by the share that was asked for."""
    rows = [row._asdict() for row in await tx.execute(_ROOTS, {"ids": list(share_ids)})]
    return {row.pop("asked"): RootRow(**{**row, "clinics": frozenset(row["clinics"])}) for row in rows}


async def came(tx: Transaction, root_id: UUID, who: str, at: datetime) -> Came | None:
    """How somebody came into a cascade, if it was at this moment."""
    row = (await tx.execute(_CAME, {"root_id": root_id, "who": who, "at": at})).one_or_none()
    return None if row is None else Came(**row._asdict())


async def first_of(tx: Transaction, root_id: UUID, came: Came, clinic_ids: Collection[UUID]) -> bool:
    """Whether nobody of a clinic, by any of its names, had come into a cascade before them."""
    asked = {"root_id": root_id, "orgs": [str(each) for each in clinic_ids], "at": came.at}
    return not await tx.scalar(_BEFORE, asked)


async def arrivals(tx: Transaction, root_id: UUID, hour: datetime) -> tuple[int, int]:
    """People who came into a cascade in this hour, and before it."""
    row = (await tx.execute(_ARRIVALS, {"key": str(root_id), "hour": hour})).one()
    return int(row.now), int(row.before)


async def brings_most(tx: Transaction, root: RootRow, hour: datetime) -> str | None:
    """Through whom most came in this hour."""
    asked = {
        "material_id": root.material_id,
        "root_id": root.root_id,
        "since": hour,
        "until": hour + timedelta(hours=1),
    }
    found: str | None = await tx.scalar(_MOST, asked)
    return found
