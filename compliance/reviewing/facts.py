"""What the table of steps asks for, read from rows: the scan, the findings, the declaration, the approvals.

Findings that count are those of the newest scan and what the preparation noticed: what an older scan found of the same
bytes was looked for again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from compliance.access.model import MaterialClass
from compliance.declaring import NEEDED, Declared, certificate_fault, china_day, declared_of
from compliance.lifecycle import Facts, FindingFacts, ScanState
from compliance.ruling import version_in_force
from compliance.scanning import same_facts
from storage.database import Transaction
from storage.rows import certificates, picture_checks, rule_sets, scans, versions
from storage.rows.materials import MaterialRow
from storage.rows.scans import ScanRow
from storage.rows.versions import FindingRow, VersionRow

STATES = {"waiting": ScanState.RUNNING, "running": ScanState.RUNNING, "failed": ScanState.FAILED}
LOW, MEDIUM, HIGH = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """A version as a decision finds it."""

    facts: Facts
    findings: tuple[FindingRow, ...]
    declared: Declared | None
    scan: ScanRow | None

    @property
    def rule_set(self) -> str:
        """The version of the rule set that the newest scan looked under; empty for none."""
        return self.scan.rule_set_version if self.scan else ""

    @property
    def outdated(self) -> bool:
        """Whether the scan is over, and was made under rules or facts that count no more: another one is needed."""
        return self.scan is not None and self.scan.state not in scans.OPEN and not self.facts.rules_current

    @property
    def certificates(self) -> tuple[str, ...]:
        """The certificates and registrations declared, as a signature names them: kind, number, last day."""
        declared = self.declared.certificates if self.declared else ()
        return tuple(f"{each.kind} {each.number} {each.valid_until or '-'}" for each in declared)


async def dossier_of(
    tx: Transaction, material: MaterialRow, version: VersionRow, now: datetime, *, steps_open: int = 1
) -> Dossier:
    """The version as it stands in this transaction. `steps_open`: approvals missing besides the one being given."""
    newest = await scans.newest_scan(tx, version.id)
    every = (await versions.findings_of(tx, [version.id])).get(version.id, [])
    findings = counting(every, newest)
    declared = await declared_of(tx, material.id, version_id=version.id)
    others = await _entered_by_others(tx, declared, version.uploader_id) if declared else None
    fault = certificate_fault(others, china_day(now)) if others else "certificate-missing"
    facts = Facts(
        withdrawn=material.withdrawn_at is not None,
        prepared=version.preparation != "pending",
        scan=_scan_state(newest, version),
        rules_current=newest is not None and await _current(tx, version, newest),
        rules_by_uploader=await rule_sets.activated_by(tx) == version.uploader_id,
        pictures_waiting=await picture_checks.are_waited_for(tx, version.id),
        findings=tuple(
            FindingFacts(severity=each.severity, hard=each.hard, state=each.state) for each in findings
        ),
        evidence=declared is not None and bool(declared.evidence_kinds),
        certificate_needed=MaterialClass(material.material_class) in NEEDED,
        certificate_valid=fault is None,
        steps_open=steps_open,
        same_bytes=True,
    )  # fmt: skip
    return Dossier(facts=facts, findings=findings, declared=declared, scan=newest)


async def _entered_by_others(tx: Transaction, declared: Declared, uploader_id: UUID) -> Declared:
    """What is declared, without entries of the register whose state the uploader brought about themselves."""
    kept = [
        each
        for each in declared.certificates
        if await certificates.entered_by(tx, each.kind.value, each.number) != uploader_id
    ]
    return replace(declared, certificates=tuple(kept))


async def _current(tx: Transaction, version: VersionRow, scan: ScanRow) -> bool:
    """Whether another scan would look under the same rules, class and declaration."""
    return scan.rule_set_version in ("", await version_in_force(tx)) and await same_facts(tx, version, scan)


def counting(findings: Sequence[FindingRow], newest: ScanRow | None) -> tuple[FindingRow, ...]:
    """The findings that count beside this scan."""
    return tuple(each for each in findings if each.scan_id in (None, newest.id if newest else None))


def risk_of(material_class: MaterialClass, findings: Sequence[FindingRow]) -> int:
    """How much is at stake, for the order of the queue: 0 low, 1 medium, 2 high. What was dismissed is settled."""
    severities = {each.severity for each in findings if each.state != "dismissed"}
    if "block" in severities:
        return HIGH
    return MEDIUM if severities or material_class is MaterialClass.PUBLIC_AD else LOW


def _scan_state(newest: ScanRow | None, version: VersionRow) -> ScanState:
    if newest is None or newest.sha256 != version.sha256:
        return ScanState.MISSING
    return STATES.get(newest.state, ScanState.FINISHED)
