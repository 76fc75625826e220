"""Electronic signatures under decisions (21 CFR 11.50 and 11.70; 电子签名法 13): made once, examined at every reading.

A signature shows the printed name, the time and what it means. It is bound to what was signed by one SHA-256 over a
canonical JSON object: the review, the version and its bytes, the rule set, the certificates, how each finding stood,
the signer and whom they acted for, the time, and the hashes of the reason and of the sealed name. That hash stands in
the row and in the event, which is a leaf of the ledger; so a row that is changed, or moved to another record, no longer
agrees with itself or with the log, and the log can't be changed unnoticed. An HMAC of the hash under a key of the
master key stands beside it: whoever can add rows and events, but has no master key, makes no signature.

The printed name is kept as it was at that moment, encrypted under the signer's own key: erasing a person takes the name
away and leaves every signature whole. An erasure may also replace a name within the reason; the hash of what was
written stays, the log tells of the change (`redactions` once that entry is pruned), and the reading says that words are
missing.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from compliance.errors import KeyUnavailable
from compliance.events import CANONICAL, Act
from compliance.keys import MasterKey
from compliance.profiles import open_name, seal_name
from compliance.reviewing import redactions
from compliance.reviewing.capacities import Capacity
from storage.database import Transaction
from storage.rows import people, review_signatures
from storage.rows.review_signatures import SignatureRow
from storage.rows.review_steps import StepRow
from storage.rows.reviews import ReviewCase
from storage.rows.versions import FindingRow

DOMAIN = b"sealshare/review-signature/v1\n"
MAC_PURPOSE = "review-signature"
PASSWORD = "password"  # noqa: S105  # the name of a factor, no password


class Meaning(StrEnum):
    """What a signature says."""

    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_CHANGES = "request_changes"


LOGGED: Mapping[str, frozenset[str]] = {
    Meaning.APPROVE: frozenset({Act.EMPLOYEE_REVIEW_SIGN, Act.EMPLOYEE_VERSION_APPROVE}),
    Meaning.REJECT: frozenset({Act.EMPLOYEE_VERSION_REJECT}),
    Meaning.REQUEST_CHANGES: frozenset({Act.EMPLOYEE_VERSION_RETURN}),
}
"""What the log may call a signature of each meaning."""


class Fault(StrEnum):
    """What is wrong with a signature that does not hold."""

    ALTERED = "altered"  # the row does not agree with its hash
    MOVED = "moved"  # it was given for another review, version or bytes
    NOT_IN_LOG = "not-in-log"  # the log has no such signature
    FINDINGS_CHANGED = "findings-changed"  # a finding stands otherwise than when it was signed


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signs, in which capacity, and what they proved themselves with."""

    person_id: UUID
    name: str
    capacity: Capacity
    factor: str = PASSWORD


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What a signature is about, as it stands at this moment."""

    case: ReviewCase
    rule_set: str
    findings: Sequence[FindingRow] = ()
    certificates: Sequence[str] = ()
    steps: Sequence[StepRow] = ()


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A signature that waits for the number of its event."""

    row: SignatureRow

    def told_by(self, event_id: int) -> SignatureRow:
        """The signature as it is kept."""
        return SignatureRow(**{**self.row.__dict__, "event_id": event_id})


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A signature with what an examination found; it holds if there is no fault."""

    row: SignatureRow
    name: str  # empty once the signer is erased
    faults: tuple[Fault, ...]
    reason_whole: bool  # False: an erasure replaced words of it
    act: str = ""  # what the log calls it; empty: it has no such event, or none that can be read
    pruned_at: int | None = None  # its entry is withheld by now; this place in the tree keeps its hash

    def asked(self, case: ReviewCase, steps: Sequence[StepRow]) -> bool:
        """Whether the approvals that were asked for when it was given are those of today."""
        bound = _bound(self.row)
        return (bound.get("stages"), bound.get("four_eyes")) == (stages_of(steps), case.review.four_eyes)


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What a signature is held against."""

    leaf: Mapping[str, Any]  # of its event; empty: there is none
    pruned_at: int | None  # the place of its event in the tree, where the entry was pruned
    who: str | None  # what events call the signer
    findings: Mapping[str, list[str]]  # as they stand now
    genuine: bool  # its code is of this deployment's master key
    name: str | None  # None: the signer is known and this is not their name
    reason_stands: bool


async def draft(
    tx: Transaction,
    master: MasterKey,
    matter: Matter,
    signer: Signer,
    meaning: Meaning,
    *,
    reason: str,
    now: datetime,
) -> Draft:
    """The signature of this person under this review, as it stands now. Raises KeyUnavailable."""
    signature_id, case = uuid4(), matter.case
    sealed = await seal_name(tx, master, signer.person_id, signer.name, _context(signature_id))
    bound = CANONICAL.encode(
        {
            "v": 1,
            "signature": str(signature_id),
            "review": str(case.review.id),
            "version": str(case.version.id),
            "material": str(case.material.id),
            "sha256": case.version.sha256,
            "rule_set": matter.rule_set,
            "certificates": sorted(matter.certificates),
            "stages": stages_of(matter.steps),
            "four_eyes": case.review.four_eyes,
            "findings": standing_of(matter.findings),
            "reason_sha256": hashlib.sha256(reason.encode()).hexdigest(),
            "name_sha256": hashlib.sha256(sealed).hexdigest(),
        }
    )
    row = SignatureRow(
        id=signature_id,
        review_id=case.review.id,
        discipline=signer.capacity.discipline.value,
        meaning=meaning.value,
        person_id=signer.person_id,
        on_behalf_of=signer.capacity.on_behalf_of,
        sealed_name=sealed,
        signed_at=now,
        factor=signer.factor,
        reason=reason,
        bound=bound,
        hash="",
        mac="",
        event_id=0,
    )
    digest = hash_of(row)
    return Draft(row=SignatureRow(**{**row.__dict__, "hash": digest, "mac": mac_of(master, digest)}))


def hash_of(row: SignatureRow) -> str:
    """SHA-256 over everything that the signature says, in hex."""
    whole = {
        "bound": row.bound,
        "signature": str(row.id),
        "review": str(row.review_id),
        "discipline": row.discipline,
        "meaning": row.meaning,
        "person": str(row.person_id),
        "on_behalf_of": str(row.on_behalf_of or ""),
        "signed_at": row.signed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "factor": row.factor,
    }
    return hashlib.sha256(DOMAIN + CANONICAL.encode(whole).encode()).hexdigest()


def mac_of(master: MasterKey, digest: str) -> str:
    """What only this deployment can put beside the hash of a signature."""
    return master.keyed_hash(MAC_PURPOSE, digest)


def stages_of(steps: Sequence[StepRow]) -> list[list[Any]]:
    """The approvals that a review needs, as [stage, discipline], in order; signed or not."""
    return [[stage, discipline] for stage, discipline in sorted((each.stage, each.discipline) for each in steps)]


def standing_of(findings: Sequence[FindingRow]) -> dict[str, list[str]]:
    """How each finding stands, by id: rule, severity, state."""
    return {str(each.id): [each.rule, each.severity, each.state] for each in findings}


def rule_set_of(row: SignatureRow) -> str:
    """The version of the rule set that a signature was given under."""
    return str(_bound(row).get("rule_set", ""))


def signed_findings(row: SignatureRow) -> Mapping[str, list[str]]:
    """The findings that a signature was given over, by id: rule, severity, state."""
    found = _bound(row).get("findings", {})
    return found if isinstance(found, dict) else {}


async def examine(
    tx: Transaction,
    master: MasterKey,
    case: ReviewCase,
    rows: Sequence[SignatureRow],
    findings: Sequence[FindingRow],
) -> list[Examined]:
    """Each signature with its faults. `findings` are those of the version now; new ones break no signature.

    Of one whose entry was pruned the log keeps a hash and no words: it is no fault that the words can't be read, and
    such a signature rests on its own hash and code.
    """
    leaves = await review_signatures.leaves(tx, [each.event_id for each in rows])
    pruned = await review_signatures.pruned(tx, [each.event_id for each in rows if each.event_id not in leaves])
    called = await people.pseudonyms_of(tx, {each.person_id for each in rows})
    now = standing_of(findings)
    found = []
    for row in rows:
        known = _Known(
            leaf=json.loads(leaves.get(row.event_id, b"{}")),
            pruned_at=pruned.get(row.event_id),
            who=called.get(row.person_id),
            findings=now,
            genuine=hmac.compare_digest(mac_of(master, row.hash), row.mac),
            name=await _name(tx, master, row),
            reason_stands=await _reason_stands(tx, master, row),
        )
        found.append(_examined(case, row, known))
    return found


def _examined(case: ReviewCase, row: SignatureRow, known: _Known) -> Examined:
    bound = _bound(row)
    checks = (
        (Fault.ALTERED, _altered(row, bound, known)),
        (Fault.MOVED, not _about(case, row, bound)),
        (Fault.NOT_IN_LOG, known.pruned_at is None and not _told(row, bound, known)),
        (Fault.FINDINGS_CHANGED, _changed(bound, known.findings)),
    )
    return Examined(
        row=row,
        name=known.name or "",
        faults=tuple(fault for fault, found in checks if found),
        reason_whole=_digest(row.reason) == bound.get("reason_sha256"),
        act=str(known.leaf.get("act", "")),
        pruned_at=known.pruned_at,
    )


def _altered(row: SignatureRow, bound: Mapping[str, Any], known: _Known) -> bool:
    said = hash_of(row) == row.hash and hashlib.sha256(row.sealed_name).hexdigest() == bound.get("name_sha256")
    return not (said and known.genuine and known.name is not None and known.reason_stands)


async def _reason_stands(tx: Transaction, master: MasterKey, row: SignatureRow) -> bool:
    """Whether the reason reads as it was given, or as erasures left it by the word of the log, pruned or not."""
    signed, now = redactions.reason_sha256(row.bound), _digest(row.reason)
    if signed == now:
        return True
    left = await redactions.standing(tx, master, row.hash, str(row.id), signed)
    return now == redactions.followed(await review_signatures.redactions(tx, row), str(row.id), left)


def _about(case: ReviewCase, row: SignatureRow, bound: Mapping[str, Any]) -> bool:
    said = [bound.get(name) for name in ("signature", "review", "version", "material", "sha256")]
    return row.review_id == case.review.id and case.version.sha256 == case.review.sha256 and said == [
        str(row.id), str(case.review.id), str(case.version.id), str(case.material.id), case.version.sha256,
    ]  # fmt: skip


def _told(row: SignatureRow, bound: Mapping[str, Any], known: _Known) -> bool:
    told, det = known.leaf, known.leaf.get("det", {})
    if told.get("act") not in LOGGED.get(row.meaning, ()) or told.get("who") != known.who:
        return False
    return (det.get("signature"), det.get("review"), told.get("ver"), told.get("obj"), told.get("res")) == (
        row.hash, str(row.review_id), bound.get("sha256"), f"material:{bound.get('material')}", "allow",
    )  # fmt: skip


def _changed(bound: Mapping[str, Any], findings: Mapping[str, list[str]]) -> bool:
    signed: Mapping[str, list[str]] = bound.get("findings", {})
    return any(findings.get(finding_id, then) != then for finding_id, then in signed.items())


def _bound(row: SignatureRow) -> Mapping[str, Any]:
    try:
        found = json.loads(row.bound)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def _name(tx: Transaction, master: MasterKey, row: SignatureRow) -> str | None:
    """The printed name; empty once the signer is erased, None if their key does not open it."""
    try:
        return await open_name(tx, master, row.person_id, row.sealed_name, _context(row.id))
    except KeyUnavailable:
        return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _context(signature_id: UUID) -> str:
    return f"review-signature:{signature_id}"
