"""Where the things of somebody belong: their department with all above it, and their region."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, any_, bindparam, func, literal, select
from sqlalchemy.sql.selectable import ScalarSelect

from storage.database import Transaction, driver_of
from storage.direct import Prepared
from storage.rows.arrays import array
from storage.schema import account, department, person, region


@dataclass(frozen=True)
class Place:
    """Where an employee is now: the departments from the root to theirs, and their region."""

    departments: tuple[UUID, ...]
    region: str


def region_name() -> ColumnElement[Any]:
    """An account's own region, else that of its department; a query that uses it joins department and region."""
    return func.coalesce(region.c.name, department.c.region, literal("", Text))


def path_of(person_id: ColumnElement[Any]) -> ScalarSelect[Any]:
    """From the root to the department of this employee; null for somebody who is in none."""
    return _of(department.c.path, person_id)


def region_of(person_id: ColumnElement[Any]) -> ScalarSelect[Any]:
    """The region of this employee; empty for all of them."""
    return _of(region_name(), person_id)


def _of(wanted: ColumnElement[Any], person_id: ColumnElement[Any]) -> ScalarSelect[Any]:
    joined = account.outerjoin(department, department.c.id == account.c.department_id)
    query = select(wanted).select_from(joined.outerjoin(region, region.c.id == account.c.region_id))
    return query.where(account.c.person_id == person_id).correlate_except(account, department, region).scalar_subquery()


_PLACES = Prepared(
    select(person.c.pseudonym, department.c.path, region_name().label("region"))
    .select_from(
        person.join(account, account.c.person_id == person.c.id)
        .outerjoin(department, department.c.id == account.c.department_id)
        .outerjoin(region, region.c.id == account.c.region_id)
    )
    .where(person.c.pseudonym == any_(bindparam("pseudonyms", type_=ARRAY(Text))))
)


async def places_of(tx: Transaction, pseudonyms: Collection[str]) -> dict[str, Place]:
    """Where those of these people are who are employees."""
    rows = await _PLACES.all(await driver_of(tx), pseudonyms=array(pseudonyms))
    return {row.pseudonym: Place(tuple(row.path or ()), row.region) for row in rows}
