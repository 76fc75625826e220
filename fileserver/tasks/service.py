"""Tasks in one transaction each: given, done, reminded of, ended; and the figures of one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance import ledger, tasking
from compliance.access import Action, Actor, decide, require
from compliance.declaring import china_day, declared_of
from compliance.errors import AccessDenied, InvalidValue, KeyUnavailable, NotFound, RequirementUnmet, WrongState
from compliance.events import Act, Trail
from compliance.links import ShareToken, token_text
from compliance.materials import obj_of
from compliance.messages import Message, MessageKind
from compliance.profiles import Profile, profiles_of
from compliance.ruleset import Severity
from compliance.ruleset.matcher import Scope
from compliance.ruling import matcher_of, rule_set_in_force
from compliance.sharing import shareable
from compliance.tasking import TaskState
from compliance.visits import has_lapsed, target_of
from fileserver.services import Services
from fileserver.tasks.enqueuing import (
    enqueue_cancelling,
    enqueue_laying,
    enqueue_reminding,
    enqueue_telling,
)
from fileserver.tasks.schemas import TaskIn
from storage.database import Transaction
from storage.rows import addressees, departments, materials, shares, task_figures, tasks
from storage.rows.shares import ShareRow
from storage.rows.standing import standings_of
from storage.rows.task_figures import FiguresRow
from storage.rows.tasks import AssignmentRow, TaskRow
from storage.rows.transfers import wecom_names

LIFETIME_MAX = timedelta(days=92)
SHARES_LIFETIME_MAX = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class Described:
    """A task with what is shown beside it."""

    row: TaskRow
    title: str
    state: TaskState
    names: dict[UUID, Profile]
    given: int
    done: int


@dataclass(frozen=True, kw_only=True)
class Board:
    """A task's figures, and a page of its employees."""

    task: Described
    totals: FiguresRow
    departments: Sequence[FiguresRow]
    parts: Sequence[AssignmentRow]
    names: dict[UUID, Profile]
    places: dict[UUID, str]
    viewers: dict[UUID, int]


@dataclass(frozen=True, kw_only=True)
class Mine:
    """What was given to one employee, and their link."""

    row: TaskRow
    part: AssignmentRow
    title: str
    state: TaskState
    version_id: UUID | None
    poster_version_id: UUID | None
    token: str | None
    wecom: bool


async def create(services: Services, actor: Actor, trail: Trail, wanted: TaskIn) -> Described:
    """Makes a task, and tells those whom it asks once the transaction commits.

    Raises AccessDenied, NotFound, RequirementUnmet, or InvalidValue naming the field.
    """
    now = services.clock()
    row = _row(actor, wanted, now)
    async with services.database.transaction() as tx:
        await _check_places(tx, row)
        given = await tasking.create(tx, services.keys, actor, trail, row)
        await _check_poster(services, tx, actor, row)
        await _check_text(tx, row)
        await tell(services, tx, row, MessageKind.TASK_GIVEN, str(row.id), given.added)
        await enqueue_telling(services.jobs, tx, row.id)
        return await _described(services, tx, row, now)


async def tell(
    services: Services, tx: Transaction, row: TaskRow, kind: MessageKind, key: str, people: frozenset[UUID]
) -> None:
    """A notice on the pages, once under its key."""
    message = Message(kind=kind, key=f"{kind}:{key}", material_id=row.material_id)
    await services.messages.tell(tx, people, message, services.clock())


async def listed(
    services: Services, actor: Actor, before: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[Described], TaskRow | None]:
    """Tasks that the actor governs or may read, the newest first, and the last one looked at if there are more."""
    require(actor, Action.TASK_LIST)
    now = services.clock()
    async with services.database.transaction() as tx:
        rows = await tasks.list_tasks(tx, before=before, limit=limit)
        mine = [
            each for each in rows if decide(actor, Action.TASK_READ, await tasking.target_of_task(tx, each)).allowed
        ]
        found = [await _described(services, tx, each, now) for each in mine]
    return found, rows[-1] if len(rows) == limit else None


async def board(services: Services, actor: Actor, task_id: UUID, after: UUID | None, limit: int) -> Board:
    """A task as it stands. Raises NotFound, AccessDenied."""
    async with services.database.transaction() as tx:
        row = await tasking.governed(tx, actor, task_id, Action.TASK_READ)
        parts = await tasks.assignments(tx, task_id, after=after, limit=limit)
        people = {each.person_id for each in parts}
        standings = await standings_of(tx, people)
        names = {str(each.id): each.name for each in await departments.all_departments(tx, closed=True)}
        places = {
            person_id: names.get(str(standing.departments[-1]), "") if standing.departments else ""
            for person_id, standing in standings.items()
        }
        return Board(
            task=await _described(services, tx, row, services.clock()),
            totals=await task_figures.totals(tx, task_id),
            departments=await task_figures.by_department(tx, task_id),
            parts=parts,
            names=dict(await profiles_of(tx, services.keys.master, person_ids=people)),
            places=places,
            viewers=await task_figures.viewers_by_share(tx, task_id),
        )


async def mine(services: Services, actor: Actor) -> list[Mine]:
    """What was given to the actor, the newest first; what they may not see any more is left out."""
    async with services.database.transaction() as tx:
        found = await tasks.tasks_of(tx, actor.person_id)
        seen = []
        for row, part in found:
            target = await tasking.target_of_part(tx, row, part)
            if decide(actor, Action.TASK_COMPLETE, target).allowed:
                seen.append(await _mine(services, tx, actor, row, part))
        return seen


async def complete(services: Services, actor: Actor, trail: Trail, task_id: UUID, *, wecom: bool) -> Mine:
    """The employee's tap: their link, made once; and with `wecom` a message to their contacts, asked for once.

    Raises NotFound, AccessDenied, RequirementUnmet, or WrongState once the task is over, or without WeCom.
    """
    now = services.clock()
    async with services.database.transaction() as tx:
        row, share = await tasking.complete(tx, services.keys, actor, trail, task_id, now)
        part = await tasks.assignment(tx, task_id, actor.person_id)
        if part is None:
            raise NotFound(field="task_id")
        if wecom and part.message in tasking.ASKABLE:
            if not await _reachable(services, tx, actor.person_id):
                raise WrongState(state="no-wecom", command="complete")
            if await tasking.state_of(tx, services.keys, row, now) != "open":
                raise WrongState(state="over", command="complete")
            await tasks.put_assignment(tx, task_id, actor.person_id, message="asked")
            det = {"task": str(task_id)}
            event = trail.event(Act.EMPLOYEE_TASK_SEND, obj=obj_of(row.material_id), link=str(share.id), det=det)
            await ledger.append(tx, event, now=now)
            await enqueue_laying(services.jobs, tx, task_id, actor.person_id)
        part = await tasks.assignment(tx, task_id, actor.person_id) or part
        return await _mine(services, tx, actor, row, part)


async def remind(services: Services, actor: Actor, trail: Trail, task_id: UUID) -> Described:
    """Reminds who has not done it. Raises NotFound, AccessDenied, WrongState, TooManyAttempts."""
    now = services.clock()
    async with services.database.transaction() as tx:
        row = await tasking.remind(tx, actor, trail, task_id, now)
        parts = await tasks.assignments(tx, task_id)
        late = frozenset(each.person_id for each in parts if each.share_id is None and each.off_at is None)
        await tell(services, tx, row, MessageKind.TASK_REMINDED, f"{task_id}:{row.reminders + 1}", late)
        await enqueue_reminding(services.jobs, tx, task_id, row.reminders + 1)
        return await _described(services, tx, await tasks.task_by_id(tx, task_id) or row, now)


async def end(services: Services, actor: Actor, trail: Trail, task_id: UUID, *, close_shares: bool) -> Described:
    """Ends a task. Raises NotFound, AccessDenied, WrongState."""
    now = services.clock()
    async with services.database.transaction() as tx:
        row = await tasking.end(tx, actor, trail, task_id, close_shares=close_shares, now=now)
        await enqueue_cancelling(services.jobs, tx, task_id)
        return await _described(services, tx, await tasks.task_by_id(tx, task_id) or row, now)


def _row(actor: Actor, wanted: TaskIn, now: datetime) -> TaskRow:
    if not now < wanted.until <= now + LIFETIME_MAX:
        raise InvalidValue(field="until", rule="within-three-months")
    shares_until = wanted.shares_until or wanted.until
    if not wanted.until <= shares_until <= now + SHARES_LIFETIME_MAX:
        raise InvalidValue(field="shares_until", rule="not-before-the-task")
    return TaskRow(
        id=uuid4(),
        material_id=wanted.material_id,
        creator_id=actor.person_id,
        text=wanted.text,
        poster_page=wanted.poster_page or (1 if wanted.poster_material_id else None),
        poster_material_id=wanted.poster_material_id,
        person_ids=tuple(dict.fromkeys(wanted.person_ids)),
        department_ids=tuple(dict.fromkeys(wanted.department_ids)),
        region=wanted.region,
        roles=tuple(dict.fromkeys(wanted.roles)),
        clinic_region=wanted.clinic_region,
        job=wanted.job.value if wanted.job else None,
        download=wanted.download,
        forward_depth=wanted.forward_depth,
        visits_max=wanted.visits_max,
        viewers_max=wanted.viewers_max,
        watermark=wanted.watermark,
        until=wanted.until,
        shares_until=shares_until,
        home_department_id=actor.departments[-1] if actor.departments else None,
        home_region=actor.region,
        created_at=now,
    )


async def _check_text(tx: Transaction, row: TaskRow) -> None:
    """What goes out with a link is held to the rules for what it leads to. Raises InvalidValue, NotFound."""
    rules, declared = await rule_set_in_force(tx), await declared_of(tx, row.material_id)
    if declared is None:
        raise NotFound(field="material_id")
    today = china_day(row.created_at)
    hits = await asyncio.to_thread(lambda: matcher_of(rules).hits(row.text, declared, today=today, scope=Scope.PAGE))
    broken = next((hit for hit in hits if hit.severity is Severity.BLOCK), None)
    if broken is not None:
        raise InvalidValue(field="text", rule="against-a-rule", quote=broken.quote)


async def _check_places(tx: Transaction, row: TaskRow) -> None:
    known = {each.id for each in await departments.all_departments(tx)}
    if not set(row.department_ids) <= known:
        raise InvalidValue(field="department_ids", rule="must-exist")
    regions = {each.name for each in await departments.all_regions(tx)}
    if row.region and row.region not in regions:
        raise InvalidValue(field="region", rule="must-exist")
    if row.clinic_region and not await addressees.known_regions(tx, [row.clinic_region]):
        raise InvalidValue(field="clinic_region", rule="must-exist")


async def _check_poster(services: Services, tx: Transaction, actor: Actor, row: TaskRow) -> None:
    """What is shown with a link is held to what a link asks for: its maker might share it now. Raises InvalidValue."""
    if row.poster_page is None:
        return
    of = row.poster_material_id or row.material_id
    try:
        served = (await shareable(tx, services.keys.master, actor, of, row.created_at)).served
    except (AccessDenied, NotFound, RequirementUnmet) as refusal:  # which the log hears of, where a rule refused it
        raise InvalidValue(field="poster_material_id", rule="not-to-be-shared") from refusal
    if row.poster_page > (served.pages_total or 0):
        raise InvalidValue(field="poster_page", rule="page-of-material", pages=served.pages_total or 0)


async def _poster(tx: Transaction, actor: Actor, row: TaskRow, now: datetime) -> UUID | None:
    """The version whose page the poster is, as long as it has that page, the employee may see it and it may go out."""
    if row.poster_page is None:
        return None
    served = await shares.served(tx, row.poster_material_id or row.material_id)
    if served is None or served.withdrawn or has_lapsed(served, now) or row.poster_page > (served.pages_total or 0):
        return None
    return served.version_id if decide(actor, Action.MATERIAL_PREVIEW, target_of(served, now)).allowed else None


async def _described(services: Services, tx: Transaction, row: TaskRow, now: datetime) -> Described:
    material = await materials.material_by_id(tx, row.material_id)
    people = {row.creator_id, *([row.ended_by] if row.ended_by else [])}
    given, done = (await tasks.count_assigned(tx, [row.id])).get(row.id, (0, 0))
    return Described(
        row=row,
        title=material.title if material else "",
        state=await tasking.state_of(tx, services.keys, row, now),
        names=dict(await profiles_of(tx, services.keys.master, person_ids=people)),
        given=given,
        done=done,
    )


async def _mine(services: Services, tx: Transaction, actor: Actor, row: TaskRow, part: AssignmentRow) -> Mine:
    served = await shares.served(tx, row.material_id)
    made = await shares.share_by_id(tx, part.share_id) if part.share_id else None
    return Mine(
        row=row,
        part=part,
        title=served.title if served else "",
        state=await tasking.state_of(tx, services.keys, row, services.clock()),
        version_id=served.version_id if served and not served.withdrawn else None,
        poster_version_id=await _poster(tx, actor, row, services.clock()),
        token=_token(services, made) if made else None,
        wecom=await _reachable(services, tx, part.person_id),
    )


def _token(services: Services, row: ShareRow) -> str | None:
    try:
        return token_text(services.keys, ShareToken(row.kid, row.token_id))
    except KeyUnavailable:
        return None


async def _reachable(services: Services, tx: Transaction, person_id: UUID) -> bool:
    return services.platforms.wecom is not None and bool(await wecom_names(tx, [person_id]))
