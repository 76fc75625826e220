"""Whether an approval stands: every approval that the version needed is signed, whole, told by the log, for its bytes.

Each signature says which approvals were asked for, so that a step that is taken away is missed; the last one is what
approves the version. An approval of a release before signatures stands if an event of that time tells of it and of no
signature. Where a share is made and
where a visit begins the signatures are examined; while bytes leave, the rows that say so are enough.
"""

import hmac
import json
from collections.abc import Sequence
from uuid import UUID

from compliance.access.model import VersionState
from compliance.events import Act
from compliance.keys import MasterKey
from compliance.materials import obj_of
from compliance.reviewing.signatures import Examined, Meaning, examine, rule_set_of
from storage.database import Transaction
from storage.rows import review_signatures, review_steps, reviews, versions
from storage.rows.ledger import indexes_of
from storage.rows.review_steps import StepRow
from storage.rows.reviews import ReviewCase
from storage.rows.versions import FindingRow

START_PURPOSE = "signed-since"
SINCE_SIGNATURES = (Act.SYSTEM_SCAN_END.value, Act.EMPLOYEE_REVIEW_SIGN.value, Act.EMPLOYEE_VERSION_RETURN.value)
"""What no release before signatures could say."""


async def stands(tx: Transaction, master: MasterKey, version_id: UUID) -> bool:
    """Whether the approval of this version stands."""
    case = await reviews.approved_case(tx, version_id)
    if case is None or case.version.state != VersionState.APPROVED or case.review.sha256 != case.version.sha256:
        return False
    steps = (await review_steps.steps_of(tx, [case.review.id])).get(case.review.id, ())
    findings = (await versions.findings_of(tx, [case.version.id])).get(case.version.id, [])
    signed = await signatures(tx, master, case, findings)
    if not steps:
        return not signed and await _of_an_earlier_release(tx, master, case)
    whole = {each.row.id: each for each in signed if not each.faults and each.row.meaning == Meaning.APPROVE}
    given = [whole[step.signature_id] for step in steps if step.signature_id in whole]
    return [each.row.discipline for each in given] == [step.discipline for step in steps] and _complete(
        case, steps, given
    )


def _complete(case: ReviewCase, steps: Sequence[StepRow], given: Sequence[Examined]) -> bool:
    """Whether these signatures are all that was asked for, by as many people, and the last one approved the version.

    All of them under one rule set: what was approved under two was approved under neither.
    """
    order = sorted(given, key=lambda each: each.row.event_id)
    acts = [*[Act.EMPLOYEE_REVIEW_SIGN] * (len(given) - 1), Act.EMPLOYEE_VERSION_APPROVE]
    people = {each.row.person_id for each in given}
    return (
        all(each.asked(case, steps) for each in given)
        and [each.act for each in order] == acts
        and len({rule_set_of(each.row) for each in given}) == 1
        and (len(people) == len(given) or not case.review.four_eyes)
    )


async def signatures(
    tx: Transaction, master: MasterKey, case: ReviewCase, findings: list[FindingRow]
) -> list[Examined]:
    """The signatures under a review, examined, with their printed names."""
    rows = (await review_signatures.signatures_of(tx, [case.review.id])).get(case.review.id, [])
    return await examine(tx, master, case, rows, findings)


async def seal_start(tx: Transaction, master: MasterKey) -> bool:
    """Puts the master key's code beside the last event before signatures, once; whether it did.

    Not where the log tells of a scan or a signature up to there: then that row was moved.
    """
    last, mac = await review_signatures.signed_from(tx)
    if mac or await review_signatures.told_by_then(tx, last, SINCE_SIGNATURES):
        return False
    return await review_signatures.seal_signed_from(tx, last, start_mac(master, last))


def start_mac(master: MasterKey, event_id: int) -> str:
    """What only this deployment can say of where signatures began."""
    return master.keyed_hash(START_PURPOSE, str(event_id))


async def _believed_start(tx: Transaction, master: MasterKey) -> int:
    """The last event before signatures; 0 where the row that says so can't be believed."""
    last, mac = await review_signatures.signed_from(tx)
    if mac:
        return last if hmac.compare_digest(mac, start_mac(master, last)) else 0
    return 0 if await review_signatures.told_by_then(tx, last, SINCE_SIGNATURES) else last


async def _of_an_earlier_release(tx: Transaction, master: MasterKey, case: ReviewCase) -> bool:
    last = await _believed_start(tx, master)
    if case.review.told_by is None or case.review.told_by > last:
        return False
    places = await indexes_of(tx, [case.review.told_by, last])
    if len(places) < len({case.review.told_by, last}) or places[case.review.told_by] > places[last]:
        return False  # an event that was slipped in later has a later place, whatever its number
    leaf = (await review_signatures.leaves(tx, [case.review.told_by])).get(case.review.told_by)
    told = json.loads(leaf) if leaf else {}
    det = told.get("det", {})
    said = (told.get("act"), told.get("res"), told.get("obj"), told.get("ver"), det.get("review"))
    act = Act.EMPLOYEE_VERSION_APPROVE.value
    about = (act, "allow", obj_of(case.material.id), case.version.sha256, str(case.review.id))
    return said == about and "signature" not in det
