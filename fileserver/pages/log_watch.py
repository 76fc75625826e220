"""What an auditor watches beside searching: anomalies with their evidence, and the periodic review of the trail."""

from datetime import timedelta
from typing import Annotated

from aiohttp import web
from pydantic import Field

from compliance.access import Action
from compliance.trail.reviewing import Meaning
from fileserver.audit import anomaly_routes, review_routes
from fileserver.audit.anomaly_routes import CURSOR_CHARS_MAX, REASON_CHARS_MAX, AnomalyOut, AnomalyQuery
from fileserver.audit.review_routes import NOTE_CHARS_MAX
from fileserver.http.call import Call
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query

SHOWN = 30
NETWORK_DETECTOR = "denials"


class AnomaliesQuery(FormQuery):
    """Which anomalies to show."""

    all: bool = False
    cursor: Annotated[str, Field(max_length=CURSOR_CHARS_MAX)] | None = None


async def anomalies(call: Call[None, AnomaliesQuery]) -> web.Response:
    """What stood out, the open ones first of all."""
    query = call.query
    wanted = AnomalyQuery(open_only=not query.all, cursor=query.cursor, limit=SHOWN)
    found = await anomaly_routes.listed(asking(call, wanted))
    return page(
        call,
        "log_anomalies.html",
        anomalies=[(each, evidence(each)) for each in found.items],
        all=query.all,
        reason_chars_max=REASON_CHARS_MAX,
        next_url=with_query(call.request.path, call.request.query, cursor=found.next) if found.next else None,
    )


def evidence(anomaly: AnomalyOut) -> str:
    """The search that shows the events behind an anomaly."""
    whose = {"person": anomaly.person} if anomaly.person else {"network": anomaly.network}
    denied = {"result": "deny"} if anomaly.detector == NETWORK_DETECTOR else {}
    until = anomaly.last_at + timedelta(seconds=1)
    return with_query("/log", whose | denied, since=anomaly.first_at.isoformat(), until=until.isoformat())


async def reviews(call: Call) -> web.Response:
    """What waits for a signature, and what was signed."""
    found = await review_routes.standing(call)
    span = found.span
    return page(
        call,
        "log_reviews.html",
        standing=found,
        span=span,
        events=span.size - span.first_index if span else 0,
        meanings=[each.value for each in Meaning],
        note_chars_max=NOTE_CHARS_MAX,
        period_days=timedelta(seconds=call.services.config.trail_review_period_s).days,
    )


ROUTES = (
    console_page(
        "/log/anomalies", "anomalies", "What stood out", anomalies, action=Action.ANOMALY_LIST, query=AnomaliesQuery
    ),
    console_page("/log/reviews", "trail_reviews", "Reviews of the trail", reviews, action=Action.TRAIL_READ),
)
