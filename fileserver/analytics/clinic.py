"""What the people of a clinic did, for each of them to see: their own clinic's figures, without anybody's name.

Only what a viewer opened themselves is named, so that nobody learns of a material that was not for them.
"""

from datetime import date, timedelta
from uuid import UUID

from pydantic import Field

from compliance import ledger
from compliance.access import DEFAULT_DENY, Action, Target, require
from compliance.errors import AccessDenied
from compliance.events import Act
from fileserver.analytics.dashboard_routes import EVERY, counts_out, days_out
from fileserver.analytics.dashboard_schemas import CountsOut, DayCountsOut, SpanQuery
from fileserver.analytics.once import opened
from fileserver.analytics.tables import span_of
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Output
from storage.rows import clinic_figures, clinics
from storage.rows import spread_dashboard as rows
from storage.rows.aliases import clinic_ids_of, ids_of
from storage.rows.spread_counts import Dim
from storage.rows.spread_dashboard import Among


class ClinicMaterialOut(Output):
    """A material that the caller opened, and what their clinic did by the shares that the caller opened."""

    material_id: UUID
    title: str
    people: int = Field(description="People of the clinic who opened, distinct within the material")
    intents: int = Field(description="Links that they passed on")
    confirmed: int = Field(description="Of these, links that somebody else opened")
    brought: int = Field(description="People who came in by one of these links, of whatever clinic; once in each share")


class ClinicOut(Output):
    """The figures of the caller's clinic, beside the same number of days before."""

    name: str
    first: date
    last: date
    viewers: int = Field(description="Distinct people of the clinic who opened in the span")
    viewers_before: int
    now: CountsOut
    before: CountsOut
    days: list[DayCountsOut]
    materials: list[ClinicMaterialOut] = Field(description="Since ever; 50 at most")


async def clinic(call: Call[None, SpanQuery]) -> ClinicOut:
    """The figures of the caller's own clinic, told to the log."""
    services, clinic_id = call.services, call.signed_in.clinic_id
    if clinic_id is None:
        raise AccessDenied(DEFAULT_DENY, action=Action.CLINIC_FIGURES.value)
    obj = f"clinic:{clinic_id}"
    rule = require(call.actor, Action.CLINIC_FIGURES, Target(clinic_id=clinic_id), obj=obj)
    span = span_of(services.clock(), services.config.time_zone, call.query.days)
    async with services.database.transaction() as tx:
        names = await clinic_ids_of(tx, clinic_id)
        among = Among(Dim.CLINIC, tuple(map(str, names)), one=True)
        look = call.trail.event(Act.VIEWER_FIGURES_READ, why=rule, obj=obj)
        await ledger.append(tx, look, now=services.clock())
        people = await ids_of(tx, call.signed_in.person_id)
        seen = await clinic_figures.materials_of_clinic(tx, people, names)
        viewers, viewers_before = [each or 0 for each in await opened(tx, among, span)]
        now, before = await rows.sums(tx, among, span)
        return ClinicOut(
            name=(await clinics.clinic_names(tx, [clinic_id])).get(str(clinic_id), ""),
            first=span.start,
            last=span.end - timedelta(days=1),
            viewers=viewers,
            viewers_before=viewers_before,
            now=counts_out(now, EVERY, viewers),
            before=counts_out(before, EVERY, viewers_before),
            days=days_out(await rows.by_day(tx, among, span), added_up=False),
            materials=[ClinicMaterialOut(**vars(each)) for each in seen],
        )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/analytics/clinic",
        name="analytics.clinic",
        summary="What the people of the caller's clinic did, without names",
        handler=clinic,
        auth=Auth.VIEWER,
        action=Action.CLINIC_FIGURES,
        query=SpanQuery,
        returns=ClinicOut,
        errors=(AccessDenied,),
    ),
)
