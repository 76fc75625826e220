"""People for tests: employees with accounts, added by the same functions that the server uses."""

import secrets
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import insert

from compliance.access import Actor, Role, Sensitivity
from compliance.events import Trail
from fileserver.accounts import service
from fileserver.accounts.service import NewAccount
from fileserver.services import Services
from storage.database import Transaction
from storage.rows.departments import ROOT_ID
from storage.schema import person


@dataclass(frozen=True, kw_only=True)
class Employee:
    """An employee who can sign in."""

    person_id: UUID
    pseudonym: str
    login: str
    password: str
    role: Role

    @property
    def actor(self) -> Actor:
        """The same person in the words of the access decision."""
        return Actor(person_id=self.person_id, role=self.role, departments=(ROOT_ID,), clearance=Sensitivity.TOP)


async def add_nameless(tx: Transaction, count: int) -> list[UUID]:
    """So many viewers at once of whom nothing else is known, as if all had been erased."""
    ids = [uuid4() for _ in range(count)]
    await tx.execute(insert(person), [{"id": each, "kind": "viewer", "pseudonym": f"p-{each.hex}"} for each in ids])
    return ids


async def add_employee(
    services: Services,
    role: Role,
    *,
    login: str = "",
    name: str = "王芳",
    department: str = "",
    clearance: Sensitivity = Sensitivity.TOP,
) -> Employee:
    """Adds an employee with a password of their own, in the brand itself and cleared for everything unless said."""
    login = login or f"{role.value}-{secrets.token_hex(4)}"
    password = secrets.token_urlsafe(16)
    new = NewAccount(
        login=login,
        name=name,
        role=role,
        department=department,
        department_id=None if department else ROOT_ID,
        clearance=clearance,
        password_hash=await services.passwords.hash(password),
    )
    async with services.database.transaction() as tx:
        added = await service.add(tx, services.keys.master, Trail(role="operator"), new, now=services.clock())
    row = added.row
    return Employee(person_id=row.person_id, pseudonym=row.pseudonym, login=login, password=password, role=role)
