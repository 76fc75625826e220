"""Work on a review before its decision: claiming it, deciding about findings, commenting."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance import ledger
from compliance.access import Action, Actor, require
from compliance.detecting.model import Place
from compliance.errors import Claimed, InvalidValue, NotFound, WrongState
from compliance.events import Act, Trail
from compliance.materials import obj_of, target_of
from compliance.reviewing.capacities import Bench, benches_of
from fileserver.reviews.describing import Described, case_for, described, target_under
from fileserver.reviews.schemas import CommentIn, FindingDecisionIn
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import materials, review_claims, review_comments, reviews, versions
from storage.rows.review_claims import ClaimRow
from storage.rows.review_comments import CommentRow
from storage.rows.reviews import PENDING, ReviewCase
from storage.rows.versions import FindingState

CLAIM_LIFETIME = timedelta(hours=2)
COMMENTS_MAX = 1_000  # of one review, answers counted
FINDING_STATES: dict[str, FindingState] = {"dismiss": "dismissed", "confirm": "confirmed"}
FINDING_ACTS = {"dismiss": Act.EMPLOYEE_FINDING_DISMISS, "confirm": Act.EMPLOYEE_FINDING_CONFIRM}


async def claim(services: Services, actor: Actor, trail: Trail, review_id: UUID) -> Described:
    """Takes what the actor may approve, for two hours; taken again, for two hours more.

    Raises NotFound, AccessDenied, WrongState, or Claimed if somebody else has it all.
    """
    now = services.clock()
    async with services.database.transaction() as tx:
        case, bench, rule = await _waiting(tx, actor, Action.REVIEW_CLAIM, review_id, now)
        free = bench.free(actor.person_id)
        rows = [
            ClaimRow(
                review_id=review_id,
                discipline=each.discipline.value,
                person_id=actor.person_id,
                claimed_at=now,
                expires_at=now + CLAIM_LIFETIME,
            )
            for each in free
        ]
        taken = [row for row in rows if await review_claims.claim(tx, row)]
        if not taken:
            held = max(each.expires_at for each in bench.claims.values())
            raise Claimed(until=held.isoformat(timespec="seconds"))
        if not any(each.person_id == actor.person_id for each in bench.claims.values()):
            disciplines = "+".join(sorted(row.discipline for row in taken))
            det = {"review": str(review_id), "disciplines": disciplines}
            await _tell(services, tx, trail, case, Act.EMPLOYEE_REVIEW_CLAIM, rule, det)
        return await described(services, tx, actor, case)


async def release(services: Services, actor: Actor, trail: Trail, review_id: UUID) -> Described:
    """Gives up the actor's claims; having none changes nothing. Raises NotFound or AccessDenied."""
    async with services.database.transaction() as tx:
        case = await case_for(tx, actor, review_id)
        if await review_claims.release(tx, review_id, actor.person_id):
            det = {"review": str(review_id)}
            await _tell(services, tx, trail, case, Act.EMPLOYEE_REVIEW_RELEASE, "own-claim", det)
        return await described(services, tx, actor, case)


async def decide_finding(
    services: Services, actor: Actor, trail: Trail, review_id: UUID, finding_id: UUID, wanted: FindingDecisionIn
) -> Described:
    """Dismisses or confirms a finding; until the first approval is given it may be decided anew.

    Raises NotFound, AccessDenied, WrongState (decided, withdrawn, or signed already), or InvalidValue naming `reason`
    (missing) or `decision` (what is hard is never dismissed).
    """
    if wanted.decision == "dismiss" and not wanted.reason:
        raise InvalidValue(field="reason", rule="reason-needed")
    now = services.clock()
    async with services.database.transaction() as tx:
        case, bench, rule = await _waiting(tx, actor, Action.FINDING_DECIDE, review_id, now)
        found = (await versions.findings_of(tx, [case.version.id])).get(case.version.id, [])
        finding = next((each for each in found if each.id == finding_id), None)
        if finding is None:
            raise NotFound(field="finding_id")
        if finding.hard and wanted.decision == "dismiss":
            raise InvalidValue(field="decision", rule="finding-hard")
        if any(each.signature_id for each in bench.steps):
            raise WrongState(state="signed", command=wanted.decision)
        state = FINDING_STATES[wanted.decision]
        await versions.decide_finding(tx, finding_id, state=state, by=actor.person_id, reason=wanted.reason, now=now)
        det = {"review": str(review_id), "finding": str(finding_id), "rule": finding.rule}
        if wanted.reason:
            det["reason_sha256"] = hashlib.sha256(wanted.reason.encode()).hexdigest()
        await _tell(services, tx, trail, case, FINDING_ACTS[wanted.decision], rule, det)
        return await described(services, tx, actor, case)


async def comment(services: Services, actor: Actor, trail: Trail, review_id: UUID, wanted: CommentIn) -> CommentRow:
    """Adds a comment or an answer. Raises NotFound, AccessDenied, or InvalidValue naming what doesn't fit."""
    now = services.clock()
    async with services.database.transaction() as tx:
        case, rule = await _commented(tx, actor, review_id)
        await materials.material_by_id(tx, case.material.id, lock=True)  # so that the limit holds
        if await review_comments.count(tx, review_id) >= COMMENTS_MAX:
            raise InvalidValue(field="body", rule="too-many-comments")
        await _check_place(tx, case, wanted)
        row = CommentRow(
            id=uuid4(),
            review_id=review_id,
            parent_id=wanted.parent_id,
            person_id=actor.person_id,
            place=Place(page=wanted.page, box=wanted.box).to_row(),
            body=wanted.body,
            created_at=now,
        )
        await review_comments.add(tx, row)
        det: dict[str, str | int] = {"review": str(review_id), "comment": str(row.id)}
        if wanted.page:
            det["page"] = wanted.page
        await _tell(services, tx, trail, case, Act.EMPLOYEE_REVIEW_COMMENT, rule, det)
        return row


async def comments(services: Services, actor: Actor, review_id: UUID) -> list[CommentRow]:
    """What was said, oldest first, for reviewers and for whoever owns the material. Raises NotFound or AccessDenied."""
    async with services.database.transaction() as tx:
        await _commented(tx, actor, review_id)
        return (await review_comments.comments_of(tx, [review_id])).get(review_id, [])


async def resolve(
    services: Services, actor: Actor, trail: Trail, review_id: UUID, comment_id: UUID, *, resolved: bool
) -> None:
    """Settles a thread, or opens it again. Raises NotFound, AccessDenied or WrongState (an answer has no state)."""
    now = services.clock()
    async with services.database.transaction() as tx:
        case, rule = await _commented(tx, actor, review_id)
        found = await review_comments.by_id(tx, comment_id)
        if found is None or found.review_id != review_id:
            raise NotFound(field="comment_id")
        if found.parent_id is not None:
            raise WrongState(state="answer", command="resolve")
        by, at = (actor.person_id, now) if resolved else (None, None)
        await review_comments.resolve(tx, comment_id, by=by, now=at)
        det: dict[str, str | int] = {"review": str(review_id), "comment": str(comment_id), "resolved": int(resolved)}
        await _tell(services, tx, trail, case, Act.EMPLOYEE_COMMENT_RESOLVE, rule, det)


async def _commented(tx: Transaction, actor: Actor, review_id: UUID) -> tuple[ReviewCase, str]:
    """The review, if the actor may comment on it: a reviewer, or whoever owns the material."""
    case = await reviews.case_by_id(tx, review_id)
    if case is None:
        raise NotFound(field="review_id")
    target = target_of(case.material, case.version)
    return case, require(actor, Action.REVIEW_COMMENT, target, obj=obj_of(case.material.id))


async def _check_place(tx: Transaction, case: ReviewCase, wanted: CommentIn) -> None:
    if wanted.parent_id is not None:
        parent = await review_comments.by_id(tx, wanted.parent_id)
        if parent is None or parent.review_id != case.review.id or parent.parent_id is not None:
            raise InvalidValue(field="parent_id", rule="no-such-comment")
        if wanted.page is not None or wanted.box is not None:
            raise InvalidValue(field="page", rule="answer-has-no-place")
    if wanted.page is not None and wanted.page > (case.version.pages_total or 0):
        raise InvalidValue(field="page", rule="no-such-page")
    if wanted.box is not None and (wanted.page is None or not _is_box(wanted.box)):
        raise InvalidValue(field="box", rule="box-invalid")


def _is_box(box: tuple[int, int, int, int]) -> bool:
    left, upper, right, lower = box
    return left <= right and upper <= lower


async def _waiting(
    tx: Transaction, actor: Actor, action: Action, review_id: UUID, now: datetime
) -> tuple[ReviewCase, Bench, str]:
    """The review with its material locked, if it waits and the actor may do this to it."""
    material_id = (await case_for(tx, actor, review_id)).material.id
    await materials.material_by_id(tx, material_id, lock=True)
    case = await case_for(tx, actor, review_id)
    if case.review.state != PENDING or case.material.withdrawn_at is not None:
        raise WrongState(state=case.review.state, command=action.value)
    bench = (await benches_of(tx, [case], actor.person_id, now))[review_id]
    return case, bench, require(actor, action, target_under(case, bench), obj=obj_of(material_id))


async def _tell(
    services: Services,
    tx: Transaction,
    trail: Trail,
    case: ReviewCase,
    act: Act,
    rule: str,
    det: Mapping[str, str | int],
) -> None:
    event = trail.event(act, why=rule, obj=obj_of(case.material.id), ver=case.version.sha256, det=det)
    await ledger.append(tx, event, now=services.clock())
