"""Reading the versions of the pledge, and issuing the next one."""

from compliance import pledging
from compliance.access import Action, require
from compliance.errors import AccessDenied
from compliance.pledging import Words
from compliance.profiles import profiles_of
from fileserver.answers import PersonOut
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.pledges.schemas import PledgeVersionIn, PledgeVersionOut, PledgeVersions
from storage.rows import pledges


async def listed(call: Call) -> PledgeVersions:
    """Versions, the newest first."""
    require(call.actor, Action.PLEDGE_READ)
    async with call.services.database.transaction() as tx:
        rows = await pledges.texts(tx)
        names = await profiles_of(tx, call.services.keys.master, person_ids={row.made_by for row in rows})
    return PledgeVersions(
        items=[
            PledgeVersionOut(
                version=row.version,
                in_force=row.version == rows[0].version,
                title_zh=row.title_zh,
                text_zh=row.text_zh,
                sha256_zh=row.sha256_zh,
                title_en=row.title_en,
                text_en=row.text_en,
                sha256_en=row.sha256_en,
                made_by=PersonOut.of(names, row.made_by),
                made_at=row.made_at,
            )
            for row in rows
        ]
    )


async def write(call: Call[PledgeVersionIn]) -> PledgeVersions:
    """Issue the next version."""
    require(call.actor, Action.PLEDGE_WRITE)
    said, services = call.body, call.services
    chinese, english = Words(title=said.title_zh, text=said.text_zh), Words(title=said.title_en, text=said.text_en)
    async with services.database.transaction() as tx:
        await pledging.write(tx, call.trail, call.actor.person_id, chinese, english, now=services.clock())
    return await listed(call)  # type: ignore[arg-type]  # the body is of no interest to it


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/pledges",
        name="pledges.list",
        summary="List the versions of the pledge, newest first",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.PLEDGE_READ,
        returns=PledgeVersions,
        errors=(AccessDenied,),
    ),
    Route(
        method="POST",
        path="/api/v1/pledges",
        name="pledges.write",
        summary="Issue the next version of the pledge",
        handler=write,
        auth=Auth.EMPLOYEE,
        action=Action.PLEDGE_WRITE,
        body=PledgeVersionIn,
        returns=PledgeVersions,
        status=201,
        errors=(AccessDenied,),
    ),
)
