"""The API of tasks."""

from uuid import UUID

from compliance.access import Action, Job
from compliance.errors import AccessDenied, InvalidValue, NotFound, RequirementUnmet, TooManyAttempts, WrongState
from compliance.tasking import REMIND_EVERY
from fileserver.answers import PersonOut
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, read_text_cursor, write_cursor, write_text_cursor
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.services import Services
from fileserver.tasks import service
from fileserver.tasks.schemas import (
    BoardOut,
    FiguresOut,
    MyTaskList,
    MyTaskOut,
    PartOut,
    PartQuery,
    TaskDoIn,
    TaskEndIn,
    TaskIn,
    TaskList,
    TaskOut,
    TaskPath,
    TaskQuery,
)
from fileserver.tasks.service import Board, Described, Mine
from storage.rows.task_figures import FiguresRow
from storage.rows.tasks import AssignmentRow

PATH = "/api/v1/tasks"


async def create(call: Call[TaskIn]) -> TaskOut:
    """Give a task."""
    return _out(call.services, await service.create(call.services, call.actor, call.trail, call.body))


async def listed(call: Call[None, TaskQuery]) -> TaskList:
    """Tasks that the caller governs or may read, newest first."""
    query = call.query
    found, last = await service.listed(call.services, call.actor, read_cursor(query.cursor), query.limit)
    return TaskList(
        items=[_out(call.services, each) for each in found],
        next=write_cursor(last.created_at, last.id) if last else None,
    )


async def read(call: Call[None, PartQuery, TaskPath]) -> BoardOut:
    """A task with what became of it so far."""
    query = call.query
    after = _after(query.cursor)
    found = await service.board(call.services, call.actor, call.params.task_id, after, query.limit)
    last = found.parts[-1] if len(found.parts) == query.limit else None
    return BoardOut(
        task=_out(call.services, found.task),
        totals=_figures(found.totals),
        departments=[_figures(each) for each in found.departments],
        items=[_part(found, each) for each in found.parts],
        next=write_text_cursor(str(last.person_id)) if last else None,
    )


async def mine(call: Call) -> MyTaskList:
    """What was given to the caller, newest first."""
    return MyTaskList(items=[_mine(call.services, each) for each in await service.mine(call.services, call.actor)])


async def complete(call: Call[TaskDoIn, None, TaskPath]) -> MyTaskOut:
    """Do a task: the caller's own link, made once; with WeCom also a message to their contacts."""
    wecom = call.body.way == "wecom"
    done = await service.complete(call.services, call.actor, call.trail, call.params.task_id, wecom=wecom)
    return _mine(call.services, done)


async def remind(call: Call[None, None, TaskPath]) -> TaskOut:
    """Remind who has not done a task."""
    return _out(call.services, await service.remind(call.services, call.actor, call.trail, call.params.task_id))


async def end(call: Call[TaskEndIn, None, TaskPath]) -> TaskOut:
    """End a task, with its links or without them."""
    close = call.body.shares == "close"
    ended = await service.end(call.services, call.actor, call.trail, call.params.task_id, close_shares=close)
    return _out(call.services, ended)


def _after(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    try:
        return UUID(read_text_cursor(cursor))
    except ValueError:
        raise InvalidValue(field="cursor") from None


def _out(services: Services, found: Described) -> TaskOut:
    row, now = found.row, services.clock()
    again = row.reminded_at + REMIND_EVERY if row.reminded_at else None
    return TaskOut(
        id=row.id,
        material_id=row.material_id,
        material_title=found.title,
        text=row.text,
        poster_page=row.poster_page,
        poster_material_id=row.poster_material_id,
        state=found.state,
        created_at=row.created_at,
        created_by=PersonOut.of(found.names, row.creator_id),
        until=row.until,
        shares_until=row.shares_until,
        region=row.region,
        department_ids=list(row.department_ids),
        roles=[each for each in ("marketer", "manager") if each in row.roles],
        clinic_region=row.clinic_region,
        job=Job(row.job) if row.job else None,
        download=row.download,
        forward_depth=row.forward_depth,
        visits_max=row.visits_max,
        viewers_max=row.viewers_max,
        watermark=row.watermark,
        reminders=row.reminders,
        reminded_at=row.reminded_at,
        remind_from=again if again and again > now else None,
        ended_at=row.ended_at,
        ended_by=PersonOut.of(found.names, row.ended_by) if row.ended_by else None,
        shares_closed=row.shares_closed,
        given=found.given,
        done=found.done,
    )


def _figures(row: FiguresRow) -> FiguresOut:
    return FiguresOut(**{name: getattr(row, name) for name in FiguresOut.model_fields})


def _copies(part: AssignmentRow) -> dict[str, int]:
    names = ("copies_sent", "copies_unsent", "copies_no_friend", "copies_capped")
    return {name: getattr(part, name) for name in names}


def _part(board: Board, row: AssignmentRow) -> PartOut:
    return PartOut(
        person=PersonOut.of(board.names, row.person_id),
        department=board.places.get(row.person_id, ""),
        given_at=row.given_at,
        off=row.off_at is not None,
        told=row.told,
        done_at=row.done_at,
        share_id=row.share_id,
        message=row.message,
        viewers=board.viewers.get(row.share_id, 0) if row.share_id else 0,
        **_copies(row),
    )


def _mine(services: Services, found: Mine) -> MyTaskOut:
    row, part = found.row, found.part
    return MyTaskOut(
        id=row.id,
        material_id=row.material_id,
        material_title=found.title,
        version_id=found.version_id,
        text=row.text,
        poster_page=row.poster_page,
        poster_version_id=found.poster_version_id,
        state=found.state,
        given_at=part.given_at,
        until=row.until,
        done_at=part.done_at,
        share_id=part.share_id,
        url=f"{services.config.public_url}/s/{found.token}" if found.token else None,
        wecom=found.wecom,
        message=part.message,
        **_copies(part),
    )


ROUTES = (
    Route(
        method="POST",
        path=PATH,
        name="tasks.create",
        summary="Give employees the task to share a material",
        handler=create,
        auth=Auth.EMPLOYEE,
        action=Action.TASK_CREATE,
        scope=Scope.SHARES_WRITE,
        body=TaskIn,
        returns=TaskOut,
        status=201,
        errors=(AccessDenied, NotFound, InvalidValue, RequirementUnmet),
    ),
    Route(
        method="GET",
        path=PATH,
        name="tasks.list",
        summary="List tasks, newest first",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.TASK_LIST,
        scope=Scope.SHARES_READ,
        query=TaskQuery,
        returns=TaskList,
        errors=(AccessDenied, InvalidValue),
    ),
    Route(
        method="GET",
        path=f"{PATH}/mine",
        name="tasks.mine",
        summary="List the tasks that were given to the caller",
        handler=mine,
        auth=Auth.EMPLOYEE,
        action=Action.TASK_COMPLETE,
        scope=Scope.SHARES_READ,
        returns=MyTaskList,
        errors=(AccessDenied,),
    ),
    Route(
        method="GET",
        path=f"{PATH}/{{task_id}}",
        name="tasks.read",
        summary="A task: who has done it, and what came of it",
        handler=read,
        auth=Auth.EMPLOYEE,
        action=Action.TASK_READ,
        scope=Scope.SHARES_READ,
        query=PartQuery,
        path_params=TaskPath,
        returns=BoardOut,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
    Route(
        method="POST",
        path=f"{PATH}/{{task_id}}/complete",
        name="tasks.complete",
        summary="Do a task: make one's own link, and pass it on by WeCom",
        handler=complete,
        auth=Auth.EMPLOYEE,
        action=Action.TASK_COMPLETE,
        scope=Scope.SHARES_WRITE,
        path_params=TaskPath,
        body=TaskDoIn,
        returns=MyTaskOut,
        errors=(AccessDenied, NotFound, RequirementUnmet, WrongState),
    ),
    Route(
        method="POST",
        path=f"{PATH}/{{task_id}}/remind",
        name="tasks.remind",
        summary="Remind who has not done a task",
        handler=remind,
        auth=Auth.EMPLOYEE,
        action=Action.TASK_CHANGE,
        scope=Scope.SHARES_WRITE,
        path_params=TaskPath,
        returns=TaskOut,
        errors=(AccessDenied, NotFound, TooManyAttempts, WrongState),
    ),
    Route(
        method="POST",
        path=f"{PATH}/{{task_id}}/end",
        name="tasks.end",
        summary="End a task, and close its links or keep them",
        handler=end,
        auth=Auth.EMPLOYEE,
        action=Action.TASK_CHANGE,
        scope=Scope.SHARES_WRITE,
        path_params=TaskPath,
        body=TaskEndIn,
        returns=TaskOut,
        errors=(AccessDenied, NotFound, WrongState),
    ),
)
