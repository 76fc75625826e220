"""What is asked of whom at sign-in: changed by administrators with a reason, each state kept with its author.

Without a row the defaults count: nobody has to have a second factor, everybody may sign in by password, and whoever has
a second factor signs approvals with its code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from compliance.access import EMPLOYEES, Role
from compliance.errors import InvalidValue
from compliance.events import Act, Trail, short_hash
from compliance.ledger import append
from compliance.sessions import ENROL
from storage.database import Transaction
from storage.rows import sessions
from storage.rows import sign_in_policies as rows
from storage.rows.sign_in_policies import PolicyRow


class LocalSignIn(StrEnum):
    """Who may sign in by login and password."""

    EVERYBODY = "everybody"
    EMERGENCY = "break-glass"  # accounts for emergencies only


class SigningFactor(StrEnum):
    """What somebody with a second factor signs and confirms with."""

    CODE = "code"
    BOTH = "password-and-code"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What is in force. `revision` is 0 while nobody set anything."""

    revision: int = 0
    second_factor_roles: frozenset[Role] = frozenset()
    local_sign_in: LocalSignIn = LocalSignIn.EVERYBODY
    signing_factor: SigningFactor = SigningFactor.CODE


async def in_force(tx: Transaction) -> Policy:
    """The policy of this moment."""
    row = await rows.newest(tx)
    return _policy(row) if row else Policy()


async def put(
    tx: Transaction, trail: Trail, person_id: UUID, wanted: Policy, *, reason: str, now: datetime, why: str = ""
) -> Policy:
    """Puts a policy into force, and into the log.

    Sessions begun by password, of people who now need a second factor and have none, are good for setting it up only;
    those of roles that need none any more are good for everything again.
    Raises InvalidValue for a revision that is not in force (somebody else was faster), or a role of no employee.
    """
    await rows.lock_policy(tx)
    before = await in_force(tx)
    if wanted.revision != before.revision:
        raise InvalidValue(field="revision", rule="changed-meanwhile")
    if not wanted.second_factor_roles <= EMPLOYEES:
        raise InvalidValue(field="second_factor_roles", rule="not-employees")
    roles = sorted(role.value for role in wanted.second_factor_roles)
    row = PolicyRow(
        revision=before.revision + 1,
        second_factor_roles=roles,
        local_sign_in=wanted.local_sign_in.value,
        signing_factor=wanted.signing_factor.value,
        reason=reason,
        changed_by=person_id,
        changed_at=now,
    )
    await rows.add_policy(tx, row)
    limited = await limit_lacking(tx)
    await sessions.lift_limit(tx, ENROL, [role.value for role in EMPLOYEES - wanted.second_factor_roles])
    det: dict[str, str | int] = {
        "revision": row.revision,
        "roles": " ".join(roles),
        "local": row.local_sign_in,
        "signing": row.signing_factor,
        "limited": limited,
        "reason_sha256": short_hash(reason),
    }
    await append(tx, trail.event(Act.EMPLOYEE_POLICY_SET, why=why, obj="policy:sign-in", det=det), now=now)
    return _policy(row)


async def limit_lacking(tx: Transaction) -> int:
    """Limits sessions begun by password, of people who need a second factor and have none, to setting it up."""
    roles = [role.value for role in (await in_force(tx)).second_factor_roles]
    return await sessions.limit_sessions_of(tx, await rows.lacking_factor(tx, roles), ENROL) if roles else 0


async def history(tx: Transaction) -> Sequence[PolicyRow]:
    """Every state, newest first."""
    return await rows.history(tx)


def _policy(row: PolicyRow) -> Policy:
    return Policy(
        revision=row.revision,
        second_factor_roles=frozenset(map(Role, row.second_factor_roles)),
        local_sign_in=LocalSignIn(row.local_sign_in),
        signing_factor=SigningFactor(row.signing_factor),
    )
