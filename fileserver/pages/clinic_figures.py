"""What the people of a viewer's clinic did, on a page of its own: no name but that of the clinic."""

from aiohttp import web

from compliance.access import Action
from fileserver.analytics import clinic as api
from fileserver.analytics.clinic import ClinicOut
from fileserver.analytics.dashboard_schemas import SpanQuery
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.i18n import Language
from fileserver.pages.analytics import SPANS, Figure, SpanPageQuery, change, figure
from fileserver.pages.calls import asking
from fileserver.pages.rendering import page

CARDS = ("opens", "viewers", "read_ms", "downloads")
FORWARDS = ("intents", "confirmed", "reach")
COUNTED = ("people", "intents", "confirmed", "brought")  # of each material


async def clinic(call: Call[None, SpanPageQuery]) -> web.Response:
    """The figures of the viewer's own clinic."""
    found = await api.clinic(asking(call, SpanQuery(days=call.query.days)))
    more = change(call.language, found.viewers, found.viewers_before)
    opened = Figure("opened", found.viewers, found.viewers_before, more)
    return page(
        call,
        "clinic_figures.html",
        found=found,
        spans=SPANS,
        days_asked=call.query.days,
        cards=[opened, *_figures(call.language, found, CARDS)],
        forwards=_figures(call.language, found, FORWARDS),
        counted=COUNTED,
        most=max((each.opens for each in found.days), default=0),
    )


def _figures(language: Language, found: ClinicOut, names: tuple[str, ...]) -> list[Figure]:
    return [figure(language, found.now, found.before, name) for name in names]


ROUTES = (
    Route(
        method="GET",
        path="/my-clinic",
        name="pages.my_clinic",
        summary="The figures of a viewer's clinic",
        handler=clinic,
        auth=Auth.VIEWER,
        action=Action.CLINIC_FIGURES,
        hidden=True,
        produces="text/html",
        query=SpanPageQuery,
    ),
)
