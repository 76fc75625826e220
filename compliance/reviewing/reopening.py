"""Approvals that were given for something else than what stands now: their steps are asked for anew.

A signature says under which rule set and over which findings it was given. While a review waits, a newer scan may have
looked under other rules, or have found something else: then what was signed before and what would be signed now are two
things, and a review whose approvals speak of different things approves nothing. The signatures stay, as a record.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from compliance import ledger
from compliance.events import Act, Event
from compliance.materials import obj_of
from compliance.reviewing.facts import counting
from compliance.reviewing.signatures import rule_set_of, signed_findings
from storage.database import Transaction
from storage.rows import review_signatures, review_steps, reviews, scans, versions
from storage.rows.review_signatures import SignatureRow
from storage.rows.reviews import PENDING, ReviewRow
from storage.rows.scans import ScanRow
from storage.rows.versions import FindingRow, VersionRow


async def reopen_outdated(tx: Transaction, version: VersionRow, now: datetime) -> int:
    """Opens the signed steps of the version's waiting review that disagree with its newest scan; how many.

    All of them, if one does. The caller holds the material's lock.
    """
    newest = await scans.newest_scan(tx, version.id)
    waiting = [
        each for each in (await reviews.reviews_of(tx, [version.id])).get(version.id, ()) if each.state == PENDING
    ]
    if newest is None or newest.state in scans.OPEN or not waiting:
        return 0
    given = await _given(tx, waiting[0])
    if not given or await _agree(tx, version, newest, given):
        return 0
    reopened = await review_steps.reopen_steps(tx, waiting[0].id)
    det: dict[str, str | int] = {
        "review": str(waiting[0].id),
        "version": version.number,
        "steps": reopened,
        "rule_set": newest.rule_set_version,
    }
    event = Event(
        act=Act.SYSTEM_REVIEW_REOPEN, obj=obj_of(version.material_id), ver=version.sha256, role="system", det=det
    )
    await ledger.append(tx, event, now=now)
    return reopened


async def _given(tx: Transaction, review: ReviewRow) -> list[SignatureRow]:
    """The signatures that the review's steps name."""
    steps = (await review_steps.steps_of(tx, [review.id])).get(review.id, ())
    named = {each.signature_id for each in steps if each.signature_id}
    rows = (await review_signatures.signatures_of(tx, [review.id])).get(review.id, [])
    return [each for each in rows if each.id in named]


async def _agree(tx: Transaction, version: VersionRow, newest: ScanRow, given: Sequence[SignatureRow]) -> bool:
    """Whether all of them were given under the newest scan's rules, over what it found."""
    if any(rule_set_of(each) != newest.rule_set_version for each in given if newest.rule_set_version):
        return False
    found = (await versions.findings_of(tx, [version.id])).get(version.id, [])
    now = _contents(counting(found, newest))
    every = {str(each.id): each for each in await versions.findings_ever(tx, version.id)}
    return all(now == _contents(every[each] for each in signed_findings(row) if each in every) for row in given)


def _contents(found: Iterable[FindingRow]) -> Counter[str]:
    """What was found and how it stands, whichever scan found it."""
    return Counter(
        json.dumps(
            [each.detector, each.rule, each.severity, each.basis, each.place, each.quote, each.hard, each.state],
            sort_keys=True,
        )
        for each in found
    )
