"""The decision: an electronic signature on the exact bytes under review, in one transaction with its event.

The first look refuses whoever may not decide before they are asked to prove who they are; the second, with the
material locked, is the one that counts.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from compliance import ledger
from compliance.access import Action, Actor, VersionState, require
from compliance.errors import Claimed, InvalidValue, WrongState
from compliance.events import Act, Trail
from compliance.lifecycle import Command, met, step
from compliance.materials import obj_of
from compliance.profiles import profiles_of
from compliance.reviewing.capacities import Bench, Capacity, benches_of
from compliance.reviewing.facts import dossier_of
from compliance.reviewing.reopening import reopen_outdated
from compliance.reviewing.signatures import Matter, Meaning, Signer, draft
from fileserver.http.caller import Caller
from fileserver.reentry import Proved, confirm
from fileserver.reviews.describing import Described, case_for, described, target_under
from fileserver.reviews.schemas import Decision, DecisionIn
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import materials, people, review_claims, review_signatures, review_steps, reviews, versions
from storage.rows.review_signatures import SignatureRow
from storage.rows.review_steps import StepRow
from storage.rows.reviews import PENDING, Decided, ReviewCase

ACTS = {
    Command.SIGN: Act.EMPLOYEE_REVIEW_SIGN,
    Command.APPROVE: Act.EMPLOYEE_VERSION_APPROVE,
    Command.REJECT: Act.EMPLOYEE_VERSION_REJECT,
    Command.REQUEST_CHANGES: Act.EMPLOYEE_VERSION_RETURN,
}


@dataclass(frozen=True, kw_only=True)
class Signing:
    """A decision that may be given now: in which capacity, by which rule, as which command."""

    case: ReviewCase
    capacity: Capacity
    rule: str
    command: Command
    steps: tuple[StepRow, ...]
    steps_open: int
    proved: Proved = Proved.PASSWORD  # what the signer proved who they are with


async def decide_on(
    services: Services,
    actor: Actor,
    trail: Trail,
    review_id: UUID,
    wanted: DecisionIn,
    proved: Proved = Proved.PASSWORD,
) -> Described:
    """Signs the decision, moves the version and tells the log, together. Who the caller is was proved by `proved`.

    Raises NotFound, AccessDenied (also for one's own upload), WrongState when it is decided or withdrawn, Claimed while
    somebody else is at work on it, RequirementUnmet, or InvalidValue naming `sha256` (other bytes), `discipline` (not
    the caller's to give now) or `reason` (missing).
    """
    now = services.clock()
    async with services.database.transaction() as tx:
        case = await case_for(tx, actor, review_id)
        await materials.material_by_id(tx, case.material.id, lock=True)
        await reopen_outdated(tx, case.version, now)
        signing = replace(await _signing(tx, actor, review_id, wanted, now), proved=proved)
        dossier = await dossier_of(tx, signing.case.material, signing.case.version, now, steps_open=signing.steps_open)
        state = step(VersionState(signing.case.version.state), signing.command, met(dossier.facts))
        matter = Matter(
            case=signing.case,
            rule_set=dossier.rule_set or signing.case.review.rule_set_version,
            findings=dossier.findings,
            certificates=dossier.certificates,
            steps=signing.steps,
        )
        await _sign(services, tx, trail, signing, matter, wanted, actor.person_id, now)
        await _move(tx, signing, matter, state, actor, wanted, now)
        return await described(services, tx, actor, await case_for(tx, actor, review_id))


async def sign_in_again(
    services: Services, actor: Actor, trail: Trail, caller: Caller, review_id: UUID, wanted: DecisionIn, address: str
) -> Proved:
    """Looks whether the caller could decide at all, then asks for a proof of who they are.

    Raises what `decide_on` raises about the caller and the review, and what `reentry.confirm` raises.
    """
    if wanted.decision is not Decision.APPROVE and not wanted.reason:
        raise InvalidValue(field="reason", rule="reason-needed")
    async with services.database.transaction() as tx:
        await case_for(tx, actor, review_id)
        await _signing(tx, actor, review_id, wanted, services.clock())
    return await confirm(services, trail, caller, wanted.proof, address=address, act=Act.EMPLOYEE_REVIEW_SIGN)


async def _signing(tx: Transaction, actor: Actor, review_id: UUID, wanted: DecisionIn, now: datetime) -> Signing:
    case = await case_for(tx, actor, review_id)
    if case.material.withdrawn_at is not None:
        raise WrongState(state="withdrawn", command=wanted.decision)
    if case.review.state != PENDING:
        raise WrongState(state=case.review.state, command=wanted.decision)
    bench = (await benches_of(tx, [case], actor.person_id, now))[review_id]
    rule = require(actor, Action.REVIEW_DECIDE, target_under(case, bench), obj=obj_of(case.material.id))
    if not wanted.sha256 == case.version.sha256 == case.review.sha256:
        raise InvalidValue(field="sha256", rule="other-bytes")
    left = sum(each.signature_id is None for each in bench.steps) - 1
    return Signing(
        case=case,
        capacity=_capacity(bench, actor.person_id, wanted),
        rule=rule,
        command=_command(wanted.decision, left),
        steps=bench.steps,
        steps_open=left,
    )


def _capacity(bench: Bench, person_id: UUID, wanted: DecisionIn) -> Capacity:
    """The approval to give. Raises InvalidValue or Claimed."""
    mine = [each for each in bench.mine if wanted.discipline in (None, each.discipline)]
    if not mine:
        raise InvalidValue(field="discipline", rule="discipline-not-open")
    free = [each for each in bench.free(person_id) if each in mine]
    if not free:
        raise Claimed(until=bench.claims[mine[0].discipline].expires_at.isoformat(timespec="seconds"))
    return free[0]


def _command(decision: Decision, left: int) -> Command:
    if decision is Decision.APPROVE:
        return Command.SIGN if left else Command.APPROVE
    return Command(decision.value)


async def _sign(
    services: Services,
    tx: Transaction,
    trail: Trail,
    signing: Signing,
    matter: Matter,
    wanted: DecisionIn,
    person_id: UUID,
    now: datetime,
) -> SignatureRow:
    """The signature and its event."""
    case = signing.case
    names = await profiles_of(tx, services.keys.master, person_ids=[person_id])
    name = names[person_id].name
    signer = Signer(person_id=person_id, name=name, capacity=signing.capacity, factor=signing.proved.value)
    made = await draft(
        tx, services.keys.master, matter, signer, Meaning(wanted.decision.value), reason=wanted.reason, now=now
    )
    called = await people.pseudonyms_of(tx, [each for each in (made.row.on_behalf_of,) if each])
    event = trail.event(
        ACTS[signing.command],
        why=signing.rule,
        obj=obj_of(case.material.id),
        ver=case.version.sha256,
        det=_det(signing, matter, made.row, wanted, called),
    )
    row = made.told_by(await ledger.append(tx, event, now=now))
    await review_signatures.add(tx, row)
    if wanted.decision is Decision.APPROVE and not await review_steps.sign_step(
        tx, case.review.id, row.discipline, row.id
    ):
        raise WrongState(state="signed", command=wanted.decision)
    return row


async def _move(
    tx: Transaction,
    signing: Signing,
    matter: Matter,
    state: VersionState,
    actor: Actor,
    wanted: DecisionIn,
    now: datetime,
) -> None:
    """The version's new state; after the last word the review is decided and nobody is at work on it."""
    review_id = signing.case.review.id
    if signing.command is Command.SIGN:
        await review_claims.release(tx, review_id, actor.person_id)
        return
    await versions.set_state(tx, signing.case.version.id, state)
    decided = Decided(state=state, by=actor.person_id, reason=wanted.reason, rule_set_version=matter.rule_set, at=now)
    if not await reviews.decide_review(tx, review_id, decided):
        raise WrongState(state="decided", command=wanted.decision)
    await review_claims.release(tx, review_id)


def _det(
    signing: Signing, matter: Matter, row: SignatureRow, wanted: DecisionIn, called: Mapping[UUID, str]
) -> dict[str, str | int]:
    case = signing.case
    det: dict[str, str | int] = {
        "review": str(case.review.id),
        "version": case.version.number,
        "rule_set": matter.rule_set,
        "discipline": row.discipline,
        "meaning": row.meaning,
        "signature": row.hash,
    }
    if row.on_behalf_of:
        det["for"] = called[row.on_behalf_of]
    if wanted.reason:
        det["reason_sha256"] = hashlib.sha256(wanted.reason.encode()).hexdigest()
    return det
