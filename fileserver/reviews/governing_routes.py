"""Routes of procedures, of what reviewers answer for, and of absences."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from compliance.access import Action, MaterialClass
from compliance.errors import AccessDenied, InvalidValue, NotFound, WrongState
from compliance.reviewing.procedures import Discipline, Procedure, read
from fileserver.answers import Names, PersonOut
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.reviews import governing
from fileserver.reviews.governing import Governed, Staff
from fileserver.reviews.governing_schemas import (
    AbsenceIn,
    AbsenceOut,
    AbsencePath,
    DisciplinesIn,
    ProcedureIn,
    ProcedureOut,
    ProcedurePath,
    ProceduresOut,
    ReviewerOut,
    ReviewerPath,
    ReviewersOut,
    SettingOut,
)
from storage.rows.review_absences import AbsenceRow
from storage.rows.review_procedures import ProcedureRow


async def procedures(call: Call) -> ProceduresOut:
    """What each class needs, and what it needed before."""
    return _procedures(await governing.governed(call.services, call.actor))


async def set_procedure(call: Call[ProcedureIn, None, ProcedurePath]) -> ProceduresOut:
    """Change what a class needs."""
    wanted, material_class = call.body, call.params.material_class
    return _procedures(await governing.set_procedure(call.services, call.actor, call.trail, material_class, wanted))


async def reviewers(call: Call) -> ReviewersOut:
    """Who reviews, for what, and who is away."""
    return _staff(await governing.staff(call.services, call.actor))


async def set_disciplines(call: Call[DisciplinesIn, None, ReviewerPath]) -> ReviewersOut:
    """Change what a reviewer answers for."""
    wanted, person_id = call.body.disciplines, call.params.person_id
    return _staff(await governing.set_disciplines(call.services, call.actor, call.trail, person_id, wanted))


async def set_absence(call: Call[AbsenceIn]) -> ReviewersOut:
    """Enter an absence."""
    return _staff(await governing.set_absence(call.services, call.actor, call.trail, call.body))


async def end_absence(call: Call[None, None, AbsencePath]) -> ReviewersOut:
    """End an absence now."""
    return _staff(await governing.end_absence(call.services, call.actor, call.trail, call.params.absence_id))


def _procedures(found: Governed) -> ProceduresOut:
    return ProceduresOut(
        items=[ProcedureOut(**_parts(each, procedure)) for each, procedure in found.in_force.items()],
        history=[_setting(each, found.names) for each in found.history],
    )


def _setting(row: ProcedureRow, names: Names) -> SettingOut:
    return SettingOut(
        **_parts(MaterialClass(row.material_class), read(row)),
        set_by=PersonOut.of(names, row.set_by),
        set_at=row.set_at,
        reason=row.reason,
    )


def _parts(material_class: MaterialClass, procedure: Procedure) -> dict[str, Any]:
    return {
        "material_class": material_class,
        "stages": [list(stage) for stage in procedure.stages],
        "four_eyes": procedure.four_eyes,
        "due_days": procedure.due_days,
    }


def _staff(found: Staff) -> ReviewersOut:
    away = {each.person_id for each in found.absences if _runs(each, found)}
    return ReviewersOut(
        items=[
            ReviewerOut(person=PersonOut.of(found.names, person_id), disciplines=_sorted(names), away=person_id in away)
            for person_id, names in found.disciplines.items()
        ],
        uncovered=_sorted(found.uncovered),
        absences=[_absence(each, found.names) for each in found.absences],
    )


def _runs(row: AbsenceRow, found: Staff) -> bool:
    return row.ended_at is None and row.starts_on <= found.today <= row.ends_on


def _sorted(names: Sequence[str] | frozenset[str]) -> list[Discipline]:
    return sorted(Discipline(each) for each in names)


def _absence(row: AbsenceRow, names: Names) -> AbsenceOut:
    def person(person_id: UUID | None) -> PersonOut | None:
        return PersonOut.of(names, person_id) if person_id else None

    return AbsenceOut(
        id=row.id,
        person=PersonOut.of(names, row.person_id),
        deputy=person(row.deputy_id),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        set_by=PersonOut.of(names, row.set_by),
        set_at=row.set_at,
        ended_by=person(row.ended_by),
        ended_at=row.ended_at,
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/procedures",
        name="procedures.list",
        summary="Which approvals each class needs, and what was asked for before",
        handler=procedures,
        auth=Auth.EMPLOYEE,
        action=Action.PROCEDURE_READ,
        scope=Scope.REVIEWS_READ,
        returns=ProceduresOut,
        errors=(AccessDenied,),
    ),
    Route(
        method="PUT",
        path="/api/v1/procedures/{material_class}",
        name="procedures.set",
        summary="Set which approvals a class needs, for what is submitted from now on",
        handler=set_procedure,
        auth=Auth.EMPLOYEE,
        action=Action.PROCEDURE_SET,
        path_params=ProcedurePath,
        body=ProcedureIn,
        returns=ProceduresOut,
        errors=(AccessDenied, InvalidValue),
    ),
    Route(
        method="GET",
        path="/api/v1/reviewers",
        name="reviewers.list",
        summary="Who reviews, for what, and who is away",
        handler=reviewers,
        auth=Auth.EMPLOYEE,
        action=Action.ABSENCE_LIST,
        scope=Scope.REVIEWS_READ,
        returns=ReviewersOut,
        errors=(AccessDenied,),
    ),
    Route(
        method="PUT",
        path="/api/v1/reviewers/{person_id}",
        name="reviewers.set",
        summary="Set what a reviewer answers for",
        handler=set_disciplines,
        auth=Auth.EMPLOYEE,
        action=Action.DISCIPLINE_SET,
        path_params=ReviewerPath,
        body=DisciplinesIn,
        returns=ReviewersOut,
        errors=(AccessDenied, InvalidValue, NotFound),
    ),
    Route(
        method="POST",
        path="/api/v1/reviewers/absences",
        name="absences.set",
        summary="Enter from when to when a reviewer is away, and who acts for them",
        handler=set_absence,
        auth=Auth.EMPLOYEE,
        action=Action.ABSENCE_SET,
        body=AbsenceIn,
        returns=ReviewersOut,
        status=201,
        errors=(AccessDenied, InvalidValue, NotFound),
    ),
    Route(
        method="POST",
        path="/api/v1/reviewers/absences/{absence_id}/end",
        name="absences.end",
        summary="End an absence now: what was handed over is back",
        handler=end_absence,
        auth=Auth.EMPLOYEE,
        action=Action.ABSENCE_SET,
        path_params=AbsencePath,
        returns=ReviewersOut,
        errors=(AccessDenied, NotFound, WrongState),
    ),
)
