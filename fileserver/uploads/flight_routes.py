"""Uploads in flight over HTTP, for administrators."""

from dataclasses import asdict

from compliance.access import Action, require
from compliance.errors import AccessDenied, InvalidValue
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, write_cursor
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.uploads.flight_schemas import FlightList, FlightOut, FlightQuery, SweepsOut, TotalsOut
from fileserver.uploads.sweeps import Sweep
from fileserver.uploads.watching import Watched, store_answers, watch
from storage.rows.flights import FlightRow

SWEEPS_SHOWN = 10


async def listed(call: Call[None, FlightQuery]) -> FlightList:
    """What is not over, newest first."""
    require(call.actor, Action.UPLOAD_WATCH)
    before, limit = read_cursor(call.query.cursor), call.query.limit
    async with call.services.database.transaction() as tx:
        watched = await watch(tx, call.services.clock(), before=before, limit=limit)
    last = watched.items[-1] if len(watched.items) == limit else None
    next_cursor = write_cursor(last.created_at, last.id) if last else None
    return out(watched, store_answers=await store_answers(call.services.objects), next_cursor=next_cursor)


def out(watched: Watched, *, store_answers: bool, next_cursor: str | None) -> FlightList:
    """As an operator reads it, here and at a terminal."""
    return FlightList(
        at=watched.at,
        store_answers=store_answers,
        totals=TotalsOut(**asdict(watched.totals)),
        items=[_flight(row) for row in watched.items],
        sweeps=_sweeps(watched.sweeps),
        next=next_cursor,
    )


def _flight(row: FlightRow) -> FlightOut:
    fields = asdict(row)
    receiving = {name: fields[name] for name in ("process", "received_bytes", "retained_bytes", "rate_bytes_s")}
    return FlightOut.model_validate(
        {
            **{name: value for name, value in fields.items() if name in FlightOut.model_fields},
            "owner": {"login": row.login, "pseudonym": row.pseudonym},
            "receiving": receiving if row.process else None,
        }
    )


def _sweeps(found: list[Sweep]) -> SweepsOut:
    return SweepsOut.model_validate(
        {
            "uploads": len(found),
            "objects": sum(each.objects for each in found),
            "multiparts": sum(each.multiparts for each in found),
            "latest": [asdict(each) for each in found[:SWEEPS_SHOWN]],
        }
    )


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/v1/uploads/flights",
        name="uploads.flights",
        summary="Watch the uploads that are not over, whoever makes them",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.UPLOAD_WATCH,
        scope=Scope.OPERATIONS_READ,
        query=FlightQuery,
        returns=FlightList,
        errors=(AccessDenied, InvalidValue),
    ),
)
