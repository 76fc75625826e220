"""Tasks in the console: what was given to the reader, all of them for who governs them, one's board, and a new one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from aiohttp import web
from pydantic import Field

from compliance.access import Action, Job, MaterialClass, decide, may_ever, require
from compliance.errors import NotFound
from compliance.materials import obj_of
from compliance.profiles import profiles_of
from compliance.tasking import ASKABLE, target_of_task
from compliance.visits import examined, target_of
from fileserver.http.call import Call
from fileserver.materials import routes as materials_api
from fileserver.materials.schemas import MaterialPath, MaterialQuery
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query
from fileserver.tasks import routes as api
from fileserver.tasks.schemas import CURSOR_CHARS_MAX, NAMED_MAX, TEXT_CHARS_MAX, PartQuery, TaskPath, TaskQuery
from fileserver.tasks.service import LIFETIME_MAX, SHARES_LIFETIME_MAX
from storage.database import Transaction
from storage.rows import addressees, departments, recruiting, shares, tasks
from storage.rows.standing import standings_of

USUAL = timedelta(days=7)
TASKS = 20
DEPTHS = 4
REGIONS_OFFERED = 200
OTHERS_OFFERED = 100
LOOKED_UP_MAX = 2_000  # names are opened one by one


@dataclass(frozen=True)
class Named:
    """An employee, and the department where they work."""

    id: UUID
    name: str
    place: str


class ListQuery(FormQuery):
    """Where a list continues."""

    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX)


async def mine(call: Call) -> web.Response:
    """What was given to the reader."""
    return page(call, "my_tasks.html", tasks=(await api.mine(call)).items, askable=ASKABLE)


async def listed(call: Call[None, ListQuery]) -> web.Response:
    """Tasks that the reader governs, newest first."""
    found = await api.listed(asking(call, TaskQuery(cursor=call.query.cursor, limit=TASKS)))
    return page(
        call,
        "tasks.html",
        tasks=found.items,
        may_create=may_ever(call.actor.role, Action.TASK_CREATE),
        next_url=with_query(call.request.path, call.request.query, cursor=found.next) if found.next else None,
    )


async def board(call: Call[None, ListQuery, TaskPath]) -> web.Response:
    """How far a task is."""
    asked = cast("Call[None, PartQuery, TaskPath]", asking(call, PartQuery(cursor=call.query.cursor)))
    found = await api.read(asked)
    async with call.services.database.transaction() as tx:
        row = await tasks.task_by_id(tx, found.task.id)
        may_change = row is not None and decide(call.actor, Action.TASK_CHANGE, await target_of_task(tx, row)).allowed
    return page(
        call,
        "task.html",
        task=found.task,
        board=found,
        may_change=may_change,
        may_see_spread=may_ever(call.actor.role, Action.ANALYTICS_READ),
        next_url=with_query(call.request.path, call.request.query, cursor=found.next) if found.next else None,
    )


async def new(call: Call[None, None, MaterialPath]) -> web.Response:
    """The form for a task. Raises AccessDenied for a material that can't be shared (now)."""
    require(call.actor, Action.TASK_CREATE)
    material = await materials_api.read(call)
    now = call.services.clock()
    async with call.services.database.transaction() as tx:
        served = await shares.served(tx, material.id)
        if served is None:
            raise NotFound(field="material_id")
        whole = await examined(tx, call.services.keys.master, served)
        require(call.actor, Action.SHARE_CREATE, target_of(whole, now), obj=obj_of(material.id))
        tree = await departments.all_departments(tx)
        regions = await departments.all_regions(tx)
        clinic_regions = await addressees.regions_known(tx, REGIONS_OFFERED)
        people, more = await _people(tx, call)
    approved = MaterialQuery(state="approved", limit=OTHERS_OFFERED)
    others = (await materials_api.listed(asking(call, approved))).items
    return page(
        call,
        "task_new.html",
        material=material,
        others=[each for each in others if each.id != material.id and each.material_class != MaterialClass.INTERNAL],
        people=people[:NAMED_MAX],
        people_incomplete=more or len(people) > NAMED_MAX,
        departments=[each for each in tree if each.parent_id is not None],
        regions=regions,
        clinic_regions=clinic_regions,
        jobs=list(Job),
        depths=range(DEPTHS),
        text_chars_max=TEXT_CHARS_MAX,
        now=now,
        until=now + USUAL,
        latest=now + LIFETIME_MAX,
        shares_latest=now + SHARES_LIFETIME_MAX,
    )


async def _people(tx: Transaction, call: Call[Any, Any, Any]) -> tuple[list[Named], bool]:
    """Whom the reader may ask by name: who is within their reach now, by name. And whether there are yet more."""
    actor = call.actor
    department = actor.departments[-1] if actor.departments else None
    reach = await recruiting.people_at(tx, department, actor.region, actor.person_id, call.services.clock())
    standings = await standings_of(tx, reach[:LOOKED_UP_MAX])
    names = await profiles_of(tx, call.services.keys.master, person_ids=standings)
    places = {each.id: each.name for each in await departments.all_departments(tx)}
    found = [
        Named(each, names[each].name, places.get(row.departments[-1], "") if row.departments else "")
        for each, row in standings.items()
    ]
    return sorted(found, key=lambda named: (named.name, named.id)), len(reach) > LOOKED_UP_MAX


ROUTES = (
    console_page("/my-tasks", "my_tasks", "One's own tasks", mine, action=Action.TASK_COMPLETE),
    console_page("/tasks", "tasks", "Tasks", listed, action=Action.TASK_LIST, query=ListQuery),
    console_page(
        "/tasks/{task_id}",
        "task",
        "How far a task is",
        board,
        action=Action.TASK_READ,
        query=ListQuery,
        path_params=TaskPath,
    ),
    console_page(
        "/materials/{material_id}/task",
        "task_new",
        "Give a task",
        new,
        action=Action.TASK_CREATE,
        path_params=MaterialPath,
    ),
)
