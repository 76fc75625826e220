"""The tables of a task's board as files for spreadsheets: the same numbers, and everybody whom it was given to."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from zoneinfo import ZoneInfo

from aiohttp import web

from compliance import ledger
from compliance.access import Action
from compliance.errors import AccessDenied, NotFound
from compliance.events import Act
from compliance.materials import obj_of
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.i18n import translate
from fileserver.spreadsheets import BYTE_ORDER_MARK, file_headers, records, safe_cell
from fileserver.tasks import service
from fileserver.tasks.schemas import TaskPath
from fileserver.tasks.service import Board
from storage.rows.task_figures import FiguresRow
from storage.rows.tasks import ASSIGNEES_MAX, AssignmentRow

COPIES = ("copies_sent", "copies_unsent", "copies_no_friend", "copies_capped")
COUNTS = ("given", "done", "confirmed", "opened", "viewers", "opens", *COPIES)


class BoardSheet(StrEnum):
    """Tables of a board."""

    DEPARTMENTS = "departments"
    EMPLOYEES = "employees"


COLUMNS: Mapping[BoardSheet, tuple[str, ...]] = {
    BoardSheet.DEPARTMENTS: ("department", *COUNTS),
    BoardSheet.EMPLOYEES: ("employee", "department", "told", "done", *COPIES, "viewers"),
}


class BoardSheetPath(TaskPath):
    """Which table, of which task."""

    table: BoardSheet


async def sheet(call: Call[None, None, BoardSheetPath]) -> web.Response:
    """A table of a task's board, told to the log: names leave with it."""
    services, which = call.services, call.params.table
    found = await service.board(services, call.actor, call.params.task_id, None, ASSIGNEES_MAX)
    boards = [found]
    while len(boards[-1].parts) == ASSIGNEES_MAX and which is BoardSheet.EMPLOYEES:  # who left has a line, too
        last = boards[-1].parts[-1].person_id
        boards.append(await service.board(services, call.actor, call.params.task_id, last, ASSIGNEES_MAX))
    event = call.trail.event(Act.EMPLOYEE_SPREAD_READ, obj=obj_of(found.task.row.material_id))
    async with services.database.transaction() as tx:
        await ledger.append(tx, event, now=services.clock())
    if which is BoardSheet.DEPARTMENTS:
        lines = [_department(call, each) for each in found.departments]
    else:
        lines = [_employee(call, board, each) for board in boards for each in board.parts]
    head = [translate(call.language, f"task-{name.replace('_', '-')}") for name in COLUMNS[which]]
    return web.Response(
        text=BYTE_ORDER_MARK + records([head, *([safe_cell(str(each)) for each in line] for line in lines)]),
        headers=file_headers(f"task-{which.value}"),
    )


def _department(call: Call[None, None, BoardSheetPath], row: FiguresRow) -> Sequence[str | int]:
    """A line about a department."""
    nameless = "task-brand" if row.department_id else "task-no-department"
    return (row.department or translate(call.language, nameless), *(getattr(row, name) for name in COUNTS))


def _employee(call: Call[None, None, BoardSheetPath], board: Board, row: AssignmentRow) -> Sequence[str | int]:
    """A line about an employee; when they did it in the brand's time zone."""
    zone = ZoneInfo(call.services.config.time_zone)
    return (
        *(board.names[row.person_id].name, board.places.get(row.person_id, "")),
        translate(call.language, f"task-told-{row.told}"),
        row.done_at.astimezone(zone).isoformat(sep=" ", timespec="seconds") if row.done_at else "",
        *(getattr(row, name) for name in COPIES),
        board.viewers.get(row.share_id, 0) if row.share_id else 0,
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/tasks/{task_id}/sheets/{table}",
        name="tasks.sheet",
        summary="A table of a task's board as CSV: its departments, or everybody whom it was given to",
        handler=sheet,
        auth=Auth.EMPLOYEE,
        action=Action.TASK_READ,
        scope=Scope.SHARES_READ,
        path_params=BoardSheetPath,
        produces="text/csv",
        errors=(AccessDenied, NotFound),
    ),
)
