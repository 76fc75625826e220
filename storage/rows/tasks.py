"""Rows of tasks: what is asked of employees, whose it is, and how far each is with it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import String, bindparam, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.rows.shares import lock_all
from storage.schema import clinic, clinic_contact, share, task, task_assignment

ASSIGNEES_MAX = 2_000  # of one task
CONTACTS_MAX = 10_000  # of one employee: what WeCom takes in one message
PAGE_MAX = 100
OPEN_MAX = 500  # tasks that a worker looks after at once
Told = Literal["waiting", "reached", "unreached", "absent"]
Message = Literal["", "asked", "laying", "laid", "unsure", "nobody", "refused", "cancelled"]
IDS = ARRAY(PG_UUID(as_uuid=True))


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    """One task as stored, times in UTC."""

    id: UUID
    material_id: UUID
    creator_id: UUID
    text: str
    poster_page: int | None
    poster_material_id: UUID | None
    person_ids: tuple[UUID, ...]
    department_ids: tuple[UUID, ...]
    region: str
    roles: tuple[str, ...]
    clinic_region: str
    job: str | None
    download: bool
    forward_depth: int
    visits_max: int | None
    viewers_max: int | None
    watermark: str
    until: datetime
    shares_until: datetime
    home_department_id: UUID | None
    home_region: str
    created_at: datetime
    reminded_at: datetime | None = None
    reminders: int = 0
    ended_at: datetime | None = None
    ended_by: UUID | None = None
    shares_closed: bool = False
    stopped_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AssignmentRow:
    """One employee's part."""

    task_id: UUID
    person_id: UUID
    given_at: datetime
    off_at: datetime | None
    told: Told
    share_id: UUID | None
    done_at: datetime | None
    message: Message
    message_id: str
    laid_at: datetime | None
    copies_sent: int
    copies_unsent: int
    copies_no_friend: int
    copies_capped: int
    polled_at: datetime | None


TASK = tuple(task.c[each.name] for each in fields(TaskRow))
ASSIGNMENT = tuple(task_assignment.c[each.name] for each in fields(AssignmentRow))
LISTS = ("person_ids", "department_ids", "roles")

# Of those within the task's reach (`reach`): named ones, and who is where and what it asks for. Nobody is asked to pass
# on what their clearance keeps from them. Who has it already comes first.
_MATCHING = text(
    """
    SELECT a.person_id FROM account AS a
    JOIN material AS m ON m.id = :material AND (m.sensitivity = 'usual' OR a.clearance = 'top')
    LEFT JOIN department AS d ON d.id = a.department_id LEFT JOIN region AS r ON r.id = a.region_id
    LEFT JOIN task_assignment AS t ON t.task_id = :task AND t.person_id = a.person_id AND t.off_at IS NULL
    WHERE a.person_id = ANY(:reach) AND (a.person_id = ANY(:people) OR (
        (cardinality(:departments) > 0 OR cardinality(:people) = 0)
        AND a.role = ANY(:roles)
        AND (cardinality(:departments) = 0 OR d.path && :departments)
        AND (:region = '' OR coalesce(r.name, d.region, '') = :region)))
    ORDER BY t.person_id IS NULL, a.person_id LIMIT :limit
    """
).bindparams(
    bindparam("reach", type_=IDS),
    bindparam("people", type_=IDS),
    bindparam("departments", type_=IDS),
    bindparam("roles", type_=ARRAY(String)),
)


async def add_task(tx: Transaction, row: TaskRow) -> None:
    """Adds a task."""
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    await tx.execute(insert(task).values(**{**values, **{name: list(values[name]) for name in LISTS}}))


async def task_by_id(tx: Transaction, task_id: UUID, *, lock: bool = False, hold: bool = False) -> TaskRow | None:
    """One task; `lock` keeps it from changing until `tx` ends, and so does `hold`, which others may do as well."""
    query = select(*TASK).where(task.c.id == task_id)
    if lock or hold:
        query = query.with_for_update(read=not lock)
    row = (await tx.execute(query)).mappings().one_or_none()
    return _task(row) if row else None


async def list_tasks(
    tx: Transaction, *, before: tuple[datetime, UUID] | None = None, limit: int = PAGE_MAX
) -> Sequence[TaskRow]:
    """Tasks, the newest first."""
    query = select(*TASK).order_by(task.c.created_at.desc(), task.c.id.desc()).limit(min(limit, PAGE_MAX))
    if before is not None:
        at, last = before
        query = query.where(or_(task.c.created_at < at, (task.c.created_at == at) & (task.c.id < last)))
    return [_task(row) for row in (await tx.execute(query)).mappings()]


async def tasks_of(tx: Transaction, person_id: UUID, limit: int = PAGE_MAX) -> Sequence[tuple[TaskRow, AssignmentRow]]:
    """What was given to somebody and is still theirs, the newest first."""
    query = (
        select(task_assignment.c.task_id)
        .join(task, task.c.id == task_assignment.c.task_id)
        .where(task_assignment.c.person_id == person_id, task_assignment.c.off_at.is_(None))
        .order_by(task.c.created_at.desc(), task.c.id.desc())
        .limit(limit)
    )
    ids = list(await tx.scalars(query))
    tasks = {row["id"]: _task(row) for row in (await tx.execute(select(*TASK).where(task.c.id.in_(ids)))).mappings()}
    mine = select(*ASSIGNMENT).where(task_assignment.c.person_id == person_id, task_assignment.c.task_id.in_(ids))
    parts = {row["task_id"]: AssignmentRow(**row) for row in (await tx.execute(mine)).mappings()}
    return [(tasks[each], parts[each]) for each in ids]


async def open_tasks(tx: Transaction, now: datetime) -> Sequence[TaskRow]:
    """Tasks that still ask for something, the oldest first."""
    query = select(*TASK).where(task.c.ended_at.is_(None), task.c.until > now)
    rows = await tx.execute(query.order_by(task.c.created_at, task.c.id).limit(OPEN_MAX))
    return [_task(row) for row in rows.mappings()]


async def put_task(tx: Transaction, task_id: UUID, **values: Any) -> None:
    """Writes columns of a task."""
    await tx.execute(update(task).where(task.c.id == task_id).values(**values))


async def matching(tx: Transaction, row: TaskRow, reach: Collection[UUID]) -> Sequence[UUID]:
    """Whom of these a task asks for, who has it already first; one more than ASSIGNEES_MAX where there are more."""
    asked = {
        "task": row.id,
        "material": row.material_id,
        "reach": list(reach),
        "people": list(row.person_ids),
        "departments": list(row.department_ids),
        "roles": list(row.roles),
        "region": row.region,
        "limit": ASSIGNEES_MAX + 1,
    }
    return list(await tx.scalars(_MATCHING, asked))


async def give(tx: Transaction, task_id: UUID, people: Collection[UUID], now: datetime) -> frozenset[UUID]:
    """Gives the task to these people; who got it now, or got it back."""
    if not people:
        return frozenset()
    rows = [{"task_id": task_id, "person_id": each, "given_at": now} for each in sorted(people)]
    adding = upsert(task_assignment).values(rows)
    adding = adding.on_conflict_do_update(
        index_elements=["task_id", "person_id"],
        set_={"off_at": None, "given_at": now, "told": "waiting"},
        where=task_assignment.c.off_at.is_not(None),
    )
    return frozenset(await tx.scalars(adding.returning(task_assignment.c.person_id)))


async def take_off(tx: Transaction, task_id: UUID, but: Collection[UUID], now: datetime) -> frozenset[UUID]:
    """Takes the task from whoever is not among these; who that was. What they passed on stays counted."""
    query = update(task_assignment).where(
        task_assignment.c.task_id == task_id,
        task_assignment.c.off_at.is_(None),
        task_assignment.c.person_id.not_in(list(but)),
    )
    return frozenset(await tx.scalars(query.values(off_at=now).returning(task_assignment.c.person_id)))


async def assignment(tx: Transaction, task_id: UUID, person_id: UUID, *, lock: bool = False) -> AssignmentRow | None:
    """One person's part, also one that is theirs no more; `lock` keeps it from changing until `tx` ends."""
    query = select(*ASSIGNMENT).where(task_assignment.c.task_id == task_id, task_assignment.c.person_id == person_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return AssignmentRow(**row) if row else None


async def assignments(
    tx: Transaction, task_id: UUID, *, after: UUID | None = None, limit: int = ASSIGNEES_MAX
) -> Sequence[AssignmentRow]:
    """Everybody's part, by id."""
    query = select(*ASSIGNMENT).where(task_assignment.c.task_id == task_id)
    if after is not None:
        query = query.where(task_assignment.c.person_id > after)
    rows = await tx.execute(query.order_by(task_assignment.c.person_id).limit(limit))
    return [AssignmentRow(**row) for row in rows.mappings()]


async def put_assignment(tx: Transaction, task_id: UUID, person_id: UUID, **values: Any) -> None:
    """Writes columns of one person's part."""
    part = update(task_assignment).where(task_assignment.c.task_id == task_id, task_assignment.c.person_id == person_id)
    await tx.execute(part.values(**values))


async def put_told(tx: Transaction, task_id: UUID, people: Collection[UUID], told: str) -> None:
    """How these people could be told."""
    part = update(task_assignment).where(
        task_assignment.c.task_id == task_id, task_assignment.c.person_id.in_(list(people))
    )
    await tx.execute(part.values(told=told))


async def laid(tx: Transaction, *, since: datetime, limit: int) -> Sequence[AssignmentRow]:
    """Parts whose message lies before their employee or went out in part, the longest not asked about first."""
    query = (
        select(*ASSIGNMENT)
        .where(
            task_assignment.c.message == "laid",
            task_assignment.c.laid_at > since,
            or_(task_assignment.c.polled_at.is_(None), task_assignment.c.copies_unsent > 0),
        )
        .order_by(task_assignment.c.polled_at.asc().nulls_first(), task_assignment.c.person_id)
    )
    return [AssignmentRow(**row) for row in (await tx.execute(query.limit(limit))).mappings()]


async def outlived(tx: Transaction, now: datetime, *, since: datetime, limit: int = OPEN_MAX) -> Sequence[UUID]:
    """Tasks until after `since` of which a message lies unconfirmed that is to go out no more.

    The task is over, ended or stopped, or that part of it is its employee's no more.
    """
    over = or_(
        task.c.until <= now,
        task.c.ended_at.is_not(None),
        task.c.stopped_at.is_not(None),
        task_assignment.c.off_at.is_not(None),
    )
    query = select(task.c.id).where(task.c.until > since, over).order_by(task.c.id).distinct()
    query = query.join(task_assignment, task_assignment.c.task_id == task.c.id).where(
        task_assignment.c.message == "laid", task_assignment.c.copies_unsent > 0, task_assignment.c.copies_sent == 0
    )
    return list(await tx.scalars(query.limit(limit)))


async def asked(tx: Transaction, limit: int = PAGE_MAX) -> Sequence[AssignmentRow]:
    """Parts whose employee asked for a message that WeCom has not taken yet, as far as is known."""
    query = select(*ASSIGNMENT).where(task_assignment.c.message.in_(("asked", "laying")))
    query = query.order_by(task_assignment.c.done_at)
    return [AssignmentRow(**row) for row in (await tx.execute(query.limit(limit))).mappings()]


async def any_waiting(tx: Transaction, task_id: UUID) -> bool:
    """Whether somebody has the task and was not told."""
    query = select(task_assignment.c.person_id).where(
        task_assignment.c.task_id == task_id, task_assignment.c.told == "waiting", task_assignment.c.off_at.is_(None)
    )
    return await tx.scalar(query.limit(1)) is not None


async def contacts_of(tx: Transaction, person_id: UUID, region: str) -> Sequence[str]:
    """WeCom's ids of who follows this employee and works at a clinic that is theirs, in this region if one is named."""
    query = (
        select(clinic_contact.c.external_userid)
        .join(clinic, clinic.c.id == clinic_contact.c.clinic_id)
        .where(
            clinic_contact.c.employee_id == person_id,
            clinic_contact.c.ended_at.is_(None),
            clinic.c.owner_id == person_id,
            clinic.c.merged_into.is_(None),
        )
    )
    if region:
        query = query.where(clinic.c.region == region)
    return list(await tx.scalars(query.order_by(clinic_contact.c.external_userid).limit(CONTACTS_MAX)))


async def rename_region(tx: Transaction, before: str, after: str) -> None:
    """Tasks name regions by name."""
    for column in (task.c.region, task.c.clinic_region, task.c.home_region):
        await tx.execute(update(task).where(column == before).values({column: after}))


async def close_shares(tx: Transaction, task_id: UUID, by: UUID, now: datetime) -> Sequence[UUID]:
    """Closes every share that the task made and that is open; which."""
    made = select(task_assignment.c.share_id).where(task_assignment.c.task_id == task_id)
    still_open = share.c.id.in_(made) & share.c.revoked_at.is_(None)
    await lock_all(tx, still_open)
    closing = update(share).where(still_open)
    return sorted(await tx.scalars(closing.values(revoked_at=now, revoked_by=by).returning(share.c.id)))


async def count_assigned(tx: Transaction, task_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """(whose it is or who did it, who did it) by task."""
    theirs = task_assignment.c.off_at.is_(None) | task_assignment.c.share_id.is_not(None)
    query = select(
        task_assignment.c.task_id,
        func.count().filter(theirs).label("given"),
        func.count(task_assignment.c.share_id).label("done"),
    ).where(task_assignment.c.task_id.in_(list(task_ids)))
    return {row.task_id: (row.given, row.done) for row in await tx.execute(query.group_by(task_assignment.c.task_id))}


def _task(row: Any) -> TaskRow:
    return TaskRow(**{**row, **{name: tuple(row[name]) for name in LISTS}})
