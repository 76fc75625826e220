"""Rows of materials: what a brand has, and which of it somebody may see in a list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, case, insert, literal, or_, select, true, update
from sqlalchemy.sql.selectable import LateralFromClause

from storage.database import Transaction
from storage.rows.homes import path_of, region_of
from storage.rows.scoping import Scope, in_scope
from storage.rows.versions import VERSION_COLUMNS, VersionRow
from storage.schema import material, version

PAGE_MAX = 100


@dataclass(frozen=True, kw_only=True)
class MaterialRow:
    """One material as stored."""

    id: UUID
    owner_id: UUID
    title: str
    description: str
    material_class: str
    created_at: datetime
    sensitivity: str = "usual"
    withdrawn_at: datetime | None = None
    withdrawn_by: UUID | None = None
    withdrawn_reason: str | None = None
    home_path: tuple[UUID, ...] | None = None  # of the owner's department, from the root; None: of nobody's
    home_region: str | None = None


@dataclass(frozen=True, kw_only=True)
class MaterialFilter:
    """What to list; None means anything. `state` is that of the newest visible version, or `withdrawn`."""

    visible: Scope
    state: str | None = None
    material_class: str | None = None
    title_part: str | None = None
    owner_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A material with the newest version that its reader may see."""

    material: MaterialRow
    newest: VersionRow


# Labelled, for the column of `material_class` is called class, which no field can be.
_HOME: dict[str, ColumnElement[Any]] = {
    "home_path": path_of(material.c.owner_id),
    "home_region": region_of(material.c.owner_id),
}
STORED = tuple(field.name for field in fields(MaterialRow) if field.name not in _HOME)
MATERIAL_COLUMNS = (
    *(material.c[name].label(name) for name in STORED),
    *(column.label(name) for name, column in _HOME.items()),
)


async def add_material(tx: Transaction, row: MaterialRow) -> None:
    """Adds a material; its first version follows in the same transaction."""
    await tx.execute(insert(material).values({name: getattr(row, name) for name in STORED}))


async def material_by_id(tx: Transaction, material_id: UUID, *, lock: bool = False) -> MaterialRow | None:
    """The material; with `lock` nobody else may change it or its versions until the transaction ends.

    Every command on a material, its versions and its reviews takes this lock first: one order, so no deadlock.
    """
    query = select(*MATERIAL_COLUMNS).where(material.c.id == material_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else MaterialRow(**row._asdict())


async def materials_by_ids(tx: Transaction, material_ids: Collection[UUID]) -> dict[UUID, MaterialRow]:
    """Those of these materials that there are."""
    rows = await tx.execute(select(*MATERIAL_COLUMNS).where(material.c.id.in_(material_ids)))
    return {row.id: MaterialRow(**row._asdict()) for row in rows}


async def withdraw_material(tx: Transaction, material_id: UUID, *, by: UUID, reason: str, now: datetime) -> bool:
    """Takes the material out of use. False if it was withdrawn already."""
    query = update(material).where(material.c.id == material_id, material.c.withdrawn_at.is_(None))
    done = await tx.execute(query.values(withdrawn_at=now, withdrawn_by=by, withdrawn_reason=reason))
    return bool(done.rowcount == 1)


async def set_class(tx: Transaction, material_id: UUID, material_class: str) -> None:
    """Another class; the caller holds the material's lock."""
    await tx.execute(update(material).where(material.c.id == material_id).values(material_class=material_class))


async def list_materials(
    tx: Transaction, where: MaterialFilter, *, before: tuple[datetime, UUID] | None = None, limit: int = PAGE_MAX
) -> Sequence[Listed]:
    """Materials with a visible version, newest first; `before` continues after the last one seen."""
    newest = _newest(where.visible)
    query = (
        select(*MATERIAL_COLUMNS, *(newest.c[column.key].label(f"v_{column.key}") for column in VERSION_COLUMNS))
        .select_from(material.join(newest, true()))
        .order_by(material.c.created_at.desc(), material.c.id.desc())
        .limit(min(limit, PAGE_MAX))
    )
    query = _narrowed(query, where, case((material.c.withdrawn_at.is_not(None), "withdrawn"), else_=newest.c.state))
    if before is not None:
        at, last_id = before
        query = query.where(or_(material.c.created_at < at, (material.c.created_at == at) & (material.c.id < last_id)))
    return [_listed(row) for row in await tx.execute(query)]


def _newest(visible: Scope) -> LateralFromClause:
    query = select(*VERSION_COLUMNS).where(version.c.material_id == material.c.id)
    seen = in_scope(
        visible,
        owner_id=material.c.owner_id,
        path=_HOME["home_path"],
        region=_HOME["home_region"],
        sensitivity=material.c.sensitivity,
        state=version.c.state,
    )
    query = query.where(seen)
    return query.order_by(version.c.number.desc()).limit(1).correlate(material).lateral("newest")


def _narrowed(query: Select[Any], where: MaterialFilter, state: ColumnElement[str]) -> Select[Any]:
    for column, value in (
        (state, where.state),
        (material.c.material_class, where.material_class),
        (material.c.owner_id, where.owner_id),
    ):
        if value is not None:
            query = query.where(column == literal(value))
    if where.title_part:
        query = query.where(material.c.title.icontains(where.title_part, autoescape=True))
    return query


def _listed(row: Row[Any]) -> Listed:
    values = row._asdict()
    return Listed(
        material=MaterialRow(**{field.name: values[field.name] for field in fields(MaterialRow)}),
        newest=VersionRow(**{field.name: values[f"v_{field.name}"] for field in fields(VersionRow)}),
    )


async def material_titles(tx: Transaction, material_ids: Collection[UUID]) -> dict[str, str]:
    """Titles by the id's text; unknown ids are left out."""
    rows = await tx.execute(select(material.c.id, material.c.title).where(material.c.id.in_(material_ids)))
    return {str(row.id): row.title for row in rows}
