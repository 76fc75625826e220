"""A session begins: an identity that a service or a mailbox vouches for leads to a person.

| way | proof | identity |
|---|---|---|
| mini-program | the code of `wx.login` | openid of the mini-program; the unionid, once there is one |
| WeChat's browser | the code of the authorize page | openid of the official account; the unionid |
| any browser | a one-time code by e-mail | a keyed hash of the address |

What `code2Session` says besides stays here: its session_key is kept sealed, and no answer has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance import ledger, limits, recruiting, sessions
from compliance.access import Role
from compliance.errors import AccessDenied, SignInRefused, SignInUnavailable
from compliance.events import Act, Result, Trail
from compliance.invitations import InvitationToken
from compliance.joining import Arrived, KnownAs, person_behind
from compliance.profiles import seal_for
from compliance.sessions import Begun, NewSession
from fileserver.entering import inviting
from fileserver.http.caller import Caller
from fileserver.platforms import CodeRefused, PersonBlocked, PlatformRefused, PlatformUnavailable
from fileserver.platforms.crypto.session import SEALED_AS
from fileserver.services import Services
from fileserver.session_limits import limits_of
from storage.database import Transaction
from storage.rows import wechat_sessions
from storage.rows.standing import standing_of

MINI_PROGRAM, OFFICIAL, OPEN, EMAIL = "wechat-mini", "wechat-official", "wechat-open", "email"
REFUSED = (CodeRefused, PersonBlocked)


@dataclass(frozen=True, kw_only=True)
class Began:
    """A session, whose it is, and who they are in events."""

    session: NewSession
    person_id: UUID
    trail: Trail


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who asks: from where, by which invitation, and as whom this browser was signed in before, which ends."""

    trail: Trail
    address: str
    device: str = ""
    before: Caller | None = None
    invitation: InvitationToken | None = None


async def by_mini_program(services: Services, visitor: Visitor, code: str) -> Began:
    """Raises SignInUnavailable without a mini-program, SignInRefused for a code that is no good, TooManyAttempts."""
    wechat = services.platforms.wechat
    if wechat is None:
        raise SignInUnavailable(provider=MINI_PROGRAM)
    await _admit(services, visitor)
    try:
        said = await wechat.code_to_session(code)
    except REFUSED as error:
        raise SignInRefused from error
    except (PlatformRefused, PlatformUnavailable) as error:
        raise SignInUnavailable(provider=MINI_PROGRAM) from error
    openid = KnownAs(provider=MINI_PROGRAM, app=wechat.app_id, subject=said.openid)
    return await begin(services, visitor, _known(openid, said.unionid), session_key=said.session_key)


async def by_official_account(services: Services, visitor: Visitor, code: str) -> Began | None:
    """None for a snapshot user, who is nobody (facts: is_snapshotuser). Raises as `by_mini_program`."""
    official = services.platforms.official
    if official is None:
        raise SignInUnavailable(provider=OFFICIAL)
    await _admit(services, visitor)
    try:
        said = await official.oauth_access_token(code)
    except REFUSED as error:
        raise SignInRefused from error
    except (PlatformRefused, PlatformUnavailable) as error:
        raise SignInUnavailable(provider=OFFICIAL) from error
    if said.is_virtual:
        return None
    openid = KnownAs(provider=OFFICIAL, app=official.app_id, subject=said.openid)
    return await begin(services, visitor, _known(openid, said.unionid))


async def by_email(services: Services, visitor: Visitor, address: str) -> Began:
    """The caller has checked the one-time code."""
    subject = services.keys.master.keyed_hash("viewer-email", address)
    return await begin(services, visitor, (KnownAs(provider=EMAIL, app="", subject=subject),))


async def begin(
    services: Services, visitor: Visitor, identities: Sequence[KnownAs], *, session_key: str | None = None
) -> Began:
    """One transaction: who it is, their session, their invitation, what the log says.

    Raises AccessDenied for somebody shut out, InvitationOver for an invitation that lets nobody more in.
    """
    stranger = Trail(role=Role.VIEWER.value, ip=visitor.trail.ip, ua=visitor.trail.ua)
    now = services.clock()
    try:
        async with services.database.transaction() as tx:
            arrived = await person_behind(tx, services.keys.master, stranger, identities, now=now)
            if session_key is not None:
                await _keep_session_key(tx, services, arrived, identities[0], session_key, now)
            if visitor.before is not None and visitor.before.session_id is not None:
                before = visitor.before
                await sessions.end(tx, visitor.trail, before.person_id, visitor.before.session_id, now=now)
            via, device = identities[0].provider, visitor.device
            began = await start_session(tx, services, stranger, arrived.person_id, now, via=via, device=device)
            if visitor.invitation is not None:
                await recruiting.arrived(tx, began.trail, visitor.invitation, began.person_id, now)
            await inviting.credit(tx, services, began.person_id, now)
            return began
    except AccessDenied as denied:
        event = stranger.event(Act.VIEWER_SESSION_START, res=Result.DENY, why=denied.rule, obj=denied.obj)
        async with services.database.transaction() as tx:
            await ledger.append(tx, event, now=now)
        raise


async def start_session(
    tx: Transaction, services: Services, trail: Trail, person_id: UUID, now: datetime, *, via: str, device: str
) -> Began:
    """A fresh session of this person, told to the log."""
    lasts = limits_of(services.config)(Role.VIEWER)
    begun = Begun(device=device, address=trail.ip, methods=(via,))
    session = await sessions.start(tx, person_id, limits=lasts, now=now, begun=begun)
    standing = await standing_of(tx, person_id)
    pseudonym = standing.pseudonym if standing else ""
    org = str(standing.clinic_id or "") if standing else ""
    named = sessions.trail_in(trail, session.id, pseudonym=pseudonym, role=Role.VIEWER.value, org=org)
    await ledger.append(tx, named.event(Act.VIEWER_SESSION_START, det={"provider": via}), now=now)
    return Began(session=session, person_id=person_id, trail=named)


def _known(openid: KnownAs, unionid: str | None) -> tuple[KnownAs, ...]:
    return (openid, KnownAs(provider=OPEN, app="", subject=unionid)) if unionid else (openid,)


async def _admit(services: Services, visitor: Visitor) -> None:
    """Guesses are counted by address; what succeeds is not taken back, for the limit is a clinic's, not a person's."""
    async with services.database.transaction() as tx:
        await limits.admit_stranger(tx, services.keys.master, address=visitor.address, now=services.clock())


async def _keep_session_key(
    tx: Transaction, services: Services, arrived: Arrived, known: KnownAs, session_key: str, now: datetime
) -> None:
    sealed = await seal_for(tx, services.keys.master, arrived.person_id, session_key.encode(), SEALED_AS)
    await wechat_sessions.put_session_key(
        tx, provider=known.provider, app=known.app, subject=known.subject, sealed=sealed, at=now
    )
