"""Opening a review: what its class asks for now is written down, and when it is due."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance.access.model import MaterialClass
from compliance.reviewing.facts import Dossier, risk_of
from compliance.reviewing.procedures import procedure_of
from compliance.ruling import version_in_force
from storage.database import Transaction
from storage.rows import review_steps, reviews
from storage.rows.materials import MaterialRow
from storage.rows.review_steps import StepRow
from storage.rows.reviews import ReviewRow
from storage.rows.versions import VersionRow


async def open_review(
    tx: Transaction, material: MaterialRow, version: VersionRow, dossier: Dossier, *, by: UUID, now: datetime
) -> ReviewRow:
    """The review that waits from now on, with the approvals that the class needs."""
    material_class = MaterialClass(material.material_class)
    procedure = await procedure_of(tx, material_class, uploader_id=version.uploader_id)
    row = ReviewRow(
        id=uuid4(),
        version_id=version.id,
        sha256=version.sha256,
        rule_set_version=(dossier.scan.rule_set_version if dossier.scan else "") or await version_in_force(tx),
        state=reviews.PENDING,
        submitted_by=by,
        submitted_at=now,
        due_at=now + timedelta(days=procedure.due_days),
        risk=risk_of(material_class, dossier.findings),
        four_eyes=procedure.four_eyes,
    )
    await reviews.add_review(tx, row)
    steps = [
        StepRow(review_id=row.id, discipline=discipline.value, stage=number)
        for number, stage in enumerate(procedure.stages, start=1)
        for discipline in stage
    ]
    await review_steps.add_steps(tx, steps)
    return row
