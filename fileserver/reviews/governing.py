"""How the brand reviews: which approvals a class needs, who answers for what, who is away and who acts for them."""

import hashlib
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from compliance import ledger
from compliance.access import Action, Actor, MaterialClass, Role, Target, require
from compliance.errors import InvalidValue, NotFound, WrongState
from compliance.events import Act, Trail
from compliance.profiles import profiles_of
from compliance.reviewing import procedures
from compliance.reviewing.capacities import today
from compliance.reviewing.procedures import DEFAULTS, Discipline, Procedure
from fileserver.answers import Names
from fileserver.reviews.governing_schemas import AbsenceIn, ProcedureIn
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import accounts, people, review_absences, review_procedures, review_steps, reviewer_disciplines
from storage.rows.review_absences import AbsenceRow
from storage.rows.review_procedures import ProcedureRow

ABSENCE_DAYS_MAX = 366


@dataclass(frozen=True, kw_only=True)
class Governed:
    """The procedure of each class, and everything that was ever set."""

    in_force: dict[MaterialClass, Procedure]
    history: list[ProcedureRow]
    names: Names


@dataclass(frozen=True, kw_only=True)
class Staff:
    """The reviewers, what they answer for, and who is or will be away."""

    disciplines: dict[UUID, frozenset[str]]
    uncovered: frozenset[str]  # disciplines that are asked for and nobody answers for
    absences: list[AbsenceRow]
    names: Names
    today: date


async def governed(services: Services, actor: Actor) -> Governed:
    """The procedures. Raises AccessDenied."""
    require(actor, Action.PROCEDURE_READ)
    async with services.database.transaction() as tx:
        history = list(await review_procedures.history(tx))
        in_force = {each: await procedures.procedure_of(tx, each) for each in DEFAULTS}
        names = await profiles_of(tx, services.keys.master, person_ids={each.set_by for each in history})
    return Governed(in_force=in_force, history=history, names=names)


async def set_procedure(
    services: Services, actor: Actor, trail: Trail, material_class: MaterialClass, wanted: ProcedureIn
) -> Governed:
    """Puts a procedure in force for what is submitted from now on. Raises AccessDenied, InvalidValue (`stages`)."""
    rule = require(actor, Action.PROCEDURE_SET)
    procedure = procedures.checked(wanted.stages, four_eyes=wanted.four_eyes, due_days=wanted.due_days)
    now = services.clock()
    row = ProcedureRow(
        id=uuid4(),
        material_class=material_class.value,
        stages=[[each.value for each in stage] for stage in procedure.stages],
        four_eyes=procedure.four_eyes,
        due_days=procedure.due_days,
        reason=wanted.reason,
        set_by=actor.person_id,
        set_at=now,
    )
    det: dict[str, str | int] = {
        "class": material_class.value,
        "stages": procedure.told,
        "four_eyes": int(procedure.four_eyes),
        "due_days": procedure.due_days,
        "reason_sha256": hashlib.sha256(wanted.reason.encode()).hexdigest(),
    }
    async with services.database.transaction() as tx:
        former = await procedures.procedure_of(tx, material_class)
        await review_procedures.add(tx, row)
        event = trail.event(
            Act.EMPLOYEE_PROCEDURE_SET, why=rule, obj=f"procedure:{material_class.value}", det=det | _former(former)
        )
        await ledger.append(tx, event, now=now)
    return await governed(services, actor)


async def staff(services: Services, actor: Actor) -> Staff:
    """Who reviews. Raises AccessDenied."""
    require(actor, Action.ABSENCE_LIST)
    async with services.database.transaction() as tx:
        reviewers = await accounts.active_of_role(tx, Role.REVIEWER.value)
        known = await reviewer_disciplines.disciplines(tx, reviewers)
        asked = await _asked_for(tx)
        absences = list(await review_absences.newest(tx))
        everybody = {*reviewers, *(each.person_id for each in absences)}
        everybody |= {each for row in absences for each in (row.deputy_id, row.set_by, row.ended_by) if each}
        names = await profiles_of(tx, services.keys.master, person_ids=everybody)
    return Staff(
        disciplines={each: known.get(each, frozenset()) for each in reviewers},
        uncovered=asked.difference(*known.values()),
        absences=absences,
        names=names,
        today=today(services.clock()),
    )


async def set_disciplines(
    services: Services, actor: Actor, trail: Trail, person_id: UUID, wanted: list[Discipline]
) -> Staff:
    """What a reviewer answers for.

    Raises AccessDenied, NotFound for somebody who is no reviewer, InvalidValue (`disciplines`) where an approval
    that is asked for would be nobody's.
    """
    rule = require(actor, Action.DISCIPLINE_SET)
    async with services.database.transaction() as tx:
        pseudonym = await _reviewer(tx, person_id, "person_id")
        others = await reviewer_disciplines.held_by_others(tx, person_id)
        former = (await reviewer_disciplines.disciplines(tx, [person_id])).get(person_id, frozenset())
        lost = former - others - {each.value for each in wanted}
        if lost and lost & await _asked_for(tx):
            raise InvalidValue(field="disciplines", rule="last-of-discipline")
        await reviewer_disciplines.put_disciplines(tx, person_id, wanted, by=actor.person_id)
        det = {"disciplines": "+".join(sorted(wanted)), "former": "+".join(sorted(former))}
        event = trail.event(Act.EMPLOYEE_DISCIPLINE_SET, why=rule, obj=f"person:{pseudonym}", det=det)
        await ledger.append(tx, event, now=services.clock())
    return await staff(services, actor)


async def set_absence(services: Services, actor: Actor, trail: Trail, wanted: AbsenceIn) -> Staff:
    """Enters an absence. Raises AccessDenied, NotFound, or InvalidValue naming the day or the deputy that is wrong."""
    person_id, now = wanted.person_id or actor.person_id, services.clock()
    rule = require(actor, Action.ABSENCE_SET, Target(owner_id=person_id))
    _check_days(wanted, today(now))
    async with services.database.transaction() as tx:
        pseudonym = await _reviewer(tx, person_id, "person_id")
        if wanted.deputy_id == person_id:
            raise InvalidValue(field="deputy_id", rule="own-deputy")
        deputy = await _reviewer(tx, wanted.deputy_id, "deputy_id") if wanted.deputy_id else ""
        if await review_absences.overlapping(tx, person_id, wanted.starts_on, wanted.ends_on):
            raise InvalidValue(field="starts_on", rule="absence-overlaps")
        row = AbsenceRow(
            id=uuid4(),
            person_id=person_id,
            deputy_id=wanted.deputy_id,
            starts_on=wanted.starts_on,
            ends_on=wanted.ends_on,
            set_by=actor.person_id,
            set_at=now,
        )
        await review_absences.add(tx, row)
        await ledger.append(
            tx,
            trail.event(Act.EMPLOYEE_ABSENCE_SET, why=rule, obj=f"person:{pseudonym}", det=_det(row, deputy)),
            now=now,
        )
    return await staff(services, actor)


async def end_absence(services: Services, actor: Actor, trail: Trail, absence_id: UUID) -> Staff:
    """Ends an absence now: what was handed over is back. Raises AccessDenied, NotFound or WrongState."""
    now = services.clock()
    async with services.database.transaction() as tx:
        row = await review_absences.by_id(tx, absence_id)
        if row is None:
            raise NotFound(field="absence_id")
        rule = require(actor, Action.ABSENCE_SET, Target(owner_id=row.person_id))
        if not await review_absences.end(tx, absence_id, by=actor.person_id, now=now):
            raise WrongState(state="ended", command="end")
        pseudonym = await people.pseudonym_of(tx, row.person_id) or ""
        event = trail.event(Act.EMPLOYEE_ABSENCE_END, why=rule, obj=f"person:{pseudonym}", det=_det(row, ""))
        await ledger.append(tx, event, now=now)
    return await staff(services, actor)


async def _asked_for(tx: Transaction) -> frozenset[str]:
    """The disciplines that a class needs now or a review waits for."""
    in_force = [await procedures.procedure_of(tx, each) for each in DEFAULTS]
    needed = {discipline.value for each in in_force for stage in each.stages for discipline in stage}
    return await review_steps.asked_for(tx) | needed


def _check_days(wanted: AbsenceIn, day: date) -> None:
    if wanted.ends_on < day:
        raise InvalidValue(field="ends_on", rule="absence-over")
    if wanted.ends_on < wanted.starts_on or (wanted.ends_on - wanted.starts_on).days > ABSENCE_DAYS_MAX:
        raise InvalidValue(field="ends_on", rule="absence-days")


def _former(procedure: Procedure) -> dict[str, str | int]:
    return {
        "former_stages": procedure.told,
        "former_four_eyes": int(procedure.four_eyes),
        "former_due_days": procedure.due_days,
    }


def _det(row: AbsenceRow, deputy: str) -> dict[str, str]:
    det = {"absence": str(row.id), "from": row.starts_on.isoformat(), "to": row.ends_on.isoformat()}
    return det | {"deputy": deputy} if deputy else det


async def _reviewer(tx: Transaction, person_id: UUID, field: str) -> str:
    """The pseudonym of an active reviewer, whose account is locked until `tx` ends. Raises NotFound."""
    account = await accounts.account_of(tx, person_id, lock=True)
    if account is None or account.role != Role.REVIEWER or account.disabled_at is not None:
        raise NotFound(field=field)
    return account.pseudonym
