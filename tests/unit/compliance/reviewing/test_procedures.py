"""Which approvals are asked for, and in which order."""

from uuid import UUID

import pytest

from compliance.access import MaterialClass
from compliance.errors import InvalidValue
from compliance.reviewing.procedures import DEFAULTS, Discipline, checked, open_now
from fileserver.pages.reviewing import arrangements
from storage.rows.review_steps import StepRow

REVIEW, SIGNATURE = UUID(int=1), UUID(int=2)
MEDICAL, LEGAL, REGULATORY = Discipline.MEDICAL, Discipline.LEGAL, Discipline.REGULATORY


def step(discipline: Discipline, stage: int, *, signed: bool = False) -> StepRow:
    """One approval of the review."""
    return StepRow(review_id=REVIEW, discipline=discipline, stage=stage, signature_id=SIGNATURE if signed else None)


def test_a_stage_waits_for_the_one_before() -> None:
    """Side by side within a stage; the next is open once every one of them is signed."""
    steps = [step(MEDICAL, 1), step(LEGAL, 1), step(REGULATORY, 2)]
    assert {MEDICAL, LEGAL} == set(open_now(steps))
    assert (LEGAL,) == open_now([step(MEDICAL, 1, signed=True), *steps[1:]])
    assert (REGULATORY,) == open_now([step(MEDICAL, 1, signed=True), step(LEGAL, 1, signed=True), steps[2]])
    assert () == open_now([step(REGULATORY, 1, signed=True)])


@pytest.mark.parametrize("stages", [[], [[]], [[LEGAL], []], [[LEGAL, LEGAL]], [[LEGAL], [MEDICAL, LEGAL]]])
def test_a_procedure_asks_for_something_and_for_nothing_twice(stages: list[list[Discipline]]) -> None:
    """No procedure is empty, has an empty stage, or asks for a discipline again."""
    with pytest.raises(InvalidValue) as refused:
        checked(stages, four_eyes=False, due_days=1)
    assert "stages" == refused.value.field


def test_every_class_has_a_procedure_of_the_products_own() -> None:
    """What a brand has not set is asked for all the same; public advertising needs all three, by different people."""
    assert set(MaterialClass) == set(DEFAULTS)
    public = DEFAULTS[MaterialClass.PUBLIC_AD]
    assert (set(Discipline), True) == ({each for stage in public.stages for each in stage}, public.four_eyes)


def test_the_page_offers_every_order_once() -> None:
    """Three disciplines stand alone, in pairs or all together in 25 different orders, each of which may be set."""
    offered = arrangements()
    assert 25 == len(offered) == len({str(each) for each in offered})
    for stages in offered:
        checked([[Discipline(each) for each in stage] for stage in stages], four_eyes=True, due_days=1)
