"""The steps after that: consents, phone, real name, place of work. Each touches the caller's own things only."""

from typing import Any

from aiohttp import hdrs, web

from compliance import consents
from compliance.errors import (
    ConsentMissing,
    InvalidValue,
    NameMismatch,
    NotFound,
    PersonDuplicate,
    SignInRefused,
    SignInUnavailable,
    TooManyAttempts,
    VerificationBusy,
    VerificationDown,
    VerificationLater,
    VerificationUnavailable,
    WrongState,
)
from compliance.real_names import Method, Verified
from fileserver.devices import device_of
from fileserver.entering import beginning, inviting, service, workplaces
from fileserver.entering.schemas import (
    ClinicOut,
    ClinicQuery,
    ClinicsOut,
    CodeIn,
    ConsentIn,
    EntryOut,
    NameIn,
    NameOut,
    WithdrawIn,
    WorkplaceIn,
)
from fileserver.entering.state import Need, state_of
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.session_cookie import signed_in_response

CLINICS_FOUND_MAX = 20


async def read(call: Call[Any, Any, Any]) -> EntryOut:
    """How far the caller is."""
    async with call.services.database.transaction() as tx:
        state = await state_of(tx, call.services, call.signed_in.person_id)
    return service.told(call.services, state, call.language)


async def give(call: Call[ConsentIn]) -> EntryOut:
    """Agree to a text."""
    await service.give(call.services, call.trail, call.signed_in.person_id, [call.body], call.language)
    return await read(call)


async def withdraw(call: Call[WithdrawIn]) -> EntryOut:
    """Take an agreement back."""
    services = call.services
    async with services.database.transaction() as tx:
        person_id = call.signed_in.person_id
        await consents.withdraw(tx, call.trail, person_id, call.body.purpose, now=services.clock())
    return await read(call)


async def phone(call: Call[CodeIn]) -> EntryOut:
    """Let WeChat say the caller's number."""
    await service.keep_phone(call.services, call.signed_in.person_id, call.body.code)
    return await read(call)


async def verify(call: Call[NameIn]) -> web.StreamResponse:
    """Have one's name checked."""
    services, person_id = call.services, call.signed_in.person_id
    await service.give(services, call.trail, person_id, call.body.consents, call.language)
    async with services.database.transaction() as tx:
        phone = (await state_of(tx, services, person_id)).profile.phone
    return await _ended(call, await service.check_name(services, call.trail, person_id, call.body, phone))


async def check(call: Call[Any, Any, Any]) -> web.StreamResponse:
    """Ask what became of a check that went on elsewhere."""
    services, person_id = call.services, call.signed_in.person_id
    async with services.database.transaction() as tx:
        newest = (await state_of(tx, services, person_id)).newest
    if newest is None:
        raise NotFound
    return await _ended(call, await service.check_again(services, call.trail, person_id, Method(newest.method)))


async def _ended(call: Call[Any, Any, Any], done: Verified) -> web.StreamResponse:
    """The answer; with a session of their own for somebody who turned out to be known already."""
    services, token = call.services, None
    device = device_of(call.request.headers.get(hdrs.USER_AGENT, ""))
    async with services.database.transaction() as tx:
        if done.person_id != call.signed_in.person_id:
            began = await beginning.start_session(
                tx, services, call.trail, done.person_id, services.clock(), via="verification", device=device
            )
            token = began.session.token
        await inviting.credit(tx, services, done.person_id, services.clock())
        state = await state_of(tx, services, done.person_id)
    answer = NameOut(
        **service.told(services, state, call.language).model_dump(),
        state="elsewhere" if done.handoff else "verified",
        url=done.handoff.url if done.handoff else "",
        face_token=done.handoff.token if done.handoff else "",
        token=token,
    )
    if token is not None:
        return signed_in_response(services.config, answer, token)
    return web.json_response(text=answer.model_dump_json(), status=201)


async def find_clinics(call: Call[None, ClinicQuery]) -> ClinicsOut:
    """Look for a clinic by its credit code or part of its name, once one's own name is verified."""
    services = call.services
    async with services.database.transaction() as tx:
        if Need.VERIFICATION in (await state_of(tx, services, call.signed_in.person_id)).needs:
            raise WrongState
        found = await workplaces.find(tx, call.query.q, CLINICS_FOUND_MAX + 1)
    items = [ClinicOut(id=row.id, name=row.name) for row in found[:CLINICS_FOUND_MAX]]
    return ClinicsOut(items=items, complete=len(found) <= CLINICS_FOUND_MAX)


async def work(call: Call[WorkplaceIn]) -> EntryOut:
    """Say where one works."""
    services, body, person_id = call.services, call.body, call.signed_in.person_id
    if (body.clinic_id is None) == (body.clinic_name is None):
        raise InvalidValue(field="clinic_id", rule="clinic-choice")
    for_id = await service.sharer_of(services, body.share)
    now = services.clock()
    async with services.database.transaction() as tx:
        if body.clinic_id is not None:
            await workplaces.bind(tx, services, call.trail, person_id, body.clinic_id, body.job, now=now)
        else:
            place = workplaces.place_of(body.clinic_name or "", body.credit_code)
            await workplaces.request(tx, services, call.trail, person_id, place, body.job, for_id=for_id, now=now)
    return await read(call)


CHECKS = (
    ConsentMissing,
    InvalidValue,
    NameMismatch,
    PersonDuplicate,
    TooManyAttempts,
    VerificationBusy,
    VerificationDown,
    VerificationLater,
    VerificationUnavailable,
)
ROUTES = (
    Route(
        method="GET",
        path="/api/v1/entry",
        name="entry.read",
        summary="How far one is on the way in",
        handler=read,
        auth=Auth.VIEWER,
        own=True,
        returns=EntryOut,
    ),
    Route(
        method="POST",
        path="/api/v1/entry/consents",
        name="entry.consent",
        summary="Agree to a text",
        handler=give,
        auth=Auth.VIEWER,
        own=True,
        body=ConsentIn,
        returns=EntryOut,
        errors=(InvalidValue,),
    ),
    Route(
        method="POST",
        path="/api/v1/entry/consents/withdraw",
        name="entry.withdraw",
        summary="Take an agreement back",
        handler=withdraw,
        auth=Auth.VIEWER,
        own=True,
        body=WithdrawIn,
        returns=EntryOut,
    ),
    Route(
        method="POST",
        path="/api/v1/entry/phone",
        name="entry.phone",
        summary="Let WeChat say one's phone number",
        handler=phone,
        auth=Auth.VIEWER,
        own=True,
        body=CodeIn,
        returns=EntryOut,
        errors=(ConsentMissing, SignInRefused, SignInUnavailable),
    ),
    Route(
        method="POST",
        path="/api/v1/entry/verification",
        name="entry.verify",
        summary="Have one's real name checked",
        handler=verify,
        auth=Auth.VIEWER,
        own=True,
        body=NameIn,
        returns=NameOut,
        status=201,
        errors=CHECKS,
    ),
    Route(
        method="POST",
        path="/api/v1/entry/verification/check",
        name="entry.check",
        summary="Ask what became of a check that went on elsewhere",
        handler=check,
        auth=Auth.VIEWER,
        own=True,
        returns=NameOut,
        status=201,
        errors=(NotFound, *CHECKS),
    ),
    Route(
        method="GET",
        path="/api/v1/entry/clinics",
        name="entry.clinics",
        summary="Find a clinic by its credit code or part of its name",
        handler=find_clinics,
        auth=Auth.VIEWER,
        own=True,
        query=ClinicQuery,
        returns=ClinicsOut,
        errors=(WrongState,),
    ),
    Route(
        method="POST",
        path="/api/v1/entry/workplace",
        name="entry.workplace",
        summary="Say where one works",
        handler=work,
        auth=Auth.VIEWER,
        own=True,
        body=WorkplaceIn,
        returns=EntryOut,
        errors=(InvalidValue, WrongState),
    ),
)
