"""A review as its reader meets it: what is asked for, what the reader may give, what stands in the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from compliance.access import Action, Actor, Decision, Target, decide, require
from compliance.errors import NotFound
from compliance.lifecycle import Command, Need, unmet
from compliance.materials import obj_of, target_of
from compliance.profiles import profiles_of
from compliance.reviewing.capacities import Bench, benches_of
from compliance.reviewing.facts import dossier_of
from compliance.reviewing.signatures import Examined
from compliance.reviewing.standing import signatures
from fileserver.answers import Names, people_of
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import review_comments, reviews
from storage.rows.review_comments import CommentRow
from storage.rows.reviews import PENDING, ReviewCase
from storage.rows.versions import FindingRow


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A review in a list."""

    case: ReviewCase
    bench: Bench
    decision: Decision
    names: Names

    @property
    def waits(self) -> bool:
        """Whether it can still be decided by anybody."""
        return self.case.review.state == PENDING and self.case.material.withdrawn_at is None


@dataclass(frozen=True, kw_only=True)
class Described(Listed):
    """A review as a whole."""

    findings: Sequence[FindingRow]
    comments: Sequence[CommentRow]
    signed: Sequence[Examined]
    unmet: Sequence[Need]


def target_under(case: ReviewCase, bench: Bench) -> Target:
    """The version under review, with what its approvals say about the one who acts."""
    return replace(target_of(case.material, case.version), signing=bench.facts)


async def case_for(tx: Transaction, actor: Actor, review_id: UUID) -> ReviewCase:
    """The review, if the actor may read it. Raises NotFound or AccessDenied."""
    case = await reviews.case_by_id(tx, review_id)
    if case is None:
        raise NotFound(field="review_id")
    require(actor, Action.REVIEW_READ, target_of(case.material, case.version), obj=obj_of(case.material.id))
    return case


async def listed(services: Services, tx: Transaction, actor: Actor, cases: Sequence[ReviewCase]) -> list[Listed]:
    """These reviews in a list."""
    benches = await benches_of(tx, cases, actor.person_id, services.clock())
    names = await _names(services, tx, cases, benches, set())
    return [_listed(actor, each, benches[each.review.id], names) for each in cases]


async def described(services: Services, tx: Transaction, actor: Actor, case: ReviewCase) -> Described:
    """One review as a whole, its signatures examined."""
    now = services.clock()
    benches = await benches_of(tx, [case], actor.person_id, now)
    dossier = await dossier_of(tx, case.material, case.version, now, steps_open=0)
    signed = await signatures(tx, services.keys.master, case, list(dossier.findings))
    comments = (await review_comments.comments_of(tx, [case.review.id])).get(case.review.id, [])
    people = {each.row.person_id for each in signed} | {each.row.on_behalf_of for each in signed}
    people |= {each.person_id for each in comments} | {each.resolved_by for each in comments}
    names = await _names(services, tx, [case], benches, {each for each in people if each})
    base = _listed(actor, case, benches[case.review.id], names)
    return Described(
        case=case,
        bench=base.bench,
        decision=base.decision,
        names=names,
        findings=dossier.findings,
        comments=comments,
        signed=signed,
        unmet=unmet(dossier.facts, Command.APPROVE) if base.waits else (),
    )


def _listed(actor: Actor, case: ReviewCase, bench: Bench, names: Names) -> Listed:
    decision = decide(actor, Action.REVIEW_DECIDE, target_under(case, bench))
    return Listed(case=case, bench=bench, decision=decision, names=names)


async def _names(
    services: Services,
    tx: Transaction,
    cases: Sequence[ReviewCase],
    benches: Mapping[UUID, Bench],
    more: set[UUID],
) -> Names:
    people = people_of(each.review for each in cases) | {each.version.uploader_id for each in cases} | more
    for bench in benches.values():
        people |= {claim.person_id for claim in bench.claims.values()}
        people |= {each.on_behalf_of for each in bench.mine if each.on_behalf_of}
    return await profiles_of(tx, services.keys.master, person_ids=people)
