"""Whether an approval stands: every approval that the version needed is signed, whole, told by the log, for its bytes.

An approval of a release before signatures stands if the log tells of it and of no signature. Where a share is made and
where a visit begins the signatures are examined; while bytes leave, the rows that say so are enough.
"""

import json
from uuid import UUID

from compliance.access.model import VersionState
from compliance.events import Act
from compliance.keys import MasterKey
from compliance.materials import obj_of
from compliance.reviewing.signatures import Examined, Meaning, examine
from storage.database import Transaction
from storage.rows import review_signatures, review_steps, reviews, versions
from storage.rows.reviews import ReviewCase
from storage.rows.versions import FindingRow


async def stands(tx: Transaction, version_id: UUID) -> bool:
    """Whether the approval of this version stands."""
    case = await reviews.approved_case(tx, version_id)
    if case is None or case.version.state != VersionState.APPROVED or case.review.sha256 != case.version.sha256:
        return False
    steps = (await review_steps.steps_of(tx, [case.review.id])).get(case.review.id, ())
    findings = (await versions.findings_of(tx, [case.version.id])).get(case.version.id, [])
    signed = await signatures(tx, None, case, findings)
    if not steps:
        return not signed and await _of_an_earlier_release(tx, case)
    whole = {each.row.id: each.row for each in signed if not each.faults and each.row.meaning == Meaning.APPROVE}
    return all(step.signature_id in whole and whole[step.signature_id].discipline == step.discipline for step in steps)


async def signatures(
    tx: Transaction, master: MasterKey | None, case: ReviewCase, findings: list[FindingRow]
) -> list[Examined]:
    """The signatures under a review, examined; with their printed names if there is a `master` to open them."""
    rows = (await review_signatures.signatures_of(tx, [case.review.id])).get(case.review.id, [])
    return await examine(tx, master, case, rows, findings)


async def _of_an_earlier_release(tx: Transaction, case: ReviewCase) -> bool:
    if case.review.told_by is None:
        return False
    leaf = (await review_signatures.leaves(tx, [case.review.told_by])).get(case.review.told_by)
    told = json.loads(leaf) if leaf else {}
    det = told.get("det", {})
    said = (told.get("act"), told.get("res"), told.get("obj"), told.get("ver"), det.get("review"))
    act = Act.EMPLOYEE_VERSION_APPROVE.value
    about = (act, "allow", obj_of(case.material.id), case.version.sha256, str(case.review.id))
    return said == about and "signature" not in det
