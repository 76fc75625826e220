"""What stood out in the log: listed with its evidence, and dismissed with a reason."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from compliance import ledger
from compliance.access import Action, require
from compliance.errors import AccessDenied, InvalidValue, NotFound, WrongState
from compliance.events import Act, short_hash
from compliance.profiles import names_by_pseudonym, profiles_of
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, write_cursor
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input, Output
from fileserver.http.scopes import Scope
from storage.rows import anomalies as rows
from storage.rows.anomalies import AnomalyRow

REASON_CHARS_MAX = 500
CURSOR_CHARS_MAX = 200


class AnomalyQuery(Input):
    """Which ones, and where the list goes on."""

    open_only: bool = Field(default=True, description="Leave out what was dismissed")
    cursor: Annotated[str, Field(max_length=CURSOR_CHARS_MAX)] | None = None
    limit: int = Field(default=50, ge=1, le=200)


class AnomalyPath(Input):
    """Which one."""

    anomaly_id: UUID


class DismissIn(Input):
    """Why it is nothing to worry about, or what was done about it."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=REASON_CHARS_MAX, strip_whitespace=True)]


class AnomalyOut(Output):
    """So much of something, by one person (or strangers in one network) on one day."""

    id: UUID
    detector: str
    person: str = Field(description="Pseudonym; empty for strangers")
    person_name: str | None
    network: str = Field(description="Of strangers")
    day: date
    count: int
    bar: int
    first_event: int
    last_event: int
    first_at: AwareDatetime
    last_at: AwareDatetime
    dismissed_at: AwareDatetime | None
    dismissed_by_name: str | None
    reason: str


class AnomalyList(Output):
    """What stood out, the newest first."""

    items: list[AnomalyOut]
    next: str | None


async def listed(call: Call[None, AnomalyQuery]) -> AnomalyList:
    """What stood out. Names are read, so it is an event."""
    rule = require(call.actor, Action.ANOMALY_LIST)
    query, services = call.query, call.services
    before = read_cursor(query.cursor)
    async with services.database.transaction() as tx:
        found = await rows.list_anomalies(tx, open_only=query.open_only, before=before, limit=query.limit)
        names = await names_by_pseudonym(tx, services.keys.master, {row.who for row in found if row.who})
        closers = {row.dismissed_by for row in found if row.dismissed_by}
        people = await profiles_of(tx, services.keys.master, person_ids=closers)
        event = call.trail.event(Act.EMPLOYEE_ANOMALY_LIST, why=rule, det={"found": len(found)})
        await ledger.append(tx, event, now=services.clock())
    last = found[-1] if len(found) == query.limit else None
    return AnomalyList(
        items=[
            _out(row, names.get(row.who), people[row.dismissed_by].name if row.dismissed_by else None) for row in found
        ],
        next=write_cursor(last.last_at, last.id) if last else None,
    )


async def dismiss(call: Call[DismissIn, None, AnomalyPath]) -> AnomalyOut:
    """Mark one as looked into. The reason's hash is in the event."""
    rule = require(call.actor, Action.ANOMALY_DISMISS)
    services, anomaly_id, now = call.services, call.params.anomaly_id, call.services.clock()
    async with services.database.transaction() as tx:
        row = await rows.anomaly_of(tx, anomaly_id, lock=True)
        if row is None:
            raise NotFound
        if row.dismissed_at is not None:
            raise WrongState
        await rows.dismiss_anomaly(tx, anomaly_id, by=call.signed_in.person_id, reason=call.body.reason, now=now)
        det = {"anomaly": str(anomaly_id), "detector": row.detector, "reason": short_hash(call.body.reason)}
        about = f"person:{row.who}" if row.who else ""
        event = call.trail.event(Act.EMPLOYEE_ANOMALY_DISMISS, why=rule, obj=about, det=det)
        await ledger.append(tx, event, now=now)
        kept = await rows.anomaly_of(tx, anomaly_id)
        names = await names_by_pseudonym(tx, services.keys.master, {row.who} if row.who else set())
        people = await profiles_of(tx, services.keys.master, person_ids=[call.signed_in.person_id])
    return _out(kept or row, names.get(row.who), people[call.signed_in.person_id].name)


def _out(row: AnomalyRow, person_name: str | None, dismissed_by_name: str | None) -> AnomalyOut:
    return AnomalyOut(
        id=row.id,
        detector=row.detector,
        person=row.who,
        person_name=person_name,
        network=row.ip,
        day=row.day,
        count=row.count,
        bar=row.bar,
        first_event=row.first_id,
        last_event=row.last_id,
        first_at=row.first_at,
        last_at=row.last_at,
        dismissed_at=row.dismissed_at,
        dismissed_by_name=dismissed_by_name,
        reason=row.reason,
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/audit/anomalies",
        name="anomalies.list",
        summary="List what stood out in the log",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.ANOMALY_LIST,
        scope=Scope.EVENTS_READ,
        query=AnomalyQuery,
        returns=AnomalyList,
        errors=(AccessDenied, InvalidValue),
    ),
    Route(
        method="POST",
        path="/api/v1/audit/anomalies/{anomaly_id}/dismissal",
        name="anomalies.dismiss",
        summary="Dismiss an anomaly with a reason",
        handler=dismiss,
        auth=Auth.EMPLOYEE,
        action=Action.ANOMALY_DISMISS,
        body=DismissIn,
        path_params=AnomalyPath,
        returns=AnomalyOut,
        errors=(AccessDenied, NotFound, WrongState),
    ),
)
