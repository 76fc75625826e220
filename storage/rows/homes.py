"""Where the things of somebody belong: their department with all above it, and their region, as columns of a query."""

from typing import Any

from sqlalchemy import ColumnElement, Text, func, literal, select
from sqlalchemy.sql.selectable import ScalarSelect

from storage.schema import account, department, region


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
