"""Reviews that a node of an earlier release left behind while it still ran beside this one.

It opens reviews without writing down which approvals they need, and approves without a signature: the first can't be
decided here, the second opens nothing. Both wait from now on for the approvals that their class asks for.
"""

from datetime import datetime, timedelta
from uuid import UUID

from compliance import ledger
from compliance.access.model import MaterialClass, VersionState
from compliance.events import Act, Event
from compliance.keys import MasterKey
from compliance.materials import obj_of
from compliance.reviewing.procedures import procedure_of
from compliance.reviewing.standing import stands
from storage.database import Transaction
from storage.rows import materials, review_steps, reviews, versions
from storage.rows.review_steps import StepRow
from storage.rows.reviews import APPROVED, PENDING

CAUSE = "earlier-release"
EXPECTED = {PENDING: VersionState.SUBMITTED, APPROVED: VersionState.APPROVED}


async def repair(tx: Transaction, master: MasterKey, review_id: UUID, now: datetime) -> bool:
    """Gives one review its steps, and opens it again if it was approved without any. False if it needs neither."""
    case = await reviews.case_by_id(tx, review_id)
    if case is None:
        return False
    await materials.material_by_id(tx, case.material.id, lock=True)
    case = await reviews.case_by_id(tx, review_id)
    if case is None or (await review_steps.steps_of(tx, [review_id])).get(review_id):
        return False
    if EXPECTED.get(case.review.state) != case.version.state or case.material.withdrawn_at is not None:
        return False
    if case.review.state == APPROVED and await stands(tx, master, case.version.id):
        return False
    procedure = await procedure_of(
        tx, MaterialClass(case.material.material_class), uploader_id=case.version.uploader_id
    )
    steps = [
        StepRow(review_id=review_id, discipline=discipline.value, stage=number)
        for number, stage in enumerate(procedure.stages, start=1)
        for discipline in stage
    ]
    await review_steps.add_steps(tx, steps)
    due_at = now + timedelta(days=procedure.due_days)
    await reviews.wait_again(tx, review_id, due_at=due_at, four_eyes=procedure.four_eyes)
    await versions.set_state(tx, case.version.id, VersionState.SUBMITTED)
    det: dict[str, str | int] = {
        "review": str(review_id),
        "version": case.version.number,
        "steps": len(steps),
        "cause": CAUSE,
    }
    event = Event(
        act=Act.SYSTEM_REVIEW_REOPEN, obj=obj_of(case.material.id), ver=case.version.sha256, role="system", det=det
    )
    await ledger.append(tx, event, now=now)
    return True
