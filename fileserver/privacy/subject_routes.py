"""Subject exports and erasure over HTTP."""

from typing import Any

from aiohttp import web

from compliance.access import Action
from compliance.erasure import Common, Erased
from compliance.errors import (
    AccessDenied,
    InvalidValue,
    LastAdmin,
    LastEmergency,
    LegalHold,
    NameCommon,
    NotFound,
    TooManyAttempts,
    WrongState,
)
from compliance.events import Act
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.privacy import service
from fileserver.privacy.schemas import ConfirmedIn, ErasedOut, EraseIn, LeaveIn, SubjectPath
from fileserver.reentry import confirm

ZIP = "application/zip"
OWN_WISH = "the person's own request"


async def export_own(call: Call) -> web.Response:
    """Everything held on the caller, as a zip. Viewers have no password; an employee asks for it by their id."""
    return _zip(await service.export(call.services, call.actor, call.trail, call.signed_in.person_id))


async def export(call: Call[ConfirmedIn, None, SubjectPath]) -> web.Response:
    """Everything held on a person, as a zip, for whoever answers their request, and for an employee of themselves."""
    await _confirm(call, Action.PERSON_EXPORT, Act.EMPLOYEE_PERSON_EXPORT)
    return _zip(await service.export(call.services, call.actor, call.trail, call.params.person_id))


async def erase(call: Call[EraseIn, None, SubjectPath]) -> ErasedOut:
    """Erase a person. It can't be undone."""
    await _confirm(call, Action.PERSON_ERASE, Act.EMPLOYEE_PERSON_ERASE)
    done = await service.erase(
        call.services,
        call.actor,
        call.trail,
        call.params.person_id,
        reason=call.body.reason,
        common=call.body.common,
    )
    return _out(done)


async def leave(call: Call[LeaveIn]) -> ErasedOut:
    """Erase oneself. The session ends, and whoever signs in again begins anew."""
    done = await service.erase(
        call.services, call.actor, call.trail, call.signed_in.person_id, reason=OWN_WISH, common=Common.LEAVE
    )
    return _out(done)


async def _confirm(call: Call[Any, None, SubjectPath], action: Action, act: Act) -> None:
    """Whoever may not do it is told so before a password is asked for."""
    await service.check(call.services, call.actor, action, call.params.person_id)
    proof = call.body.proof
    await confirm(call.services, call.trail, call.signed_in, proof, address=call.client_ip, act=act)


def _zip(body: bytes) -> web.Response:
    headers = {"Content-Disposition": 'attachment; filename="personal-data.zip"'}
    return web.Response(body=body, content_type=ZIP, headers=headers)


def _out(done: Erased) -> ErasedOut:
    return ErasedOut(
        pseudonym=done.pseudonym, rows=done.rows, texts=done.texts, left=done.left, traces=len(done.traces)
    )


ROUTES = (
    Route(
        method="POST",
        path="/api/v1/people/me/export",
        name="people.export_own",
        summary="Everything that is held on the caller, a viewer, as a zip",
        handler=export_own,
        auth=Auth.VIEWER,
        action=Action.PERSON_EXPORT,
        produces=ZIP,
        errors=(AccessDenied, WrongState),
    ),
    Route(
        method="POST",
        path="/api/v1/people/me/erase",
        name="people.leave",
        summary="Erase oneself, as a viewer",
        handler=leave,
        auth=Auth.VIEWER,
        action=Action.PERSON_ERASE,
        body=LeaveIn,
        returns=ErasedOut,
        errors=(AccessDenied, LegalHold, WrongState),
    ),
    Route(
        method="POST",
        path="/api/v1/people/{person_id}/export",
        name="people.export",
        summary="Everything that is held on a person, as a zip",
        handler=export,
        auth=Auth.EMPLOYEE,
        action=Action.PERSON_EXPORT,
        scope=Scope.PEOPLE_WRITE,
        path_params=SubjectPath,
        body=ConfirmedIn,
        produces=ZIP,
        errors=(AccessDenied, NotFound, WrongState, InvalidValue, TooManyAttempts),
    ),
    Route(
        method="POST",
        path="/api/v1/people/{person_id}/erase",
        name="people.erase",
        summary="Erase a person",
        handler=erase,
        auth=Auth.EMPLOYEE,
        action=Action.PERSON_ERASE,
        scope=Scope.PEOPLE_WRITE,
        path_params=SubjectPath,
        body=EraseIn,
        returns=ErasedOut,
        errors=(
            AccessDenied,
            NotFound,
            WrongState,
            LegalHold,
            LastAdmin,
            LastEmergency,
            NameCommon,
            InvalidValue,
            TooManyAttempts,
        ),
    ),
)
