"""Recruiting progress over HTTP: by employee, department or region, as JSON and as CSV."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from aiohttp import web

from compliance.access import Action, require
from compliance.errors import AccessDenied
from compliance.events import Act
from compliance.ledger import append
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.i18n import translate
from fileserver.reaching import reach
from fileserver.recruiting.people import Names, names_of
from fileserver.recruiting.schemas import DayCount, Grouping, ProgressLine, ProgressOut, ProgressQuery
from fileserver.spreadsheets import BYTE_ORDER_MARK, file_headers, records, safe_cell
from storage.rows import recruiting as figures
from storage.rows.recruiting import ProgressRow

CHINA_TIME = timezone(timedelta(hours=8))
BOARD = 10  # places on the board of a ranking
COUNTS = ("clinics", "invited", "followed", "entered", "verified", "content", "won", "assists")


async def show(call: Call[None, ProgressQuery]) -> ProgressOut:
    """What the caller's people brought in."""
    require(call.actor, Action.PROGRESS_READ)
    services, query = call.services, call.query
    since, until = _span(services.clock(), query.days)
    async with services.database.transaction() as tx:
        people = await reach(tx, call.actor)
        found = await figures.progress(tx, people, since=since, until=until, dedupe=query.dedupe)
        names = await names_of(tx, services.keys.master, (row.person_id for row in found))
        days = await figures.verified_by_day(tx, people, since=since, until=until)
    return ProgressOut(
        items=lines_of(found, names, query.by), by_day=[DayCount(day=day, count=count) for day, count in days]
    )


async def export(call: Call[None, ProgressQuery]) -> web.Response:
    """The same as a file for a spreadsheet."""
    shown = await show(call)
    event = call.trail.event(Act.EMPLOYEE_PROGRESS_EXPORT, det={"rows": len(shown.items), "by": call.query.by.value})
    async with call.services.database.transaction() as tx:
        await append(tx, event, now=call.services.clock())
    columns = ("rank", "name", "department", "region", *COUNTS)
    head = [translate(call.language, f"progress-{name}") for name in columns]
    lines = [[safe_cell(str(getattr(line, name))) for name in columns] for line in shown.items]
    return web.Response(text=BYTE_ORDER_MARK + records([head, *lines]), headers=file_headers("recruiting"))


def lines_of(found: Sequence[ProgressRow], names: Names, by: Grouping) -> list[ProgressLine]:
    """Figures added up, most verified first; equal figures share a rank."""
    added: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    for row in found:
        sums = added[_key(row, names, by)]
        for name in COUNTS:
            sums[name] += getattr(row, name)
    ordered = sorted(added.items(), key=lambda each: (-each[1]["verified"], -each[1]["won"], -each[1]["invited"]))
    verified = [sums["verified"] for _, sums in ordered]
    board = verified[BOARD - 1] if len(verified) >= BOARD else 0
    return [
        ProgressLine(
            rank=verified.index(sums["verified"]) + 1,
            name=key[0],
            department=key[1],
            region=key[2],
            to_board=max(board - sums["verified"], 0),
            **sums,
        )
        for key, sums in ordered
    ]


def _key(row: ProgressRow, names: Names, by: Grouping) -> tuple[str, ...]:
    match by:
        case Grouping.EMPLOYEE:
            return (names.get(row.person_id, ""), row.department, row.region, str(row.person_id))
        case Grouping.DEPARTMENT:
            return (row.department, row.department, row.region, str(row.department_id))
        case Grouping.REGION:
            return (row.region, "", row.region)


def _span(now: datetime, days: int) -> tuple[datetime, datetime]:
    """The last days at the clinics, today included."""
    today = now.astimezone(CHINA_TIME).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1), today + timedelta(days=1)


_COMMON: dict[str, Any] = {
    "method": "GET",
    "auth": Auth.EMPLOYEE,
    "action": Action.PROGRESS_READ,
    "scope": Scope.PEOPLE_READ,
    "query": ProgressQuery,
    "errors": (AccessDenied,),
}

ROUTES = (
    Route(
        path="/api/v1/recruiting/progress",
        name="recruiting.progress",
        summary="Recruiting progress by employee, department or region, most first",
        handler=show,
        returns=ProgressOut,
        **_COMMON,
    ),
    Route(
        path="/api/v1/recruiting/progress.csv",
        name="recruiting.export",
        summary="Recruiting progress as a CSV file",
        handler=export,
        produces="text/csv",
        **_COMMON,
    ),
)
