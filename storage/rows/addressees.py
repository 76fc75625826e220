"""Rows of whom a share is for: the one in its own row, or several beside it; a forward adds what it narrows."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CTE, Function, delete, func, insert, select, union, update

from storage.database import Transaction
from storage.schema import clinic, region, share, share_addressee

JOBS_BETWEEN = ","


@dataclass(frozen=True, kw_only=True)
class AddresseesRow:
    """Whom one share of a chain names; its `audience` is the kind of which a root must name somebody."""

    audience: str
    root: bool
    people: frozenset[UUID] = frozenset()
    clinics: frozenset[UUID] = frozenset()
    regions: frozenset[str] = frozenset()
    jobs: frozenset[str] = frozenset()


def told(chain: CTE) -> Function[Any]:
    """What `read_chain` takes: everybody whom the shares of a chain name, as JSON, the root's first."""
    table = share_addressee.c
    beside = (
        select(func.jsonb_agg(func.jsonb_build_array(table.person_id, table.clinic_id, table.region)))
        .where(table.share_id == chain.c.id)
        .correlate(chain)
        .scalar_subquery()
    )
    own = (chain.c.audience_person_id, chain.c.audience_clinic_id, chain.c.audience_job)
    return func.jsonb_agg(func.jsonb_build_array(chain.c.audience, chain.c.parent_id.is_(None), *own, beside))


def read_chain(told: list[list[Any]]) -> tuple[AddresseesRow, ...]:
    """The rows behind `told`."""
    return tuple(_read(each) for each in told)


def _read(told: list[Any]) -> AddresseesRow:
    audience, root, person, clinic, job, beside = told
    rows = [(person, clinic, None), *(beside or ())]
    return AddresseesRow(
        audience=audience,
        root=root,
        people=frozenset([UUID(each) for each, _, _ in rows if each]),
        clinics=frozenset([UUID(each) for _, each, _ in rows if each]),
        regions=frozenset([each for _, _, each in rows if each]),
        jobs=frozenset(split_jobs(job)),
    )


def split_jobs(text: str | None) -> list[str]:
    """The jobs in a column, in order."""
    return text.split(JOBS_BETWEEN) if text else []


def joined_jobs(jobs: Collection[str]) -> str | None:
    """Jobs as the column holds them; None: any."""
    return JOBS_BETWEEN.join(sorted(jobs)) or None


def only(ids: Collection[UUID]) -> UUID | None:
    """The one that stands in the share's own row."""
    return next(iter(ids)) if len(ids) == 1 else None


async def put_addressees(tx: Transaction, share_id: UUID, named: AddresseesRow) -> None:
    """Says anew whom a share is for; the caller has seen that this is nobody new."""
    one = {"audience_person_id": only(named.people), "audience_clinic_id": only(named.clinics)}
    values = {"audience": named.audience, "audience_job": joined_jobs(named.jobs), **one}
    await tx.execute(delete(share_addressee).where(share_addressee.c.share_id == share_id))
    await tx.execute(update(share).where(share.c.id == share_id).values(values))
    await add_addressees(tx, share_id, named)


async def add_addressees(tx: Transaction, share_id: UUID, named: AddresseesRow) -> None:
    """Adds those whom a share's own row doesn't name: several people or clinics, and regions."""
    rows: list[dict[str, Any]] = [
        *({"person_id": each} for each in named.people if len(named.people) > 1),
        *({"clinic_id": each} for each in named.clinics if len(named.clinics) > 1),
        *({"region": each} for each in sorted(named.regions)),
    ]
    nobody = {"person_id": None, "clinic_id": None, "region": None}
    if rows:
        values = [{"id": uuid4(), "share_id": share_id, **nobody, **row} for row in rows]
        await tx.execute(insert(share_addressee), values)


async def rename_region(tx: Transaction, before: str, after: str) -> None:
    """Shares are for regions by name."""
    renaming = update(share_addressee).where(share_addressee.c.region == before)
    await tx.execute(renaming.values(region=after))


async def known_regions(tx: Transaction, names: Collection[str]) -> set[str]:
    """Those of these names that the organisation calls a region, or where a clinic is."""
    known = union(
        select(region.c.name).where(region.c.name.in_(names), region.c.closed_at.is_(None)),
        select(clinic.c.region).where(clinic.c.region.in_(names)),
    )
    return set((await tx.execute(known)).scalars())


async def regions_known(tx: Transaction, limit: int) -> list[str]:
    """What the organisation calls its regions, and where clinics are, by name."""
    known = union(
        select(region.c.name).where(region.c.closed_at.is_(None)),
        select(clinic.c.region).where(clinic.c.region != "", clinic.c.merged_into.is_(None)),
    ).subquery()
    return list((await tx.execute(select(known.c.name).order_by(known.c.name).limit(limit))).scalars())
