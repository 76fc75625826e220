"""Beginning an employee's session, whichever way they proved who they are; and what is asked of them first."""

from dataclasses import dataclass
from datetime import datetime

from compliance import ledger, sessions
from compliance.access import Role
from compliance.events import Act, Trail
from compliance.messages import Message, MessageKind
from compliance.profiles import Profile, profiles_of
from compliance.sessions import ENROL, Begun, NewSession
from compliance.sign_in_policy import LocalSignIn, Policy
from fileserver.http.caller import Caller
from fileserver.services import Services
from fileserver.session_limits import limits_of
from storage.database import Transaction
from storage.rows import accounts
from storage.rows.accounts import AccountRow


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Who signed in, and the session that began. `limited` names the only thing that it is good for."""

    account: AccountRow
    profile: Profile
    session: NewSession
    limited: str = ""


async def begin(
    services: Services, tx: Transaction, trail: Trail, account: AccountRow, begun: Begun, before: Caller | None
) -> SignedIn:
    """Begins and logs a session of a locked, active account; `before` is whom this browser was signed in as.

    That session ends. The caller looked whether this way in is open to this account.
    """
    now = services.clock()
    limits = limits_of(services.config)(account.role)
    session = await sessions.start(tx, account.person_id, limits=limits, now=now, begun=begun)
    if before is not None and before.session_id is not None:
        await sessions.end(tx, trail, before.person_id, before.session_id, now=now)
    named = sessions.trail_in(trail, session.id, pseudonym=account.pseudonym, role=account.role)
    det: dict[str, str | int] = {"by": " ".join(begun.methods)}
    await ledger.append(tx, named.event(Act.EMPLOYEE_SESSION_START, det=det), now=now)
    profiles = await profiles_of(tx, services.keys.master, person_ids=[account.person_id])
    return SignedIn(account=account, profile=profiles[account.person_id], session=session, limited=begun.limited)


async def sound_alarm(services: Services, tx: Transaction, trail: Trail, account: AccountRow, now: datetime) -> None:
    """An account for emergencies was used: the log and every administrator are told."""
    await ledger.append(tx, trail.event(Act.EMPLOYEE_EMERGENCY_USE, obj=f"person:{account.pseudonym}"), now=now)
    key = f"emergency-sign-in:{account.person_id}:{now.isoformat(timespec='seconds')}"
    told = await accounts.active_of_role(tx, Role.ADMIN.value)
    await services.messages.tell(tx, told, Message(kind=MessageKind.EMERGENCY_SIGN_IN, key=key), now)


def is_emergency(policy: Policy, account: AccountRow) -> bool:
    """Whether a password opens this account only because it is for emergencies."""
    return policy.local_sign_in is LocalSignIn.EMERGENCY and account.emergency


def password_opens(policy: Policy, account: AccountRow) -> bool:
    """Whether this account may sign in by login and password at all."""
    return policy.local_sign_in is LocalSignIn.EVERYBODY or account.emergency


def limited_by(policy: Policy, account: AccountRow, *, enrolled: bool) -> str:
    """What a session by password is limited to: setting up the second factor that the role must have."""
    return ENROL if not enrolled and Role(account.role) in policy.second_factor_roles else ""
