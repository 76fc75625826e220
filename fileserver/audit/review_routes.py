"""The periodic review of the trail: how it stands, and signing it off with one's password entered again."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from compliance.access import Action, require
from compliance.errors import AccessDenied, InvalidValue, NotFound, TooManyAttempts, WrongState
from compliance.events import Act
from compliance.profiles import profiles_of
from compliance.trail import reviewing
from compliance.trail.reviewing import Meaning, Signature, Span
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Output
from fileserver.http.scopes import Scope
from fileserver.reentry import Reentry, confirm
from storage.rows.trail_reviews import TrailReviewRow

NOTE_CHARS_MAX = 2_000


class SpanOut(Output):
    """What waits to be reviewed."""

    first_index: int = Field(description="First leaf of the span")
    size: int = Field(description="Size of the checkpoint at its end: the first leaf behind it")
    root: str = Field(description="Root of the tree at this size, in hex")
    made_at: AwareDatetime
    results: dict[str, int]
    notable: dict[str, int] = Field(description="Acts that a reviewer looks for, with how often they happened")
    anomalies_open: int
    anomalies_dismissed: int


class TrailReviewOut(Output):
    """A signed review."""

    id: UUID
    first_index: int
    size: int
    root: str
    signed_by: UUID
    signed_by_name: str
    signed_at: AwareDatetime
    meaning: Meaning
    note: str
    event_id: int


class TrailStandingOut(Output):
    """How reviewing stands."""

    span: SpanOut | None = Field(description="What waits; null when nothing new was counted and looked at")
    due_at: AwareDatetime | None
    overdue: bool
    intact: bool = Field(description="Whether every signed root is still that of the ledger")
    signed: list[TrailReviewOut]


class SignIn(Reentry):
    """A signature under what waits."""

    size: int = Field(ge=1, le=2**63 - 1, description="Of the checkpoint that was reviewed")
    root: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(description="Of the same checkpoint")
    meaning: Meaning = Field(description="What the signature says of the span")
    note: Annotated[str, StringConstraints(max_length=NOTE_CHARS_MAX, strip_whitespace=True)] = ""


async def standing(call: Call) -> TrailStandingOut:
    """What waits, until when, and what was signed before."""
    require(call.actor, Action.TRAIL_READ)
    services = call.services
    period = timedelta(seconds=services.config.trail_review_period_s)
    async with services.database.transaction() as tx:
        found = await reviewing.standing(tx, period=period, now=services.clock())
        people = await profiles_of(tx, services.keys.master, person_ids={row.person_id for row in found.signed})
    return TrailStandingOut(
        span=_span(found.span) if found.span else None,
        due_at=found.due_at,
        overdue=found.overdue,
        intact=found.intact,
        signed=[_review(row, people[row.person_id].name) for row in found.signed],
    )


async def sign(call: Call[SignIn]) -> TrailReviewOut:
    """Sign off the span that waits. The signature is an event bound to the checkpoint's root."""
    rule = require(call.actor, Action.TRAIL_SIGN)
    services, body, caller = call.services, call.body, call.signed_in
    await confirm(services, call.trail, caller, body.proof, address=call.client_ip, act=Act.EMPLOYEE_TRAIL_SIGN)
    signature = Signature(
        person_id=caller.person_id,
        size=body.size,
        root=bytes.fromhex(body.root),
        meaning=body.meaning,
        note=body.note,
        why=rule,
    )
    async with services.database.transaction() as tx:
        row = await reviewing.sign(tx, call.trail, signature, now=services.clock())
        people = await profiles_of(tx, services.keys.master, person_ids=[row.person_id])
    return _review(row, people[row.person_id].name)


def _span(span: Span) -> SpanOut:
    return SpanOut(
        first_index=span.first_index,
        size=span.size,
        root=span.root.hex(),
        made_at=span.made_at,
        results=dict(span.results),
        notable=dict(span.notable),
        anomalies_open=span.anomalies_open,
        anomalies_dismissed=span.anomalies_dismissed,
    )


def _review(row: TrailReviewRow, name: str) -> TrailReviewOut:
    return TrailReviewOut(
        id=row.id,
        first_index=row.first_index,
        size=row.size,
        root=row.root.hex(),
        signed_by=row.person_id,
        signed_by_name=name,
        signed_at=row.signed_at,
        meaning=Meaning(row.meaning),
        note=row.note,
        event_id=row.event_id,
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/audit/reviews",
        name="trail.standing",
        summary="How the periodic review of the trail stands",
        handler=standing,
        auth=Auth.EMPLOYEE,
        action=Action.TRAIL_READ,
        scope=Scope.EVENTS_READ,
        returns=TrailStandingOut,
        errors=(AccessDenied,),
    ),
    Route(
        method="POST",
        path="/api/v1/audit/reviews",
        name="trail.sign",
        summary="Sign off the span of the trail that waits",
        handler=sign,
        auth=Auth.EMPLOYEE,
        action=Action.TRAIL_SIGN,
        body=SignIn,
        returns=TrailReviewOut,
        status=201,
        errors=(AccessDenied, InvalidValue, NotFound, TooManyAttempts, WrongState),
    ),
)
