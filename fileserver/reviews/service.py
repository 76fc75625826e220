"""The review queue, and the decision: one per review, on the exact bytes, by somebody else than their uploader."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance import ledger
from compliance.access import Action, Actor, VersionState, decide, require
from compliance.errors import InvalidValue, NotFound, WrongState
from compliance.events import Act, Trail
from compliance.lifecycle import Command, step
from compliance.materials import obj_of, target_of
from compliance.profiles import profiles_of
from fileserver.answers import Names, people_of
from fileserver.reviews.schemas import Decision, DecisionIn, Queue
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import materials, reviews, versions
from storage.rows.reviews import PENDING, ReviewCase
from storage.rows.versions import FindingRow

DECIDED = {
    Queue.APPROVED: (VersionState.APPROVED,),
    Queue.REJECTED: (VersionState.REJECTED,),
    Queue.DECIDED: (VersionState.APPROVED, VersionState.REJECTED),
}
COMMANDS = {Decision.APPROVE: Command.APPROVE, Decision.REJECT: Command.REJECT}
ACTS = {Decision.APPROVE: Act.EMPLOYEE_VERSION_APPROVE, Decision.REJECT: Act.EMPLOYEE_VERSION_REJECT}


@dataclass(frozen=True, kw_only=True)
class Described:
    """A review with what it is about, and whether this reader may decide it now."""

    case: ReviewCase
    findings: list[FindingRow]
    names: Names
    may_decide: bool


async def listed(
    services: Services, actor: Actor, queue: Queue, start: tuple[datetime, UUID] | None, limit: int
) -> list[Described]:
    """A page of the queue: pending reviews oldest first, decided ones newest first. Raises AccessDenied."""
    require(actor, Action.REVIEW_LIST)
    async with services.database.transaction() as tx:
        if queue is Queue.PENDING:
            cases = await reviews.pending_cases(tx, after=start, limit=limit)
        else:
            cases = await reviews.decided_cases(tx, DECIDED[queue], before=start, limit=limit)
        return await _described(services, tx, actor, list(cases))


async def read(services: Services, actor: Actor, review_id: UUID) -> Described:
    """One review. Raises NotFound or AccessDenied."""
    async with services.database.transaction() as tx:
        return (await _described(services, tx, actor, [await _case(tx, actor, review_id)]))[0]


async def decide_on(services: Services, actor: Actor, trail: Trail, review_id: UUID, wanted: DecisionIn) -> Described:
    """Records the decision, moves the version and tells the log, together.

    Raises NotFound, AccessDenied (also for one's own upload), WrongState when it is decided or withdrawn, or
    InvalidValue naming `sha256` (other bytes) or `reason` (missing).
    """
    if wanted.decision is Decision.REJECT and not wanted.reason:
        raise InvalidValue(field="reason", rule="reason-needed")
    async with services.database.transaction() as tx:
        material_id = (await _case(tx, actor, review_id)).material.id
        await materials.material_by_id(tx, material_id, lock=True)
        case = await _case(tx, actor, review_id)  # as it is now that nobody else can change it
        rule = _check(case, actor, wanted)
        await _record(services, tx, actor, case, wanted)
        event = trail.event(
            ACTS[wanted.decision], why=rule, obj=obj_of(material_id), ver=case.version.sha256, det=_det(case, wanted)
        )
        await ledger.append(tx, event, now=services.clock())
        return (await _described(services, tx, actor, [await _case(tx, actor, review_id)]))[0]


def _check(case: ReviewCase, actor: Actor, wanted: DecisionIn) -> str:
    """The rule that lets the actor decide this, now, on these bytes."""
    if case.material.withdrawn_at is not None:
        raise WrongState(state="withdrawn", command=wanted.decision)
    if case.review.state != PENDING:
        raise WrongState(state=case.review.state, command=wanted.decision)
    target = target_of(case.material, case.version)
    rule = require(actor, Action.REVIEW_DECIDE, target, obj=obj_of(case.material.id))
    if not wanted.sha256 == case.version.sha256 == case.review.sha256:
        raise InvalidValue(field="sha256", rule="other-bytes")
    return rule


async def _record(services: Services, tx: Transaction, actor: Actor, case: ReviewCase, wanted: DecisionIn) -> None:
    state = step(VersionState(case.version.state), COMMANDS[wanted.decision])
    await versions.set_state(tx, case.version.id, state)
    now = services.clock()
    if not await reviews.decide_review(
        tx, case.review.id, state=state, by=actor.person_id, reason=wanted.reason, now=now
    ):
        raise WrongState(state="decided", command=wanted.decision)


def _det(case: ReviewCase, wanted: DecisionIn) -> dict[str, str | int]:
    det: dict[str, str | int] = {
        "review": str(case.review.id),
        "version": case.version.number,
        "rule_set": case.review.rule_set_version,
    }
    if wanted.reason:
        det["reason_sha256"] = hashlib.sha256(wanted.reason.encode()).hexdigest()
    return det


async def _case(tx: Transaction, actor: Actor, review_id: UUID) -> ReviewCase:
    """The review, if the actor may read it. Raises NotFound or AccessDenied."""
    case = await reviews.case_by_id(tx, review_id)
    if case is None:
        raise NotFound(field="review_id")
    require(actor, Action.REVIEW_READ, target_of(case.material, case.version), obj=obj_of(case.material.id))
    return case


async def _described(services: Services, tx: Transaction, actor: Actor, cases: list[ReviewCase]) -> list[Described]:
    found = await versions.findings_of(tx, [each.version.id for each in cases])
    people = people_of(each.review for each in cases) | {each.version.uploader_id for each in cases}
    names = await profiles_of(tx, services.keys.master, person_ids=people)
    return [
        Described(
            case=each,
            findings=found.get(each.version.id, []),
            names=names,
            may_decide=_may_decide(actor, each),
        )
        for each in cases
    ]


def _may_decide(actor: Actor, case: ReviewCase) -> bool:
    waits = case.review.state == PENDING and case.material.withdrawn_at is None
    return waits and decide(actor, Action.REVIEW_DECIDE, target_of(case.material, case.version)).allowed
