"""What an administrator does with accounts, each in the caller's transaction with its event.

The same functions serve the API and the command line; hashing a password and asking the access rules is done before.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from compliance import employment
from compliance.access import Role, Sensitivity
from compliance.employment import Ordered
from compliance.errors import InvalidValue, LoginTaken, NotFound
from compliance.events import Act, Trail, short_hash
from compliance.keys import MasterKey
from compliance.ledger import append
from compliance.organisation import Organising
from compliance.profiles import Profile, add_person, profiles_of
from compliance.reviewing.procedures import Discipline
from fileserver.accounts.sign_in import normal_login
from fileserver.http.schemas import LINE
from storage.database import Transaction
from storage.rows import accounts as rows
from storage.rows import departments, reviewer_disciplines, sessions
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
    department_id: UUID | None = None  # instead of its name
    clearance: Sensitivity = Sensitivity.USUAL
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
    tx: Transaction,
    master: MasterKey,
    trail: Trail,
    new: NewAccount,
    *,
    now: datetime,
    why: str = "",
    by: UUID | None = None,
) -> Named:
    """Adds an employee with an account. Raises LoginTaken, or InvalidValue.

    A department that nobody has used is made right below the root.
    """
    login, ordered = checked_login(new.login), Ordered(by=by, now=now, rule=why)
    place = await _organising(tx, trail, ordered).place(new.department, new.department_id)
    person_id = await add_person(tx, master, "employee", Profile(name=new.name))
    added = await rows.add_account(
        tx,
        person_id,
        login=login,
        password_hash=new.password_hash,
        role=new.role.value,
        department=place.name if place else "",
        created_at=now,
        department_id=place.id if place else None,
        clearance=new.clearance.value,
    )
    if not added:
        raise LoginTaken(field="login")
    if new.role is Role.REVIEWER:  # for everything, until somebody narrows it
        await reviewer_disciplines.put_disciplines(tx, person_id, list(Discipline))
    row = await _row(tx, person_id)
    await employment.keep(tx, person_id, "create", ordered, after=row.role)
    event = trail.event(Act.EMPLOYEE_ACCOUNT_CREATE, why=why, obj=_obj(row), det={"role": row.role})
    await append(tx, event, now=now)
    return Named(row=row, name=new.name)


def _organising(tx: Transaction, trail: Trail, ordered: Ordered) -> Organising:
    return Organising(tx, trail, by=ordered.by, reason=ordered.reason, now=ordered.now, why=ordered.rule)


async def disable(
    tx: Transaction, trail: Trail, person_id: UUID, *, now: datetime, why: str = "", by: UUID | None = None
) -> None:
    """Shuts an employee out from the next request on. Raises NotFound, LastAdmin, LastEmergency."""
    await employment.disable(tx, trail, person_id, Ordered(by=by, now=now, rule=why))


async def enable(
    tx: Transaction, trail: Trail, person_id: UUID, *, now: datetime, why: str = "", by: UUID | None = None
) -> None:
    """Lets an employee sign in again; sessions and tokens of before stay dead. Raises NotFound."""
    await employment.enable(tx, trail, person_id, Ordered(by=by, now=now, rule=why))


async def put_department(
    tx: Transaction,
    trail: Trail,
    person_id: UUID,
    name: str,
    *,
    department_id: UUID | None = None,
    now: datetime,
    why: str = "",
    by: UUID | None = None,
) -> None:
    """Moves an employee to the department of this name, or with this id. Its quota counts from now on.

    A name that nobody has used is a new department right below the root; with neither they are in none. Raises
    NotFound, InvalidValue.
    """
    row, ordered = await _row(tx, person_id), Ordered(by=by, now=now, rule=why)
    place = await _organising(tx, trail, ordered).place(name, department_id)
    place_id, place_name = (place.id, place.name) if place else (None, "")
    if row.department_id == place_id:
        return
    await rows.change_account(tx, person_id, department_id=place_id, department=place_name)
    before, after = str(row.department_id or "-"), str(place_id or "-")
    await employment.keep(tx, person_id, "department", ordered, before=before, after=after)
    hashed = {"department_sha256": short_hash(place_name)}
    await append(tx, trail.event(Act.EMPLOYEE_DEPARTMENT_CHANGE, why=why, obj=_obj(row), det=hashed), now=now)


async def change(tx: Transaction, trail: Trail, person_id: UUID, wanted: Mapping[str, Any], ordered: Ordered) -> None:
    """Writes what differs. Raises NotFound, LastAdmin, LastEmergency."""
    region = wanted["region_id"]
    if region is not None and region not in {each.id for each in await departments.all_regions(tx)}:
        raise NotFound(field="region_id")
    values = {name: value.value if isinstance(value, StrEnum) else value for name, value in wanted.items()}
    await employment.change(tx, trail, person_id, values, ordered)


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
