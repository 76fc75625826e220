"""What an administrator does with accounts, each in the caller's transaction with its event.

The same functions serve the API and the command line; hashing a password and asking the access rules is done before.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from compliance.access import Role
from compliance.errors import InvalidValue, LastAdmin, LoginTaken, NotFound
from compliance.events import Act, Trail, short_hash
from compliance.keys import MasterKey
from compliance.ledger import append
from compliance.profiles import Profile, add_person, profiles_of
from compliance.reviewing.procedures import Discipline
from compliance.sign_in_policy import require_other_emergency
from fileserver.accounts.sign_in import normal_login
from fileserver.http.schemas import LINE
from storage.database import Transaction
from storage.rows import accounts as rows
from storage.rows import reviewer_disciplines, sessions, tokens, transfers
from storage.rows.accounts import AccountRow

LOGIN_CHARS_MAX = 64
DEPARTMENT_CHARS_MAX = 60
LOGIN_SHAPE = re.compile(r"[a-z0-9][a-z0-9._@+-]*")


@dataclass(frozen=True, kw_only=True)
class NewAccount:
    """An account to be added. The password is hashed already."""

    login: str
    name: str
    role: Role
    department: str = ""
    password_hash: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Named:
    """An account with the name behind it; an erased person has none."""

    row: AccountRow
    name: str


def checked_login(login: str) -> str:
    """The login in its one form. Raises InvalidValue for characters that are hard to type or to tell apart."""
    normal = normal_login(login)
    if len(normal) > LOGIN_CHARS_MAX or not LOGIN_SHAPE.fullmatch(normal):
        raise InvalidValue(field="login", rule="string-pattern-mismatch")
    return normal


def checked_department(department: str) -> str:
    """The department's name in its one form; empty for none. Raises InvalidValue for what is no single line."""
    name = department.strip()
    if len(name) > DEPARTMENT_CHARS_MAX or not re.fullmatch(LINE, name):
        raise InvalidValue(field="department", rule="string-pattern-mismatch")
    return name


async def add(
    tx: Transaction, master: MasterKey, trail: Trail, new: NewAccount, *, now: datetime, why: str = ""
) -> Named:
    """Adds an employee with an account. Raises LoginTaken, or InvalidValue for the login."""
    login = checked_login(new.login)
    person_id = await add_person(tx, master, "employee", Profile(name=new.name))
    added = await rows.add_account(
        tx,
        person_id,
        login=login,
        password_hash=new.password_hash,
        role=new.role.value,
        department=new.department,
        created_at=now,
    )
    if not added:
        raise LoginTaken(field="login")
    if new.role is Role.REVIEWER:  # for everything, until somebody narrows it
        await reviewer_disciplines.put_disciplines(tx, person_id, list(Discipline))
    row = await _row(tx, person_id)
    event = trail.event(Act.EMPLOYEE_ACCOUNT_CREATE, why=why, obj=_obj(row), det={"role": row.role})
    await append(tx, event, now=now)
    return Named(row=row, name=new.name)


async def disable(tx: Transaction, trail: Trail, person_id: UUID, *, now: datetime, why: str = "") -> None:
    """Shuts an employee out from the next request on: account, sessions and tokens. Doing it twice changes nothing.

    They left from now on: the clinics that they hold go onto the handover list.

    Raises NotFound, LastAdmin, or LastEmergency.
    """
    admins = await rows.lock_active(tx, Role.ADMIN.value)
    row = await _row(tx, person_id)
    if row.disabled_at is not None:
        return
    if admins == {person_id}:
        raise LastAdmin
    await require_other_emergency(tx, person_id)
    await rows.put_disabled(tx, person_id, now)
    ended = {
        "sessions": await sessions.end_sessions_of(tx, person_id, now),
        "tokens": await tokens.revoke_tokens_of(tx, person_id, now),
        "clinics": await transfers.add_handovers_of(tx, person_id, now),
    }
    await append(tx, trail.event(Act.EMPLOYEE_ACCOUNT_DISABLE, why=why, obj=_obj(row), det=ended), now=now)


async def enable(tx: Transaction, trail: Trail, person_id: UUID, *, now: datetime, why: str = "") -> None:
    """Lets an employee sign in again; sessions and tokens of before stay dead. Raises NotFound."""
    row = await _row(tx, person_id)
    if row.disabled_at is None:
        return
    await rows.put_disabled(tx, person_id, None)
    await transfers.end_handovers_of(tx, person_id, now)
    await append(tx, trail.event(Act.EMPLOYEE_ACCOUNT_ENABLE, why=why, obj=_obj(row)), now=now)


async def put_department(
    tx: Transaction, trail: Trail, person_id: UUID, department: str, *, now: datetime, why: str = ""
) -> None:
    """Moves an employee to another department, whose quota counts from now on. Raises NotFound."""
    row = await _row(tx, person_id)
    if row.department == department:
        return
    await rows.put_department(tx, person_id, department)
    hashed = {"department_sha256": short_hash(department)}
    await append(tx, trail.event(Act.EMPLOYEE_DEPARTMENT_CHANGE, why=why, obj=_obj(row), det=hashed), now=now)


async def put_password(
    tx: Transaction,
    trail: Trail,
    person_id: UUID,
    password_hash: str,
    *,
    now: datetime,
    why: str = "",
    keep: UUID | None = None,
) -> None:
    """Replaces a password and ends the person's sessions but `keep`. API tokens go on. Raises NotFound."""
    row = await _row(tx, person_id)
    await rows.put_password_hash(tx, person_id, password_hash)
    ended = await sessions.end_sessions_of(tx, person_id, now, keep=keep)
    event = trail.event(Act.EMPLOYEE_PASSWORD_CHANGE, why=why, obj=_obj(row), det={"sessions": ended})
    await append(tx, event, now=now)


async def read(tx: Transaction, master: MasterKey, person_id: UUID) -> Named:
    """One account. Raises NotFound."""
    return (await named(tx, master, [await _row(tx, person_id)]))[0]


async def named(tx: Transaction, master: MasterKey, found: Sequence[AccountRow]) -> list[Named]:
    """These accounts with their names."""
    profiles = await profiles_of(tx, master, person_ids=[row.person_id for row in found])
    return [Named(row=row, name=profiles[row.person_id].name) for row in found]


async def _row(tx: Transaction, person_id: UUID) -> AccountRow:
    row = await rows.account_of(tx, person_id, lock=True)
    if row is None:
        raise NotFound
    return row


def _obj(row: AccountRow) -> str:
    return f"person:{row.pseudonym}"
