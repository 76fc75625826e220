"""Departments and regions over HTTP: added, renamed, moved, closed by administrators, each with a reason."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from compliance.access import Action, require
from compliance.errors import AccessDenied, InvalidValue, NotFound
from compliance.organisation import Organising
from compliance.profiles import profiles_of
from fileserver.http.call import Call
from fileserver.http.errors import StepUpNeeded
from fileserver.http.routing import Auth, Route
from fileserver.organisation.schemas import (
    ChangeList,
    ChangeOut,
    DepartmentAdd,
    DepartmentChange,
    DepartmentList,
    DepartmentOut,
    DepartmentPath,
    RegionIn,
    RegionList,
    RegionOut,
    RegionPath,
    WhyIn,
)
from storage.database import Transaction
from storage.rows import departments as rows
from storage.rows import organisation_changes as changes
from storage.rows.departments import DepartmentRow

DEPARTMENTS, REGIONS = "/api/v1/people/departments", "/api/v1/people/regions"
OWN = "own"


async def list_departments(call: Call) -> DepartmentList:
    """The tree."""
    require(call.actor, Action.ORGANISATION_LIST)
    async with call.services.database.transaction() as tx:
        return await _tree(tx)


async def add_department(call: Call[DepartmentAdd]) -> DepartmentList:
    """Add a department below another."""
    async with call.services.database.transaction() as tx:
        await _organising(call, tx).create(call.body.name, call.body.parent_id)
        return await _tree(tx)


async def change_department(call: Call[DepartmentChange, None, DepartmentPath]) -> DepartmentList:
    """Rename a department, move it with all below it, bind it to a region. What a directory has is its own matter."""
    body, department_id = call.body, call.params.department_id
    async with call.services.database.transaction() as tx:
        organising = _organising(call, tx)
        row = await rows.department_by_id(tx, department_id)
        if row is not None and row.source != OWN and (row.name, row.parent_id) != (body.name, body.parent_id):
            raise InvalidValue(field="department_id", rule="of-a-directory")
        await organising.rename(department_id, body.name)
        await organising.move(department_id, body.parent_id)
        await organising.put_region(department_id, body.region_id)
        return await _tree(tx)


async def close_department(call: Call[WhyIn, None, DepartmentPath]) -> DepartmentList:
    """Close a department that nobody works in."""
    async with call.services.database.transaction() as tx:
        await _organising(call, tx).close(call.params.department_id)
        return await _tree(tx)


async def list_changes(call: Call) -> ChangeList:
    """What became of departments and regions."""
    require(call.actor, Action.ORGANISATION_LIST)
    services = call.services
    async with services.database.transaction() as tx:
        found = await changes.organisation_changes(tx)
        by = {each.changed_by for each in found if each.changed_by}
        profiles = await profiles_of(tx, services.keys.master, person_ids=by)
        names = await rows.names_of(tx)
    return ChangeList(
        items=[
            ChangeOut(
                subject_id=each.subject_id,
                name=names.get(str(each.subject_id), ""),
                kind=each.kind,
                before=names.get(each.before, each.before),
                after=names.get(each.after, each.after),
                reason=each.reason,
                changed_by=profiles[each.changed_by].name if each.changed_by else "",
                changed_at=each.changed_at,
            )
            for each in found
        ]
    )


async def list_regions(call: Call) -> RegionList:
    """The regions by name."""
    require(call.actor, Action.ORGANISATION_LIST)
    async with call.services.database.transaction() as tx:
        return await _regions(tx)


async def add_region(call: Call[RegionIn]) -> RegionList:
    """Add a region."""
    async with call.services.database.transaction() as tx:
        await _organising(call, tx).create_region(call.body.name)
        return await _regions(tx)


async def rename_region(call: Call[RegionIn, None, RegionPath]) -> RegionList:
    """Give a region another name, also at its clinics."""
    async with call.services.database.transaction() as tx:
        await _organising(call, tx).rename_region(call.params.region_id, call.body.name)
        return await _regions(tx)


async def close_region(call: Call[WhyIn, None, RegionPath]) -> RegionList:
    """Close a region that no department and nobody is bound to."""
    async with call.services.database.transaction() as tx:
        await _organising(call, tx).close_region(call.params.region_id)
        return await _regions(tx)


def _organising(call: Call[Any, Any, Any], tx: Transaction) -> Organising:
    """Changes by the caller, who may make them. Raises AccessDenied."""
    rule = require(call.actor, Action.ORGANISATION_CHANGE)
    by, now = call.signed_in.person_id, call.services.clock()
    return Organising(tx, call.trail, by=by, reason=call.body.reason, now=now, why=rule)


async def _tree(tx: Transaction) -> DepartmentList:
    return DepartmentList(items=[_department(each) for each in in_order(await rows.all_departments(tx))])


def in_order(found: Sequence[DepartmentRow]) -> Iterator[DepartmentRow]:
    """The tree from the top, each followed by what is below it, neighbours by name."""
    below: dict[UUID | None, list[DepartmentRow]] = defaultdict(list)
    for row in sorted(found, key=lambda each: each.name, reverse=True):
        below[row.parent_id].append(row)
    waiting = list(below[None])
    while waiting:
        row = waiting.pop()
        yield row
        waiting.extend(below[row.id])


def _department(row: DepartmentRow) -> DepartmentOut:
    return DepartmentOut(
        id=row.id,
        parent_id=row.parent_id,
        name=row.name,
        depth=len(row.path) - 1,
        region_id=row.region_id,
        region=row.region,
        source=row.source,
        people=row.people,
    )


async def _regions(tx: Transaction) -> RegionList:
    return RegionList(items=[RegionOut(id=each.id, name=each.name) for each in await rows.all_regions(tx)])


def _reading(path: str, name: str, summary: str, handler: Any, returns: Any) -> Route:
    return Route(
        method="GET",
        path=path,
        name=name,
        summary=summary,
        handler=handler,
        auth=Auth.EMPLOYEE,
        action=Action.ORGANISATION_LIST,
        returns=returns,
        errors=(AccessDenied,),
    )


def _changing(path: str, name: str, summary: str, handler: Any, body: Any, returns: Any, **more: Any) -> Route:
    return Route(
        method="POST",
        path=path,
        name=name,
        summary=summary,
        handler=handler,
        auth=Auth.EMPLOYEE,
        action=Action.ORGANISATION_CHANGE,
        fresh=True,
        body=body,
        returns=returns,
        errors=(AccessDenied, InvalidValue, NotFound, StepUpNeeded),
        **more,
    )


ONE, REGION = f"{DEPARTMENTS}/{{department_id}}", f"{REGIONS}/{{region_id}}"
ROUTES = (
    _reading(DEPARTMENTS, "departments.list", "List the tree of departments", list_departments, DepartmentList),
    _changing(DEPARTMENTS, "departments.add", "Add a department", add_department, DepartmentAdd, DepartmentList),
    _changing(
        ONE,
        "departments.change",
        "Rename, move or bind a department",
        change_department,
        DepartmentChange,
        DepartmentList,
        path_params=DepartmentPath,
    ),
    _changing(
        f"{ONE}/close",
        "departments.close",
        "Close a department",
        close_department,
        WhyIn,
        DepartmentList,
        path_params=DepartmentPath,
    ),
    _reading(REGIONS, "regions.list", "List the regions", list_regions, RegionList),
    _changing(REGIONS, "regions.add", "Add a region", add_region, RegionIn, RegionList),
    _changing(REGION, "regions.rename", "Rename a region", rename_region, RegionIn, RegionList, path_params=RegionPath),
    _changing(
        f"{REGION}/close", "regions.close", "Close a region", close_region, WhyIn, RegionList, path_params=RegionPath
    ),
    _reading(
        "/api/v1/people/organisation-changes",
        "organisation.changes",
        "List what became of departments and regions",
        list_changes,
        ChangeList,
    ),
)
