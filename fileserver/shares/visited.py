"""Who opened a share: page by page, and all of them as a file."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field

from compliance import ledger
from compliance.access import Action, Actor, Job
from compliance.errors import AccessDenied, InvalidValue, NotFound
from compliance.events import Act, Trail
from compliance.materials import obj_of
from compliance.profiles import profiles_of
from compliance.visits import actor_of, person_now
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, write_cursor
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input, Output
from fileserver.http.streaming import stream
from fileserver.i18n import Language, translate
from fileserver.services import Services
from fileserver.shares.schemas import SharePath
from fileserver.shares.service import allowed
from fileserver.spreadsheets import BYTE_ORDER_MARK, file_headers, records, safe_cell
from storage.database import Transaction
from storage.rows import share_changes, visits
from storage.rows.aliases import ids_of
from storage.rows.standing import standings_of
from storage.rows.visits import VisitRow

BATCH = visits.PAGE_MAX
COLUMNS = ("person", "clinic", "job", "visit-started", "visit-seen")


class VisitorOut(Output):
    """One visit to a share, as its maker sees it."""

    visit_id: UUID
    person_id: UUID
    person: str
    barred: bool = Field(description="Whether they were shut out of this share")
    clinic: str
    job: Job | None
    started_at: datetime
    seen_at: datetime


class VisitorQuery(Input):
    """Which of them to list."""

    cursor: str | None = Field(default=None, max_length=100, description="Where the page before ended")
    limit: int = Field(default=100, ge=1, le=100, description="How many at most")


class VisitorList(Output):
    """Visits, newest first."""

    items: list[VisitorOut]
    next: str | None = Field(description="Cursor of the next page; null at the end")


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """A visit with the visitor's name and where they work now."""

    visit: VisitRow
    name: str
    clinic: str
    job: str


async def visitors(call: Call[None, VisitorQuery, SharePath]) -> VisitorList:
    """Who opened a share, newest first."""
    query, share_id = call.query, call.params.share_id
    async with call.services.database.transaction() as tx:
        await allowed(tx, call.actor, Action.SHARE_READ, share_id)
        found = await visits.visits_of_share(tx, share_id, before=read_cursor(query.cursor), limit=query.limit + 1)
        rows = found[: query.limit]
        named = await _named(call.services, tx, rows)
        shut_out = await share_changes.barred(tx, share_id)
        people = {row.person_id for row in rows}
        barred = {each for each in people if shut_out and shut_out.intersection(await ids_of(tx, each))}
    return VisitorList(
        items=[_out(each, barred=each.visit.person_id in barred) for each in named],
        next=write_cursor(rows[-1].started_at, rows[-1].id) if len(found) > len(rows) else None,
    )


async def visitors_csv(call: Call[None, None, SharePath]) -> web.StreamResponse:
    """All of them as a file, told to the log. A right that ends meanwhile ends it: a part can't pass for the whole."""
    share_id = call.params.share_id
    response = web.StreamResponse(headers=file_headers(f"share-{share_id}"))
    return await stream(call, response, lines(call.services, call.actor, call.trail, share_id, call.language))


async def lines(
    services: Services, actor: Actor, trail: Trail, share_id: UUID, language: Language
) -> AsyncGenerator[bytes]:
    """The same as CSV, newest first, batch by batch; each asks the rules about the actor by then."""
    zone, before = ZoneInfo(services.config.time_zone), None
    head = BYTE_ORDER_MARK + records([[translate(language, key) for key in COLUMNS]])
    while True:
        async with services.database.transaction() as tx:
            reader = actor_of(await person_now(tx, actor.person_id), services.clock())
            row = await allowed(tx, reader, Action.SHARE_READ, share_id)
            if before is None:
                det: dict[str, str | int] = {"format": "csv"}
                told = trail.event(Act.EMPLOYEE_RECALL_READ, obj=obj_of(row.material_id), link=str(share_id), det=det)
                await ledger.append(tx, told, now=services.clock())
            rows = await visits.visits_of_share(tx, share_id, before=before, limit=BATCH)
            named = await _named(services, tx, rows)
        yield (head + records([_cells(language, each, zone) for each in named])).encode()
        if len(rows) < BATCH:
            return
        head, before = "", (rows[-1].started_at, rows[-1].id)


async def _named(services: Services, tx: Transaction, rows: Sequence[VisitRow]) -> Sequence[Visitor]:
    people = {row.person_id for row in rows}
    names = await profiles_of(tx, services.keys.master, person_ids=people)
    standings = await standings_of(tx, people)
    return [
        Visitor(
            visit=row,
            name=names[row.person_id].name,
            clinic=standing.clinic_name if (standing := standings.get(row.person_id)) else "",
            job=(standing.job or "") if standing else "",
        )
        for row in rows
    ]


def _out(each: Visitor, *, barred: bool) -> VisitorOut:
    return VisitorOut(
        visit_id=each.visit.id,
        person_id=each.visit.person_id,
        person=each.name,
        barred=barred,
        clinic=each.clinic,
        job=Job(each.job) if each.job else None,
        started_at=each.visit.started_at,
        seen_at=each.visit.seen_at,
    )


def _cells(language: Language, each: Visitor, zone: ZoneInfo) -> Sequence[str]:
    """A line of COLUMNS, times in the brand's time zone."""
    times = (moment.astimezone(zone) for moment in (each.visit.started_at, each.visit.seen_at))
    return [
        safe_cell(each.name or translate(language, "page-erased")),
        safe_cell(each.clinic),
        translate(language, f"job-{each.job}") if each.job else "",
        *(moment.isoformat(sep=" ", timespec="seconds") for moment in times),
    ]


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/shares/{share_id}/visits",
        name="shares.visits",
        summary="List who opened a share",
        handler=visitors,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_READ,
        scope="shares:read",
        path_params=SharePath,
        query=VisitorQuery,
        returns=VisitorList,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
    Route(
        method="GET",
        path="/api/v1/shares/{share_id}/visits.csv",
        name="shares.visits_csv",
        summary="Who opened a share, as a CSV file",
        handler=visitors_csv,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_READ,
        scope="shares:read",
        path_params=SharePath,
        produces="text/csv",
        errors=(AccessDenied, NotFound),
    ),
)
