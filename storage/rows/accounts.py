"""Rows of employees' accounts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import account, identity, person

PAGE_MAX = 200


@dataclass(frozen=True, kw_only=True)
class AccountRow:
    """One account, times in UTC."""

    person_id: UUID
    pseudonym: str
    login: str
    password_hash: str = field(repr=False)
    role: str
    department: str
    created_at: datetime
    disabled_at: datetime | None
    emergency: bool = False  # its password opens it also where others sign in through a provider
    department_id: UUID | None = None
    region_id: UUID | None = None
    clearance: str = "usual"
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    left_at: datetime | None = None

    def in_time(self, now: datetime) -> bool:
        """Whether the account has begun and not ended."""
        begun = self.valid_from is None or self.valid_from <= now
        return begun and (self.valid_until is None or now < self.valid_until)


@dataclass(frozen=True, kw_only=True)
class Administrator:
    """An administrator who can act now. `lasting`: without an end; `emergency`: their password opens it in any case."""

    person_id: UUID
    lasting: bool
    emergency: bool


async def add_account(
    tx: Transaction,
    person_id: UUID,
    *,
    login: str,
    password_hash: str,
    role: str,
    created_at: datetime,
    department: str = "",
    **more: Any,
) -> bool:
    """Adds an account to an employee, `more` being other columns of it; False if the login is taken."""
    row = upsert(account).values(
        person_id=person_id,
        login=login,
        password_hash=password_hash,
        role=role,
        department=department,
        created_at=created_at,
        **more,
    )
    query = row.on_conflict_do_nothing(index_elements=["login"]).returning(account.c.person_id)
    return (await tx.execute(query)).first() is not None


async def account_by_login(tx: Transaction, login: str, *, lock: bool = False) -> AccountRow | None:
    """The account with this login; `lock` keeps it from changing until `tx` ends."""
    return await _one(tx, _accounts().where(account.c.login == login), lock=lock)


async def account_of(tx: Transaction, person_id: UUID, *, lock: bool = False) -> AccountRow | None:
    """The account of this person; `lock` keeps it from changing until `tx` ends."""
    return await _one(tx, _accounts().where(account.c.person_id == person_id), lock=lock)


async def list_accounts(tx: Transaction, *, after_login: str = "", limit: int = PAGE_MAX) -> tuple[AccountRow, ...]:
    """Accounts by login, disabled ones too, beginning after `after_login`."""
    query = _accounts().where(account.c.login > after_login).order_by(account.c.login).limit(limit)
    return tuple(AccountRow(**row) for row in (await tx.execute(query)).mappings())


async def put_password_hash(tx: Transaction, person_id: UUID, password_hash: str) -> None:
    """Replaces the hash of an account's password."""
    await tx.execute(update(account).where(account.c.person_id == person_id).values(password_hash=password_hash))


async def change_account(tx: Transaction, person_id: UUID, **values: Any) -> None:
    """Writes columns of an account."""
    await tx.execute(update(account).where(account.c.person_id == person_id).values(**values))


async def put_disabled(tx: Transaction, person_id: UUID, at: datetime | None) -> None:
    """Disables an account from `at` on, whose person left then; None enables it: they are back."""
    await tx.execute(update(account).where(account.c.person_id == person_id).values(disabled_at=at, left_at=at))


async def put_emergency(tx: Transaction, person_id: UUID, *, emergency: bool) -> None:
    """Says whether an account is for emergencies."""
    await tx.execute(update(account).where(account.c.person_id == person_id).values(emergency=emergency))


async def lock_administrators(tx: Transaction, now: datetime) -> Sequence[Administrator]:
    """Administrators who can act now: in their time, with a way to sign in; none of them changes until `tx` ends."""
    by_password = account.c.password_hash.startswith("$")  # else it is no hash, and no password opens it
    linked = exists().where(identity.c.person_id == account.c.person_id)
    query = select(
        account.c.person_id,
        account.c.valid_until.is_(None).label("lasting"),
        (account.c.emergency & by_password).label("emergency"),
    ).where(
        account.c.role == "admin",
        account.c.disabled_at.is_(None),
        or_(account.c.valid_from.is_(None), account.c.valid_from <= now),
        or_(account.c.valid_until.is_(None), account.c.valid_until > now),
        or_(by_password, linked),
    )
    rows = await tx.execute(query.order_by(account.c.person_id).with_for_update(of=account))
    return [Administrator(**row) for row in rows.mappings()]


async def ended(tx: Transaction, now: datetime, limit: int = PAGE_MAX) -> Sequence[UUID]:
    """Whose accounts have passed their end and are not disabled yet, some at a time."""
    query = select(account.c.person_id).where(account.c.disabled_at.is_(None), account.c.valid_until <= now)
    return list(await tx.scalars(query.order_by(account.c.valid_until, account.c.person_id).limit(limit)))


async def active_of_role(tx: Transaction, role: str) -> Sequence[UUID]:
    """The people whose active accounts have this role, in the order in which they came."""
    query = select(account.c.person_id).where(account.c.role == role, account.c.disabled_at.is_(None))
    return list(await tx.scalars(query.order_by(account.c.created_at, account.c.person_id)))


def _accounts() -> Select[Any]:
    return select(
        account.c.person_id,
        person.c.pseudonym,
        account.c.login,
        account.c.password_hash,
        account.c.role,
        account.c.department,
        account.c.created_at,
        account.c.disabled_at,
        account.c.emergency,
        account.c.department_id,
        account.c.region_id,
        account.c.clearance,
        account.c.valid_from,
        account.c.valid_until,
        account.c.left_at,
    ).join(person, person.c.id == account.c.person_id)


async def _one(tx: Transaction, query: Select[Any], *, lock: bool) -> AccountRow | None:
    row = (await tx.execute(query.with_for_update(of=account) if lock else query)).mappings().one_or_none()
    return AccountRow(**row) if row else None
