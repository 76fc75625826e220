"""In which capacity somebody may approve: for a discipline of their own, or as deputy of somebody who is away.

A deputy acts from the first day of an absence to its last, by the days in China: what was handed over comes back by
itself. Whoever is away has handed over and does not approve until they are back. Deputies have no deputies: what
somebody holds for another can't be passed on.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from uuid import UUID

from compliance.access.model import SigningFacts
from compliance.reviewing.procedures import Discipline, open_now
from storage.database import Transaction
from storage.rows import review_absences, review_claims, review_signatures, review_steps, reviewer_disciplines
from storage.rows.review_absences import AbsenceRow
from storage.rows.review_claims import ClaimRow
from storage.rows.review_steps import StepRow
from storage.rows.reviews import ReviewCase

CHINA_TIME = timezone(timedelta(hours=8))


@dataclass(frozen=True, order=True)
class Capacity:
    """One approval that somebody may give. `on_behalf_of` is who is away; None: the discipline is their own."""

    discipline: Discipline
    on_behalf_of: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Roster:
    """Who answers for what, and who is away today.

    For what somebody uploaded it is as it would be without their settings: nobody chooses who approves their own
    materials, by giving or by taking away, nor who stands in for whom.
    """

    disciplines: Mapping[UUID, Mapping[Discipline, UUID | None]]  # and whose setting each is
    taken: Mapping[UUID, Mapping[Discipline, frozenset[UUID]]]  # and who took each away
    absences: Sequence[AbsenceRow]  # of today, with those that somebody else than the absent has ended early

    def away(self, person_id: UUID, uploader_id: UUID) -> bool:
        """Whether they have handed over today what this person uploaded."""
        return any(each.person_id == person_id and _counts(each, uploader_id) for each in self.absences)

    def capacities(self, person_id: UUID, uploader_id: UUID) -> list[Capacity]:
        """Everything they may approve today of what this person uploaded: their own first."""
        if self.away(person_id, uploader_id):
            return []
        own = [Capacity(each) for each in self._of(person_id, uploader_id)]
        handed = [each for each in self.absences if each.deputy_id == person_id and _hands_over(each, uploader_id)]
        others = sorted({each.person_id for each in handed})
        return own + [Capacity(each, other) for other in others for each in self._of(other, uploader_id)]

    def _of(self, person_id: UUID, uploader_id: UUID) -> list[Discipline]:
        found, taken = self.disciplines.get(person_id, {}), self.taken.get(person_id, {})
        given = {each for each, set_by in found.items() if set_by is None or set_by != uploader_id}
        return sorted(given | {each for each, takers in taken.items() if uploader_id in takers})


def _counts(absence: AbsenceRow, uploader_id: UUID) -> bool:
    """Whether the absence keeps somebody away from what this person uploaded."""
    return absence.ended_at is None and (absence.set_by != uploader_id or absence.person_id == uploader_id)


def _hands_over(absence: AbsenceRow, uploader_id: UUID) -> bool:
    """Whether its deputy acts in what this person uploaded: also where this person has ended it."""
    return absence.set_by != uploader_id and absence.ended_by in (None, uploader_id)


@dataclass(frozen=True, kw_only=True)
class Bench:
    """One review as whoever would sign it meets it: what is open, what they may give, what stands in their way."""

    steps: tuple[StepRow, ...]
    open: tuple[Discipline, ...]
    mine: tuple[Capacity, ...]  # of what is open, best first
    claims: Mapping[Discipline, ClaimRow]  # in force
    facts: SigningFacts

    def free(self, person_id: UUID) -> list[Capacity]:
        """What they may give and nobody else has claimed."""
        return [each for each in self.mine if self._free(each, person_id)]

    def _free(self, capacity: Capacity, person_id: UUID) -> bool:
        claim = self.claims.get(capacity.discipline)
        return claim is None or claim.person_id == person_id


def today(now: datetime) -> date:
    """The day in China."""
    return now.astimezone(CHINA_TIME).date()


async def roster_of(tx: Transaction, now: datetime) -> Roster:
    """Everybody who reviews, today."""
    found = await reviewer_disciplines.settings(tx)
    taken = await reviewer_disciplines.taken(tx)
    return Roster(
        disciplines={who: {Discipline(name): by for name, by in names.items()} for who, names in found.items()},
        taken={who: {Discipline(name): by for name, by in names.items()} for who, names in taken.items()},
        absences=await review_absences.on_day(tx, today(now)),
    )


async def benches_of(tx: Transaction, cases: Sequence[ReviewCase], person_id: UUID, now: datetime) -> dict[UUID, Bench]:
    """The benches of these reviews for this person, by review."""
    ids = [each.review.id for each in cases]
    roster = await roster_of(tx, now)
    steps = await review_steps.steps_of(tx, ids)
    claims = await review_claims.claims_of(tx, ids, now)
    signers = await review_signatures.approvers_of(tx, ids)
    return {
        each.review.id: _bench(
            each, person_id, roster, steps.get(each.review.id, ()), claims.get(each.review.id, ()),
            signers.get(each.review.id, frozenset()),
        )
        for each in cases
    }  # fmt: skip


def _bench(
    case: ReviewCase,
    person_id: UUID,
    roster: Roster,
    steps: tuple[StepRow, ...],
    claims: Sequence[ClaimRow],
    signers: Collection[UUID],
) -> Bench:
    waits = open_now(steps)
    barred = _barred(case, signers)
    possible = [each for each in roster.capacities(person_id, case.version.uploader_id) if each.discipline in waits]
    mine = [each for each in possible if each.on_behalf_of not in barred]
    return Bench(
        steps=steps,
        open=waits,
        mine=tuple({each.discipline: each for each in reversed(mine)}.values())[::-1],
        claims={Discipline(each.discipline): each for each in claims},
        facts=SigningFacts(
            discipline=bool(mine),
            away=roster.away(person_id, case.version.uploader_id),
            own_delegation=bool(possible) and not mine,
            signed_before=case.review.four_eyes and person_id in signers,
        ),
    )


def _barred(case: ReviewCase, signers: Collection[UUID]) -> set[UUID]:
    """For whom nobody may sign: the uploader, who may not by another's hand either; with four eyes, who has signed."""
    return {case.version.uploader_id, *(signers if case.review.four_eyes else ())}
