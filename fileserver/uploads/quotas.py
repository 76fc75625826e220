"""Quotas: how much a person and a department may keep, who says so, and where an upload asks.

A limit that an administrator set counts; without one, the configuration's default; without that, there is none. What
counts stands in storage.rows.quotas. `check` is asked after the upload's row has been written, in the same transaction,
with the person and the department locked: two that would fit alone can't overshoot together.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
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
from storage.rows.quotas import DEPARTMENT, PERSON, QuotaRow, Subject

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


class Limits:
    """The limits that bind some people, with what is kept under each, which grows as more is let in."""

    def __init__(self, uses: Mapping[Subject, Use], binding: Mapping[UUID, Sequence[Subject]]) -> None:
        self._uses, self._binding = dict(uses), binding

    def check(self, person_id: UUID, needed_bytes: int) -> None:
        """Raises UploadQuotaExceeded when the person keeps too much by now, `needed_bytes` of it just added."""
        for subject in self._binding[person_id]:
            _compare(self._uses[subject], needed_bytes)

    def take(self, person_id: UUID, needed_bytes: int) -> None:
        """Counts so many bytes more, or raises UploadQuotaExceeded and counts nothing."""
        grown = {subject: self._uses[subject] for subject in self._binding[person_id]}
        grown = {subject: replace(use, used_bytes=use.used_bytes + needed_bytes) for subject, use in grown.items()}
        for use in grown.values():
            _compare(use, needed_bytes)
        self._uses |= grown


async def check(tx: Transaction, config: Config, person_id: UUID, needed_bytes: int) -> None:
    """Raises UploadQuotaExceeded when what is kept by now, `needed_bytes` of it just added, is more than allowed."""
    (await limits_of(tx, config, {person_id})).check(person_id, needed_bytes)


async def limits_of(tx: Transaction, config: Config, people: Collection[UUID]) -> Limits:
    """What binds these people; nobody else adds to it until `tx` ends."""
    binding, allowed = await _binding(tx, config, people)
    binding = {person: tuple(each for each in subjects if each in allowed) for person, subjects in binding.items()}
    if not allowed:
        return Limits({}, binding)
    departments = {name for scope, name in allowed if scope == DEPARTMENT}
    await quotas.lock(tx, [person for person, subjects in binding.items() if subjects], departments)
    used = await _used(tx, allowed)
    return Limits({each: _use(each, used.get(each, 0), allowed[each]) for each in allowed}, binding)


def _compare(use: Use, needed_bytes: int) -> None:
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
    binding, allowed = await _binding(tx, config, {person_id})
    subjects = binding[person_id]
    used = await _used(tx, subjects)
    return tuple(_use(each, used.get(each, 0), allowed.get(each)) for each in subjects)


async def listed(tx: Transaction, *, after: tuple[str, str] = ("", ""), limit: int) -> Sequence[QuotaInUse]:
    """The limits that were set, departments first, each with what is kept under it."""
    rows = await quotas.list_quotas(tx, after=after, limit=limit)
    used = await _used(tx, [(row.scope, row.subject) for row in rows])
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


async def _binding(
    tx: Transaction, config: Config, people: Collection[UUID]
) -> tuple[Mapping[UUID, tuple[Subject, ...]], Mapping[Subject, int]]:
    """Whose limits could bind each of these people, and the limit of each that has one.

    Their own, and that of their department if they are in one; as it was set, else the default.
    """
    found = await quotas.binding_of(tx, people)
    binding, allowed = dict[UUID, tuple[Subject, ...]](), dict[Subject, int | None]()
    for person_id in people:
        row, own = found.get(person_id), (PERSON, str(person_id))
        binding[person_id] = (own,)
        allowed[own] = _either(row.person_bytes if row else None, config.upload_quota_person_bytes)
        if row and row.department:
            together = (DEPARTMENT, row.department)
            binding[person_id] = (own, together)
            allowed[together] = _either(row.department_bytes, config.upload_quota_department_bytes)
    return binding, {subject: size for subject, size in allowed.items() if size is not None}


def _either(was_set: int | None, by_default: int | None) -> int | None:
    return by_default if was_set is None else was_set


async def _used(tx: Transaction, subjects: Collection[Subject]) -> Mapping[Subject, int]:
    """What is kept by each that keeps anything."""
    people = [UUID(name) for scope, name in subjects if scope == PERSON]
    departments = [name for scope, name in subjects if scope == DEPARTMENT]
    by_people = await quotas.used_by_people(tx, people) if people else {}
    by_departments = await quotas.used_by_departments(tx, departments) if departments else {}
    return {
        **{(PERSON, str(person)): size for person, size in by_people.items()},
        **{(DEPARTMENT, name): size for name, size in by_departments.items()},
    }


def _use(subject: Subject, used_bytes: int, allowed_bytes: int | None) -> Use:
    return Use(scope=subject[0], subject=subject[1], used_bytes=used_bytes, allowed_bytes=allowed_bytes)
