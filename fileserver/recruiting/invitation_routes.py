"""Invitations and the funnel over HTTP."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from compliance.access import Action, require
from compliance.errors import AccessDenied, InvalidValue, NotFound
from fileserver import qr_codes
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.platforms import PlatformError
from fileserver.qr_codes import CodeUnavailable
from fileserver.reaching import clinic_target, reach
from fileserver.recruiting import funnel, invitations, wecom
from fileserver.recruiting.invitations import Maker
from fileserver.recruiting.people import Names, called, names_of
from fileserver.recruiting.schemas import (
    FunnelOut,
    FunnelQuery,
    InvitationIn,
    InvitationList,
    InvitationOut,
    InvitationPath,
    InvitationQuery,
    Place,
)
from storage.database import Transaction
from storage.rows import invitations as rows
from storage.rows import recruiting as figures
from storage.rows.clinics import clinic_names
from storage.rows.invitations import InvitationRow

NO_STORE = {"Cache-Control": "private, no-store"}


async def listed(call: Call[None, InvitationQuery]) -> InvitationList:
    """The caller's invitations."""
    require(call.actor, Action.INVITATION_LIST)
    me, query = call.actor.person_id, call.query
    async with call.services.database.transaction() as tx:
        found = await rows.list_invitations(tx, creator_id=me, clinic_id=query.clinic_id, limit=query.limit)
        return InvitationList(items=await _outs(tx, call, found))


async def create(call: Call[InvitationIn]) -> InvitationOut:
    """Invite a clinic."""
    services = call.services
    async with services.database.transaction() as tx:
        maker = Maker(call.actor, call.trail)
        row = await invitations.create(tx, services.keys, maker, call.body, services.clock())
        return (await _outs(tx, call, [row]))[0]


async def revoke(call: Call[None, None, InvitationPath]) -> InvitationOut:
    """Close an invitation. Who came in by it stays."""
    async with call.services.database.transaction() as tx:
        maker = Maker(call.actor, call.trail)
        row = await invitations.revoke(tx, maker, call.params.invitation_id, call.services.clock())
        return (await _outs(tx, call, [row]))[0]


async def qr(call: Call[None, None, InvitationPath]) -> web.Response:
    """The link as a QR code."""
    row = await _own(call)
    url = invitations.url_of(call.services.keys, call.services.config.public_url, row)
    drawn = await asyncio.to_thread(qr_codes.svg, url, call.services.config.brand_logo)
    return web.Response(body=drawn, content_type="image/svg+xml", headers=NO_STORE)


async def mini_program_code(call: Call[None, None, InvitationPath]) -> web.Response:
    """The mini-program code, as WeChat draws it. Raises CodeUnavailable where there is no mini-program."""
    wechat = call.services.platforms.wechat
    row = await _own(call)
    if wechat is None:
        raise CodeUnavailable
    try:
        code = await wechat.unlimited_code(
            invitations.text_of(call.services.keys, row), page=call.services.config.invitation_page
        )
    except PlatformError as error:
        raise CodeUnavailable from error
    return web.Response(body=code.content, content_type=code.media_type, headers=NO_STORE)


async def contact_code(call: Call[None, None, InvitationPath]) -> InvitationOut:
    """Have WeCom make the code by which one follows the invitation's maker; once. Raises CodeUnavailable without it."""
    services, row = call.services, await _own(call)
    if not row.contact_url:
        url = await wecom.contact_url(services, row)
        async with services.database.transaction() as tx:
            await rows.put_contact_url(tx, row.id, url)
    async with services.database.transaction() as tx:
        return (await _outs(tx, call, [await rows.by_id(tx, row.id) or row]))[0]


async def show_funnel(call: Call[None, FunnelQuery]) -> FunnelOut:
    """How far the clinics have come that are the caller's, or of their department and below."""
    require(call.actor, Action.INVITATION_LIST)
    services = call.services
    async with services.database.transaction() as tx:
        found = await figures.funnel(tx, await reach(tx, call.actor), services.clock())
        names = await names_of(tx, services.keys.master, funnel.owners_of(found))
    return funnel.funnel_of(found, names, call.query, services.clock())


async def _own(call: Call[None, None, InvitationPath]) -> InvitationRow:
    """Whose code may be shown. Raises NotFound, AccessDenied."""
    async with call.services.database.transaction() as tx:
        row = await rows.by_id(tx, call.params.invitation_id)
        if row is None:
            raise NotFound(field="invitation_id")
        target = await clinic_target(tx, row.clinic_id, owner_id=row.creator_id)
        require(call.actor, Action.INVITATION_REVOKE, target, obj=f"invitation:{row.id}")
    return row


async def _outs(tx: Transaction, call: Call[Any, Any, Any], found: Sequence[InvitationRow]) -> list[InvitationOut]:
    services = call.services
    names = await names_of(tx, services.keys.master, (row.creator_id for row in found))
    clinics = await clinic_names(tx, {row.clinic_id for row in found})
    return [_out(call, row, names, clinics) for row in found]


def _out(call: Call[Any, Any, Any], row: InvitationRow, names: Names, clinics: dict[str, str]) -> InvitationOut:
    services = call.services
    return InvitationOut(
        id=row.id,
        clinic=Place(id=row.clinic_id, name=clinics[str(row.clinic_id)]),
        creator=called(names, row.creator_id),
        job=invitations.job_of(row),
        note=row.note,
        url=invitations.url_of(services.keys, services.config.public_url, row),
        contact_url=row.contact_url,
        uses=row.uses,
        uses_max=row.uses_max,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        open=invitations.is_open(row, services.clock()),
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/recruiting/invitations",
        name="invitations.list",
        summary="List one's own invitations, newest first",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.INVITATION_LIST,
        scope=Scope.PEOPLE_READ,
        query=InvitationQuery,
        returns=InvitationList,
        errors=(AccessDenied,),
    ),
    Route(
        method="POST",
        path="/api/v1/recruiting/invitations",
        name="invitations.create",
        summary="Invite a clinic of one's own, one that nobody holds, or one that is not listed yet",
        handler=create,
        auth=Auth.EMPLOYEE,
        action=Action.INVITATION_CREATE,
        scope=Scope.PEOPLE_WRITE,
        body=InvitationIn,
        returns=InvitationOut,
        status=201,
        errors=(AccessDenied, InvalidValue, NotFound),
    ),
    Route(
        method="POST",
        path="/api/v1/recruiting/invitations/{invitation_id}/revoke",
        name="invitations.revoke",
        summary="Let nobody in by an invitation any more",
        handler=revoke,
        auth=Auth.EMPLOYEE,
        action=Action.INVITATION_REVOKE,
        scope=Scope.PEOPLE_WRITE,
        path_params=InvitationPath,
        returns=InvitationOut,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="GET",
        path="/api/v1/recruiting/invitations/{invitation_id}/qr",
        name="invitations.qr",
        summary="An invitation's link as a QR code",
        handler=qr,
        auth=Auth.EMPLOYEE,
        action=Action.INVITATION_REVOKE,
        scope=Scope.PEOPLE_READ,
        path_params=InvitationPath,
        produces="image/svg+xml",
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="GET",
        path="/api/v1/recruiting/invitations/{invitation_id}/code",
        name="invitations.code",
        summary="An invitation as a mini-program code",
        handler=mini_program_code,
        auth=Auth.EMPLOYEE,
        action=Action.INVITATION_REVOKE,
        scope=Scope.PEOPLE_READ,
        path_params=InvitationPath,
        produces="image/png, image/jpeg",
        errors=(AccessDenied, NotFound, CodeUnavailable),
    ),
    Route(
        method="POST",
        path="/api/v1/recruiting/invitations/{invitation_id}/contact-code",
        name="invitations.contact_code",
        summary="Have WeCom make a code by which one follows the invitation's maker",
        handler=contact_code,
        auth=Auth.EMPLOYEE,
        action=Action.INVITATION_REVOKE,
        scope=Scope.PEOPLE_WRITE,
        path_params=InvitationPath,
        returns=InvitationOut,
        errors=(AccessDenied, NotFound, CodeUnavailable),
    ),
    Route(
        method="GET",
        path="/api/v1/recruiting/funnel",
        name="recruiting.funnel",
        summary="How far each clinic has come: invited, followed, entered, verified, first content",
        handler=show_funnel,
        auth=Auth.EMPLOYEE,
        action=Action.INVITATION_LIST,
        scope=Scope.PEOPLE_READ,
        query=FunnelQuery,
        returns=FunnelOut,
        errors=(AccessDenied,),
    ),
)
