"""Rows of departments and regions: a tree with one root, whose paths and regions are written anew after each change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    FromClause,
    ScalarSelect,
    Select,
    Text,
    and_,
    any_,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from storage.database import Transaction
from storage.rows import addressees
from storage.schema import account, clinic, department, region, share_addressee, task

ROOT_ID = UUID(int=1)
"""The brand itself; it is there from the start."""
DEPARTMENTS_MAX = 5_000
REGIONS_MAX = 200
CALLED_MAX = 20
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('organisation', 0))")
REBUILD = text(
    """
    WITH RECURSIVE tree AS (
        SELECT department.id, ARRAY[department.id] AS path, coalesce(region.name, '') AS region
        FROM department LEFT JOIN region ON region.id = department.region_id
        WHERE department.parent_id IS NULL
        UNION ALL
        SELECT child.id, tree.path || child.id, coalesce(region.name, tree.region)
        FROM department AS child JOIN tree ON child.parent_id = tree.id
        LEFT JOIN region ON region.id = child.region_id
    )
    UPDATE department SET path = tree.path, region = tree.region FROM tree
    WHERE tree.id = department.id AND (department.path, department.region) IS DISTINCT FROM (tree.path, tree.region)
    """
)


@dataclass(frozen=True, kw_only=True)
class DepartmentRow:
    """One department; `people` counts the accounts in it that are not disabled."""

    id: UUID
    parent_id: UUID | None
    name: str
    path: tuple[UUID, ...]
    region_id: UUID | None
    region: str
    source: str
    external_id: str
    closed_at: datetime | None
    people: int = 0


@dataclass(frozen=True, kw_only=True)
class PlaceRow:
    """One department by the names on the way to it: `/市场/华东`; the root is `/`."""

    id: UUID
    place: str


@dataclass(frozen=True, kw_only=True)
class RegionRow:
    """One region."""

    id: UUID
    name: str
    closed_at: datetime | None


async def lock_organisation(tx: Transaction) -> None:
    """Nobody else changes departments or regions until `tx` ends."""
    await tx.execute(LOCK)


async def all_departments(tx: Transaction, *, closed: bool = False) -> Sequence[DepartmentRow]:
    """The tree, each department after those above it; without what is closed unless asked for."""
    query = _departments().order_by(func.cardinality(department.c.path), department.c.name).limit(DEPARTMENTS_MAX)
    if not closed:
        query = query.where(department.c.closed_at.is_(None))
    return [_department(row) for row in (await tx.execute(query)).mappings()]


async def department_by_id(tx: Transaction, department_id: UUID) -> DepartmentRow | None:
    """One department, closed ones too."""
    row = (await tx.execute(_departments().where(department.c.id == department_id))).mappings().one_or_none()
    return _department(row) if row else None


async def departments_named(tx: Transaction, name: str) -> Sequence[DepartmentRow]:
    """The open departments that are called so, at most two of them."""
    query = _departments().where(department.c.name == name, department.c.closed_at.is_(None)).limit(2)
    return [_department(row) for row in (await tx.execute(query)).mappings()]


async def departments_called(tx: Transaction, words: str) -> Sequence[PlaceRow]:
    """The open departments of this name or place, its first slash may be missing; or any with this id. By place."""
    columns = (department.c.id, department.c.name, department.c.closed_at, place_of(department).label("place"))
    found = select(*columns).subquery("found")
    called = or_(found.c.name == words, found.c.place.in_((words, f"/{words}")))
    meant = or_(and_(called, found.c.closed_at.is_(None)), cast(found.c.id, Text) == words)
    query = select(found.c.id, found.c.place).where(meant).order_by(found.c.place, found.c.id).limit(CALLED_MAX)
    return [PlaceRow(**row) for row in (await tx.execute(query)).mappings()]


def place_of(of: FromClause) -> ScalarSelect[str]:
    """The place of a department in a query, as PlaceRow has it."""
    above = department.alias()
    names = func.string_agg(above.c.name, aggregate_order_by(literal("/"), func.cardinality(above.c.path)))
    query = select(literal("/").concat(func.coalesce(names, "")))
    on_the_way = above.c.id == any_(of.c.path)
    return query.where(on_the_way, above.c.parent_id.is_not(None)).correlate(of).scalar_subquery()


async def add_department(
    tx: Transaction, *, name: str, parent_id: UUID, source: str = "own", external_id: str = ""
) -> UUID:
    """Adds a department below another; `rebuild` makes it part of the tree."""
    added = uuid4()
    row = {"id": added, "parent_id": parent_id, "name": name, "path": [added]}
    await tx.execute(insert(department).values(**row, source=source, external_id=external_id))
    return added


async def change_department(tx: Transaction, department_id: UUID, **values: Any) -> None:
    """Writes columns of a department; `rebuild` afterwards."""
    await tx.execute(update(department).where(department.c.id == department_id).values(**values))


async def rebuild(tx: Transaction) -> None:
    """Makes every path, every region and every account's name of its department follow from the tree."""
    await tx.execute(REBUILD)
    name = department.c.name
    moved = update(account).where(account.c.department_id == department.c.id, account.c.department != name)
    await tx.execute(moved.where(department.c.parent_id.is_not(None)).values(department=name))


async def names_of(tx: Transaction) -> dict[str, str]:
    """The names of all departments and regions, closed ones too, by their ids as texts."""
    found = union_all(select(department.c.id, department.c.name), select(region.c.id, region.c.name))
    return {str(each): name for each, name in await tx.execute(found.limit(DEPARTMENTS_MAX + REGIONS_MAX))}


async def is_empty(tx: Transaction, department_id: UUID) -> bool:
    """Whether nobody who may sign in works in it, and nothing open is below it."""
    people = select(func.count()).where(account.c.department_id == department_id, account.c.disabled_at.is_(None))
    below = select(func.count()).where(department.c.parent_id == department_id, department.c.closed_at.is_(None))
    return not (await tx.scalar(people) or await tx.scalar(below))


async def all_regions(tx: Transaction) -> Sequence[RegionRow]:
    """The open regions by name."""
    query = select(region.c.id, region.c.name, region.c.closed_at).where(region.c.closed_at.is_(None))
    rows = await tx.execute(query.order_by(region.c.name).limit(REGIONS_MAX))
    return [RegionRow(**row) for row in rows.mappings()]


async def region_by_id(tx: Transaction, region_id: UUID) -> RegionRow | None:
    """One region, closed ones too."""
    query = select(region.c.id, region.c.name, region.c.closed_at).where(region.c.id == region_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return RegionRow(**row) if row else None


async def add_region(tx: Transaction, name: str) -> UUID:
    """Adds a region."""
    added = uuid4()
    await tx.execute(insert(region).values(id=added, name=name))
    return added


async def change_region(tx: Transaction, region_id: UUID, **values: Any) -> None:
    """Writes columns of a region; `rebuild` afterwards."""
    await tx.execute(update(region).where(region.c.id == region_id).values(**values))


async def rename_region_of_clinics(tx: Transaction, before: str, after: str) -> None:
    """Clinics stand in a region by its name, and shares are for regions by theirs."""
    await tx.execute(update(clinic).where(clinic.c.region == before).values(region=after))
    await addressees.rename_region(tx, before, after)


async def region_name_used(tx: Transaction, name: str) -> bool:
    """Whether a region is or was called so, or a clinic, a share or a task names it."""
    columns = (region.c.name, clinic.c.region, share_addressee.c.region, task.c.region, task.c.clinic_region)
    found = [await tx.scalar(select(exists().where(column == name))) for column in columns]
    return any(found)


async def region_in_use(tx: Transaction, region_id: UUID) -> bool:
    """Whether a department or somebody who may sign in is bound to it."""
    places = select(func.count()).where(department.c.region_id == region_id, department.c.closed_at.is_(None))
    people = select(func.count()).where(account.c.region_id == region_id, account.c.disabled_at.is_(None))
    return bool(await tx.scalar(places) or await tx.scalar(people))


def _departments() -> Select[Any]:
    people = select(func.count()).where(account.c.department_id == department.c.id, account.c.disabled_at.is_(None))
    columns = [department.c[name] for name in DepartmentRow.__dataclass_fields__ if name != "people"]
    return select(*columns, people.scalar_subquery().label("people"))


def _department(row: Any) -> DepartmentRow:
    return DepartmentRow(**{**row, "path": tuple(row["path"])})
