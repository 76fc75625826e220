"""Quotas: how much a person and a department may keep, who says so, and where an upload asks.

A limit that an administrator set counts; without one, the configuration's default; without that, there is none. What
counts stands in storage.rows.quotas. `check` is asked after the upload's row has been written, in the same transaction,
with the person and the department locked: two that would fit alone can't overshoot together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance import ledger
from compliance.errors import NotFound
from compliance.events import Act, Trail, short_hash
from fileserver.config import Config
from fileserver.sizes import human_size
from fileserver.uploads.errors import UploadQuotaExceeded
from storage.database import Transaction
from storage.rows import accounts, quotas
from storage.rows.quotas import DEPARTMENT, PERSON, QuotaRow

QUOTA_MAX_BYTES = 1 << 53


@dataclass(frozen=True, kw_only=True)
class Use:
    """What one person, or one department, keeps of what they may; `allowed_bytes` is None without a limit."""

    scope: str
    subject: str
    used_bytes: int
    allowed_bytes: int | None


@dataclass(frozen=True, kw_only=True)
class QuotaInUse:
    """A limit that was set, and how much is kept under it."""

    row: QuotaRow
    used_bytes: int


async def check(tx: Transaction, config: Config, person_id: UUID, needed_bytes: int) -> None:
    """Raises UploadQuotaExceeded when what is kept by now, `needed_bytes` of it just added, is more than allowed."""
    for use in await limited(tx, config, person_id):
        compare(use, needed_bytes)


async def limited(tx: Transaction, config: Config, person_id: UUID) -> tuple[Use, ...]:
    """The limits that bind this person, with what is kept under each; nobody else adds to them until `tx` ends."""
    department = await quotas.department_of(tx, person_id)
    person_max = await _allowed(tx, config, PERSON, str(person_id))
    department_max = await _allowed(tx, config, DEPARTMENT, department)
    if person_max is None and department_max is None:
        return ()
    await quotas.lock(tx, person_id, department if department_max is not None else "")
    found = []
    if person_max is not None:
        used = await _used_by_person(tx, person_id)
        found.append(Use(scope=PERSON, subject=str(person_id), used_bytes=used, allowed_bytes=person_max))
    if department_max is not None:
        used = await _used_by_department(tx, department)
        found.append(Use(scope=DEPARTMENT, subject=department, used_bytes=used, allowed_bytes=department_max))
    return tuple(found)


def compare(use: Use, needed_bytes: int) -> None:
    """Raises UploadQuotaExceeded when `use`, in which `needed_bytes` are counted already, is more than allowed."""
    if use.allowed_bytes is None or use.used_bytes <= use.allowed_bytes:
        return
    before = max(0, use.used_bytes - needed_bytes)
    raise UploadQuotaExceeded(
        field="Upload-Length",
        whose=use.scope,
        allowed_bytes=use.allowed_bytes,
        used_bytes=before,
        needed_bytes=needed_bytes,
        allowed=human_size(use.allowed_bytes),
        used=human_size(before),
        needed=human_size(needed_bytes),
    )


async def use_of(tx: Transaction, config: Config, person_id: UUID) -> tuple[Use, ...]:
    """The person's own use, and that of their department if they are in one."""
    department = await quotas.department_of(tx, person_id)
    own = Use(
        scope=PERSON,
        subject=str(person_id),
        used_bytes=await _used_by_person(tx, person_id),
        allowed_bytes=await _allowed(tx, config, PERSON, str(person_id)),
    )
    if not department:
        return (own,)
    together = Use(
        scope=DEPARTMENT,
        subject=department,
        used_bytes=await _used_by_department(tx, department),
        allowed_bytes=await _allowed(tx, config, DEPARTMENT, department),
    )
    return own, together


async def listed(tx: Transaction, *, after: tuple[str, str] = ("", ""), limit: int) -> Sequence[QuotaInUse]:
    """The limits that were set, departments first, each with what is kept under it."""
    rows = await quotas.list_quotas(tx, after=after, limit=limit)
    people = await quotas.used_by_people(tx, [UUID(row.subject) for row in rows if row.scope == PERSON])
    departments = await quotas.used_by_departments(tx, [row.subject for row in rows if row.scope == DEPARTMENT])
    used = {(PERSON, str(person_id)): size for person_id, size in people.items()}
    used |= {(DEPARTMENT, name): size for name, size in departments.items()}
    return [QuotaInUse(row=row, used_bytes=used.get((row.scope, row.subject), 0)) for row in rows]


async def put(
    tx: Transaction, trail: Trail, scope: str, name: str, size_max_bytes: int, *, now: datetime, why: str = ""
) -> None:
    """Limits the person with the login `name`, or the department `name`. Raises NotFound for an unknown login."""
    subject, obj = await _subject(tx, scope, name)
    await quotas.put_quota(tx, scope, subject, size_max_bytes, now)
    event = trail.event(Act.EMPLOYEE_QUOTA_SET, why=why, obj=obj, det={"bytes": size_max_bytes})
    await ledger.append(tx, event, now=now)


async def remove(tx: Transaction, trail: Trail, scope: str, name: str, *, now: datetime, why: str = "") -> None:
    """Lets the default count again. Raises NotFound when no limit was set."""
    subject, obj = await _subject(tx, scope, name)
    if not await quotas.remove_quota(tx, scope, subject):
        raise NotFound(field="subject")
    await ledger.append(tx, trail.event(Act.EMPLOYEE_QUOTA_REMOVE, why=why, obj=obj), now=now)


async def _subject(tx: Transaction, scope: str, name: str) -> tuple[str, str]:
    """What the row names, and what the event does: a department's name is free text, so its hash."""
    if scope == DEPARTMENT:
        return name, f"department:{short_hash(name)}"
    account = await accounts.account_by_login(tx, name.strip().lower())
    if account is None:
        raise NotFound(field="subject")
    return str(account.person_id), f"person:{account.pseudonym}"


async def _allowed(tx: Transaction, config: Config, scope: str, subject: str) -> int | None:
    if not subject:
        return None
    default = config.upload_quota_person_bytes if scope == PERSON else config.upload_quota_department_bytes
    found = await quotas.quota_of(tx, scope, subject)
    return default if found is None else found


async def _used_by_person(tx: Transaction, person_id: UUID) -> int:
    return (await quotas.used_by_people(tx, [person_id])).get(person_id, 0)


async def _used_by_department(tx: Transaction, department: str) -> int:
    return (await quotas.used_by_departments(tx, [department])).get(department, 0)
