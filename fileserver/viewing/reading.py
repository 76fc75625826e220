"""How long pages are read: what a viewer's page reports, and the tokens that it reports with.

Promises an acknowledgement only for what is durable. A report goes without the session's CSRF token, because a page
that is being left can send no header: each beacon brings a token of its own, which no other site can know.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import Field

from compliance.access import Action
from compliance.beacons import Beacon, Outcome, PageToken, Report, read_page_token, sign_page
from compliance.errors import LinkExpired, LinkInvalid
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
    token: str = Field(max_length=64, description="Came with the page in its header Reading-Token, or with a report")


class ReportIn(Input):
    """What a viewer's page reports at once."""

    beacons: list[BeaconIn] = Field(min_length=1, max_length=BEACONS_MAX)


class PageTokenOut(Output):
    """A fresh token of a page."""

    page: int
    token: str


class ReportOut(Output):
    """What became of a report; all that is counted is durable."""

    ms: int = Field(description="What was counted: never more than the time since the last report")
    seq: int = Field(description="The visit's last number: go on above it")
    dropped: int = Field(description="Duplicates, and beacons whose token is of another page or over")
    tokens: list[PageTokenOut]


def page_token(services: Services, visit_id: UUID, page: int, person_id: UUID) -> str:
    """The token that leaves with a page's bytes."""
    now = services.clock()
    token = PageToken(visit_id=visit_id, page=page, person_id=person_id, served_at=now)
    return sign_page(services.keys, token, _end(services, now))


async def report(call: Call[ReportIn, None, VisitPath]) -> ReportOut:
    """Reading of pages that were served to this visit."""
    services, now = call.services, call.services.clock()
    believed, dropped = _believed(call, now)
    beacons = [
        Beacon(page=token.page, seq=said.seq, claimed_ms=said.ms, served_at=token.served_at) for said, token in believed
    ]
    visit_id, person_id = call.params.visit_id, call.signed_in.person_id
    taken = await services.beacons.take(
        Report(visit_id=visit_id, person_id=person_id, at=now, beacons=beacons, dropped=dropped)
    )
    lost = sum(taken.outcomes[each] for each in (Outcome.DUPLICATE, Outcome.FORGED, Outcome.EXPIRED))
    return ReportOut(ms=taken.ms, seq=taken.seq, dropped=lost, tokens=_fresh(services, [each for _, each in believed]))


def _believed(
    call: Call[ReportIn, None, VisitPath], now: datetime
) -> tuple[list[tuple[BeaconIn, PageToken]], Counter[Outcome]]:
    believed, dropped = [], Counter[Outcome]()
    visit_id, person_id = call.params.visit_id, call.signed_in.person_id
    for said in call.body.beacons:
        try:
            token = read_page_token(
                call.services.keys, said.token, visit_id=visit_id, page=said.page, person_id=person_id, now=now
            )
            believed.append((said, token))
        except LinkInvalid:
            dropped[Outcome.FORGED] += 1
        except LinkExpired:
            dropped[Outcome.EXPIRED] += 1
    return believed, dropped


def _fresh(services: Services, tokens: Sequence[PageToken]) -> list[PageTokenOut]:
    """A page stays open for longer than a token is good; when it was served doesn't change by that."""
    end = _end(services, services.clock())
    pages = {each.page: each for each in tokens}
    return [PageTokenOut(page=page, token=sign_page(services.keys, each, end)) for page, each in pages.items()]


def _end(services: Services, now: datetime) -> datetime:
    return now + timedelta(seconds=services.config.visit_url_lifetime_s)


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
        errors=(StorageError,),
    ),
)
