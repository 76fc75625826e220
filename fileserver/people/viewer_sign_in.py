"""Signing a viewer in: count the attempt, let the provider prove who it is, and begin a session for that one person."""

from collections.abc import Mapping
from dataclasses import dataclass

from compliance import ledger, limits, recruiting, sessions
from compliance.access import Role
from compliance.errors import AccessDenied, SignInUnavailable
from compliance.events import Act, Result, Trail
from compliance.invitations import InvitationToken
from compliance.sessions import NewSession
from fileserver.http.caller import Caller
from fileserver.people.credentials import split
from fileserver.people.entry import Entry, enter
from fileserver.people.invited import invited
from fileserver.people.sign_in import SignInProvider
from fileserver.people.stand_in import StandIn
from fileserver.services import Services
from fileserver.session_limits import limits_of
from storage.database import Transaction


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Who signed in, and the session that began."""

    entry: Entry
    session: NewSession


def offered(services: Services) -> Mapping[str, SignInProvider]:
    """The providers of this deployment, by name."""
    if not services.config.stand_in_sign_in:
        return {}
    stand_in = StandIn(services.keys.master, services.clock)
    return {stand_in.name: stand_in}


async def sign_in(
    services: Services,
    trail: Trail,
    *,
    provider: str,
    credential: Mapping[str, str],
    address: str,
    before: Caller | None = None,
) -> SignedIn:
    """Begins a session; `before` is whom this browser was signed in as: that session ends.

    Raises SignInUnavailable, InvalidRequest, SignInRefused, TooManyAttempts, or AccessDenied for a blocked viewer.
    """
    proving = offered(services).get(provider)
    if proving is None:
        raise SignInUnavailable(provider=provider)
    master, now = services.keys.master, services.clock()
    invitation = await invited(services, credential)
    workplace, rest = split(invitation.credential)
    async with services.database.transaction() as tx:
        attempt = await limits.admit_stranger(tx, master, address=address, now=now)
    identity = await proving.identify(rest)
    try:
        async with services.database.transaction() as tx:
            entry = await enter(tx, master, identity, workplace, may_found=not proving.proves, now=now)
            await limits.succeeded(tx, attempt)
            if before is not None and before.session_id is not None:
                await sessions.end(tx, trail, before.person_id, before.session_id, now=now)
            return SignedIn(entry=entry, session=await _begin(tx, services, trail, entry, invitation.token))
    except AccessDenied as denied:
        await _record_refusal(services, trail, denied)
        raise


async def _begin(
    tx: Transaction, services: Services, trail: Trail, entry: Entry, invitation: InvitationToken | None
) -> NewSession:
    now, org = services.clock(), str(entry.clinic.id)
    limits = limits_of(services.config)(Role.VIEWER)
    session = await sessions.start(tx, entry.person_id, limits=limits, now=now)
    named = sessions.trail_in(trail, session.id, pseudonym=entry.pseudonym, role=Role.VIEWER.value, org=org)
    if entry.founded:
        await ledger.append(tx, named.event(Act.VIEWER_CLINIC_CREATE, obj=f"clinic:{org}"), now=now)
    if invitation is not None:
        await recruiting.arrived(tx, named, invitation, entry.person_id, now)
    proof = {"provider": entry.identity.provider, "job": entry.job.value}
    verified = named.event(Act.VIEWER_IDENTITY_VERIFY, obj=f"person:{entry.pseudonym}", det=proof)
    told = await ledger.append(tx, verified, now=now)
    await recruiting.verified(tx, entry.person_id, entry.clinic.id, now, event_id=told, messages=services.messages)
    await ledger.append(tx, named.event(Act.VIEWER_SESSION_START), now=now)
    return session


async def _record_refusal(services: Services, trail: Trail, denied: AccessDenied) -> None:
    stranger = Trail(role=Role.VIEWER.value, ip=trail.ip, ua=trail.ua)
    event = stranger.event(Act.VIEWER_SESSION_START, res=Result.DENY, why=denied.rule, obj=denied.obj)
    async with services.database.transaction() as tx:
        await ledger.append(tx, event, now=services.clock())
