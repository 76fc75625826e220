"""How long pages are read: what a viewer's page reports, and the tokens that it reports with.

Promises an acknowledgement only for what is durable, and no time behind a door that is closed by now. A report goes
without the session's CSRF token, because a page that is being left can send no header: each beacon brings a token of
its own, which no other site can know.
"""

from collections import Counter
from uuid import UUID

from pydantic import Field

from compliance.access import Action
from compliance.beacons import Beacon, Outcome, PageToken, Report, open_page_token, sign_page
from compliance.errors import AccessDenied, LinkInvalid, NotFound, TooManyAttempts, TooManyReports
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input, Output
from fileserver.services import Services
from fileserver.viewing.schemas import VisitPath
from storage.errors import StorageError

TOKEN_HEADER = "Reading-Token"  # noqa: S105  # the name of a header
BEACONS_MAX = 40
CLAIM_MAX_MS = 3_600_000
SEQ_MAX = 2**31 - 1
BODY_MAX_BYTES = 16 << 10


class BeaconIn(Input):
    """How long one page was in the foreground since the page's last beacon."""

    page: int = Field(ge=1, le=100_000)
    seq: int = Field(ge=1, le=SEQ_MAX, description="Higher with every beacon of the visit, whatever its page")
    ms: int = Field(
        ge=0, le=CLAIM_MAX_MS, description="Of the reader's own clock; the server's own says what it allows"
    )
    token: str = Field(
        max_length=64, description="Came with the page in its header Reading-Token; good until the visit ends"
    )


class ReportIn(Input):
    """What a viewer's page reports at once."""

    beacons: list[BeaconIn] = Field(min_length=1, max_length=BEACONS_MAX)


class ReportOut(Output):
    """What became of a report; all that is counted is durable."""

    ms: int = Field(description="What was counted: never more than the time since the last report")
    seq: int = Field(description="The visit's last number: go on above it")
    dropped: int = Field(
        description="Duplicates, and beacons whose token is of another page: none of their time counts"
    )


def page_token(services: Services, visit_id: UUID, page: int, person_id: UUID) -> str:
    """The token that leaves with a page's bytes."""
    token = PageToken(visit_id=visit_id, page=page, person_id=person_id, served_at=services.clock())
    return sign_page(services.keys, token)


async def report(call: Call[ReportIn, None, VisitPath]) -> ReportOut:
    """Reading of pages that were served to this visit, as long as it may be read."""
    services, caller, now = call.services, call.signed_in, call.services.clock()
    beacons, dropped = await _believed(call)
    taken = await services.beacons.take(
        Report(
            visit_id=call.params.visit_id,
            person_id=caller.person_id,
            session_id=caller.session_id,
            at=now,
            beacons=beacons,
            dropped=dropped,
        )
    )
    lost = sum(taken.outcomes[each] for each in (Outcome.DUPLICATE, Outcome.FORGED, Outcome.EXPIRED))
    return ReportOut(ms=taken.ms, seq=taken.seq, dropped=lost)


async def _believed(call: Call[ReportIn, None, VisitPath]) -> tuple[list[Beacon], Counter[Outcome]]:
    believed, dropped, services = [], Counter[Outcome](), call.services
    visit_id, person_id = call.params.visit_id, call.signed_in.person_id
    for said in call.body.beacons:
        try:
            token = await open_page_token(
                services.keys, services.database, said.token, visit_id=visit_id, page=said.page, person_id=person_id
            )
        except LinkInvalid:
            dropped[Outcome.FORGED] += 1
        else:
            served_at = token.served_at
            believed.append(Beacon(page=said.page, seq=said.seq, claimed_ms=said.ms, served_at=served_at))
    return believed, dropped


ROUTES = (
    Route(
        method="POST",
        path="/v/{visit_id}/beacons",
        name="visits.report",
        summary="Report how long pages of a visit were read",
        handler=report,
        auth=Auth.VIEWER,
        action=Action.VISIT_READ,
        csrf=False,
        body=ReportIn,
        body_max_bytes=BODY_MAX_BYTES,
        path_params=VisitPath,
        returns=ReportOut,
        errors=(AccessDenied, NotFound, StorageError, TooManyAttempts, TooManyReports),
    ),
)
