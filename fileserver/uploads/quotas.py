"""Quotas: how much a person and a department may keep, who says so, and where an upload asks.

A limit that an administrator set counts; without one, the configuration's default, which the brand itself has not;
without that, there is none. A department's limit counts what everybody in it or below it keeps, so that several may
bind one person. What counts stands in storage.rows.quotas. `check` is asked after the upload's row has been written, in
the same transaction, with the person and the departments locked: two that would fit alone can't overshoot together.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from compliance import ledger
from compliance.errors import InvalidValue, NotFound
from compliance.events import Act, Trail
from fileserver.config import Config
from fileserver.sizes import human_size
from fileserver.uploads.errors import UploadQuotaExceeded
from storage.database import Transaction
from storage.rows import accounts, departments, quotas
from storage.rows.departments import ROOT_ID
from storage.rows.quotas import DEPARTMENT, PERSON, BindingRow, QuotaRow, Subject

QUOTA_MAX_BYTES = 1 << 53


@dataclass(frozen=True, kw_only=True)
class Bound:
    """What one person, or a department with all below it, may keep; `allowed_bytes` is None without a limit.

    `name` is the department's, empty for the brand itself and for people.
    """

    subject: Subject
    allowed_bytes: int | None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Use:
    """What is kept of what may be."""

    bound: Bound
    used_bytes: int


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
    binding = {
        person: tuple(each for each in bounds if each.allowed_bytes is not None)
        for person, bounds in (await _binding(tx, config, people)).items()
    }
    by_person = {person: tuple(each.subject for each in bounds) for person, bounds in binding.items()}
    limited = {each.subject: each for bounds in binding.values() for each in bounds}
    if not limited:
        return Limits({}, by_person)
    locked = {UUID(subject) for scope, subject in limited if scope == DEPARTMENT}
    await quotas.lock(tx, [person for person, bounds in binding.items() if bounds], locked)
    used = await _used(tx, limited)
    return Limits({each: Use(bound=bound, used_bytes=used.get(each, 0)) for each, bound in limited.items()}, by_person)


def _compare(use: Use, needed_bytes: int) -> None:
    """Raises UploadQuotaExceeded when `use`, in which `needed_bytes` are counted already, is more than allowed."""
    allowed_bytes, (scope, subject) = use.bound.allowed_bytes, use.bound.subject
    if allowed_bytes is None or use.used_bytes <= allowed_bytes:
        return
    before = max(0, use.used_bytes - needed_bytes)
    raise UploadQuotaExceeded(
        field="Upload-Length",
        whose="brand" if subject == str(ROOT_ID) else scope,
        name=use.bound.name,
        allowed_bytes=allowed_bytes,
        used_bytes=before,
        needed_bytes=needed_bytes,
        allowed=human_size(allowed_bytes),
        used=human_size(before),
        needed=human_size(needed_bytes),
    )


async def use_of(tx: Transaction, config: Config, person_id: UUID) -> tuple[Use, ...]:
    """The person's own use, and that of each department whose limit binds them, the nearest first."""
    bounds = (await _binding(tx, config, {person_id}))[person_id]
    used = await _used(tx, [each.subject for each in bounds])
    return tuple(Use(bound=each, used_bytes=used.get(each.subject, 0)) for each in bounds)


async def listed(tx: Transaction, *, after: tuple[str, str] = ("", ""), limit: int) -> Sequence[QuotaInUse]:
    """The limits that were set, departments first, each with what is kept under it."""
    rows = await quotas.list_quotas(tx, after=after, limit=limit)
    used = await _used(tx, [(row.scope, row.subject) for row in rows])
    return [QuotaInUse(row=row, used_bytes=used.get((row.scope, row.subject), 0)) for row in rows]


async def put(
    tx: Transaction, trail: Trail, scope: str, name: str, size_max_bytes: int, *, now: datetime, why: str = ""
) -> None:
    """Limits the person with the login `name`, or the department with this id. Raises NotFound, InvalidValue for no id.

    A closed department is as good as none: nobody is put there.
    """
    subject, obj = await _subject(tx, scope, name)
    if scope == DEPARTMENT:
        row = await departments.department_by_id(tx, UUID(subject))
        if row is None or row.closed_at is not None:
            raise NotFound(field="subject")
    await quotas.put_quota(tx, scope, subject, size_max_bytes, now)
    event = trail.event(Act.EMPLOYEE_QUOTA_SET, why=why, obj=obj, det={"bytes": size_max_bytes})
    await ledger.append(tx, event, now=now)


async def remove(tx: Transaction, trail: Trail, scope: str, name: str, *, now: datetime, why: str = "") -> None:
    """Lets the default count again. Raises NotFound when no limit was set, InvalidValue for no id."""
    subject, obj = await _subject(tx, scope, name)
    if not await quotas.remove_quota(tx, scope, subject):
        raise NotFound(field="subject")
    await ledger.append(tx, trail.event(Act.EMPLOYEE_QUOTA_REMOVE, why=why, obj=obj), now=now)


async def _subject(tx: Transaction, scope: str, name: str) -> tuple[str, str]:
    """What the row names, and what the event does."""
    if scope == DEPARTMENT:
        department_id = _id(name)
        return department_id, f"department:{department_id}"
    account = await accounts.account_by_login(tx, name.strip().lower())
    if account is None:
        raise NotFound(field="subject")
    return str(account.person_id), f"person:{account.pseudonym}"


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise InvalidValue(field="subject", rule="uuid-parsing") from error


async def _binding(tx: Transaction, config: Config, people: Collection[UUID]) -> Mapping[UUID, tuple[Bound, ...]]:
    """What could bind each of these people: their own limit or its absence, and each department's that has one."""
    found = await quotas.binding_of(tx, people)
    return {person: (_own(config, person, found.get(person)), *_levels(config, found.get(person))) for person in people}


def _own(config: Config, person_id: UUID, row: BindingRow | None) -> Bound:
    allowed = _either(row.person_bytes if row else None, config.upload_quota_person_bytes)
    return Bound(subject=(PERSON, str(person_id)), allowed_bytes=allowed)


def _levels(config: Config, row: BindingRow | None) -> Iterator[Bound]:
    """The nearest first. The default is for every department but the brand itself, which all of them are below."""
    for level in row.departments if row else ():
        by_default = None if level.id == ROOT_ID else config.upload_quota_department_bytes
        allowed = _either(level.allowed_bytes, by_default)
        if allowed is not None:
            yield Bound(subject=(DEPARTMENT, str(level.id)), name=level.name, allowed_bytes=allowed)


def _either(was_set: int | None, by_default: int | None) -> int | None:
    return by_default if was_set is None else was_set


async def _used(tx: Transaction, subjects: Collection[Subject]) -> Mapping[Subject, int]:
    """What is kept by each that keeps anything."""
    people = [UUID(name) for scope, name in subjects if scope == PERSON]
    below = [UUID(name) for scope, name in subjects if scope == DEPARTMENT]
    by_people = await quotas.used_by_people(tx, people) if people else {}
    by_departments = await quotas.used_by_departments(tx, below) if below else {}
    return {
        **{(PERSON, str(person)): size for person, size in by_people.items()},
        **{(DEPARTMENT, str(each)): size for each, size in by_departments.items()},
    }
