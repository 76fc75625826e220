"""Personal shares for a list of people: a look at the list first, then all of them."""

from datetime import datetime, timedelta, timezone

from compliance.access import Action
from compliance.errors import AccessDenied, InvalidValue, NotFound, RequirementUnmet
from fileserver.http.call import Call
from fileserver.http.errors import InvalidRequest, MediaTypeRefused
from fileserver.http.parsing import read_body
from fileserver.http.routing import BODY_MAX_BYTES, Auth, Route
from fileserver.shares import bulk
from fileserver.shares.bulk_csv import read_list, written
from fileserver.shares.bulk_schemas import BulkIn, BulkItem, BulkOut, ListedOut, ListOut, ListQuery

CSV_TYPE = "text/csv"
CHINA_TIME = timezone(timedelta(hours=8))


async def look_at(call: Call[None, ListQuery]) -> ListOut:
    """Whom a list names; nothing is made."""
    if call.request.content_type != CSV_TYPE:
        raise MediaTypeRefused(expected=CSV_TYPE)
    lines = read_list(await read_body(call.request, BODY_MAX_BYTES))
    found = await bulk.matched(call.services, call.actor, call.trail, call.query.material_id, lines)
    return ListOut(
        items=[
            ListedOut(
                line=each.listed.line,
                person_id=each.standing.person_id,
                person=each.name,
                clinic=each.standing.clinic_name,
                note=each.listed.said.note,
            )
            for each in found
        ]
    )


async def create_all(call: Call[BulkIn]) -> BulkOut:
    """A personal share for each person: all, or none."""
    made = await bulk.create_all(call.services, call.actor, call.trail, call.body)
    links = {each.row.id: f"{call.services.config.public_url}/s/{each.token}" for each in made}
    rows = [
        (each.person, each.clinic, links[each.row.id], _minute(each.row.expires_at), each.row.note) for each in made
    ]
    return BulkOut(
        items=[
            BulkItem(id=each.row.id, person_id=each.person_id, person=each.person, url=links[each.row.id])
            for each in made
        ],
        csv=written(call.language, rows),
    )


def _minute(moment: datetime) -> str:
    return moment.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M")


ROUTES = (
    Route(
        method="POST",
        path="/api/v1/shares/list",
        name="shares.list_people",
        summary="Look at a list of people (CSV) for personal shares; nothing is made",
        handler=look_at,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_CREATE,
        scope="shares:write",
        query=ListQuery,
        body_max_bytes=None,
        consumes=(CSV_TYPE,),
        returns=ListOut,
        errors=(AccessDenied, NotFound, InvalidRequest, MediaTypeRefused, RequirementUnmet),
    ),
    Route(
        method="POST",
        path="/api/v1/shares/bulk",
        name="shares.create_all",
        summary="Make one personal share for each person of a list: all, or none",
        handler=create_all,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_CREATE,
        scope="shares:write",
        body=BulkIn,
        returns=BulkOut,
        status=201,
        errors=(AccessDenied, NotFound, InvalidRequest, InvalidValue, RequirementUnmet),
    ),
)
