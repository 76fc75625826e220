"""Broken glass over HTTP: begun by an administrator who just proved who they are, seen by auditors and managers."""

from collections.abc import Sequence

from compliance import glass
from compliance.access import Action, require
from compliance.errors import AccessDenied, InvalidValue, NotFound, WrongState
from compliance.glass import Breaking
from compliance.profiles import profiles_of
from fileserver.glass.schemas import GlassIn, GlassList, GlassOut, GlassPath
from fileserver.http.call import Call
from fileserver.http.errors import StepUpNeeded
from fileserver.http.routing import Auth, Route
from fileserver.services import Services
from storage.database import Transaction
from storage.rows.break_glass import LISTED_MAX, GlassRow

PATH = "/api/v1/break-glass"


async def break_it(call: Call[GlassIn]) -> GlassOut:
    """Let the caller in to one material, or to the log."""
    services, body = call.services, call.body
    rule = require(call.actor, Action.GLASS_BREAK)
    wanted = Breaking(material_id=body.material_id, reason=body.reason, minutes=body.minutes)
    async with services.database.transaction() as tx:
        row = await glass.begin(
            tx,
            services.messages,
            call.trail,
            call.signed_in.person_id,
            wanted,
            minutes_max=services.config.break_glass_minutes_max,
            now=services.clock(),
            why=rule,
        )
        return (await _out(services, tx, [row]))[0]


async def listed(call: Call) -> GlassList:
    """All the times that the glass was broken, the newest first."""
    require(call.actor, Action.GLASS_LIST)
    services = call.services
    async with services.database.transaction() as tx:
        items = await _out(services, tx, await glass.listed(tx, LISTED_MAX))
    return GlassList(items=items, minutes_max=services.config.break_glass_minutes_max)


async def end(call: Call[None, None, GlassPath]) -> GlassOut:
    """End it before its time."""
    rule = require(call.actor, Action.GLASS_END)
    services = call.services
    async with services.database.transaction() as tx:
        by = call.signed_in.person_id
        row = await glass.end(tx, call.trail, call.params.grant_id, by, now=services.clock(), why=rule)
        return (await _out(services, tx, [row]))[0]


async def _out(services: Services, tx: Transaction, rows: Sequence[GlassRow]) -> list[GlassOut]:
    now = services.clock()
    people = {each for row in rows for each in (row.person_id, row.ended_by) if each}
    profiles = await profiles_of(tx, services.keys.master, person_ids=people)
    return [
        GlassOut(
            id=row.id,
            scope="material" if row.material_id else "log",
            material_id=row.material_id,
            person_id=row.person_id,
            name=profiles[row.person_id].name,
            reason=row.reason,
            minutes=row.minutes,
            started_at=row.started_at,
            ends_at=row.ends_at,
            ended_at=row.ended_at or (row.ends_at if row.ends_at <= now else None),
            ended_by=profiles[row.ended_by].name if row.ended_by else "",
            uses=row.uses,
            open=row.ended_at is None and now < row.ends_at,
        )
        for row in rows
    ]


ROUTES = (
    Route(
        method="POST",
        path=PATH,
        name="glass.break",
        summary="Break the glass: let the caller in to one material or the log, for a reason and for minutes",
        handler=break_it,
        auth=Auth.EMPLOYEE,
        action=Action.GLASS_BREAK,
        fresh=True,
        body=GlassIn,
        returns=GlassOut,
        status=201,
        errors=(AccessDenied, InvalidValue, NotFound, StepUpNeeded, WrongState),
    ),
    Route(
        method="GET",
        path=PATH,
        name="glass.list",
        summary="List when the glass was broken, by whom and why",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.GLASS_LIST,
        returns=GlassList,
        errors=(AccessDenied,),
    ),
    Route(
        method="POST",
        path=f"{PATH}/{{grant_id}}/end",
        name="glass.end",
        summary="End emergency access before its time",
        handler=end,
        auth=Auth.EMPLOYEE,
        action=Action.GLASS_END,
        path_params=GlassPath,
        returns=GlassOut,
        errors=(AccessDenied, NotFound),
    ),
)
