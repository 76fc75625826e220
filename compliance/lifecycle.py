"""The way of a version as one table: which command leads from where to where, and what must hold for it.

Nothing else may change a version's state, or let a version be shared. `met` tells from facts which needs hold; facts
that nobody looked up hold nothing, so a step that needs them is refused.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from compliance.access.model import VersionState
from compliance.errors import RequirementUnmet, WrongState


class Command(StrEnum):
    """What can be done with a version."""

    SUBMIT = "submit"
    SIGN = "sign"  # one approval of several
    APPROVE = "approve"  # the last one
    REJECT = "reject"
    REQUEST_CHANGES = "request_changes"
    SHARE = "share"


class Need(StrEnum):
    """What has to hold for a step. Ordered as a person would see to them."""

    IN_USE = "in-use"  # the material is not withdrawn
    PREPARED = "prepared"  # its pages can be read, or are known not to be readable
    SCANNED = "scanned"  # the newest scan of these bytes has finished
    RULES_CURRENT = "rules-current"  # ... under the rule set in force
    RULES_STOOD_BY = "rules-stood-by"  # somebody else than the uploader has put it in force, or stood by it
    PICTURES_CHECKED = "pictures-checked"  # no verdict of a platform on a page is still to come
    NOTHING_HARD = "nothing-hard"  # it found nothing that nobody may dismiss
    BLOCKS_DISMISSED = "blocks-dismissed"  # each blocking finding was dismissed, with a reason
    REVIEWS_DECIDED = "reviews-decided"  # each finding for a person to judge was judged
    EVIDENCE_ATTACHED = "evidence-attached"  # each claim that needs evidence has it, or needs none
    CERTIFICATE_VALID = "certificate-valid"  # the class needs no certificate, or there is one in date
    STEPS_SIGNED = "steps-signed"  # every approval that the class needs is signed
    SAME_BYTES = "same-bytes"  # ... for the very bytes of the version


@dataclass(frozen=True)
class Step:
    """Where a command leads, and what it needs."""

    to: VersionState
    needs: frozenset[Need]


READABLE = frozenset({Need.IN_USE, Need.PREPARED})
SUBMITTABLE = READABLE | {Need.SCANNED, Need.NOTHING_HARD}
APPROVABLE = SUBMITTABLE | {
    Need.RULES_CURRENT,
    Need.RULES_STOOD_BY,
    Need.PICTURES_CHECKED,
    Need.BLOCKS_DISMISSED,
    Need.REVIEWS_DECIDED,
    Need.EVIDENCE_ATTACHED,
    Need.CERTIFICATE_VALID,
}
STANDING = frozenset({Need.STEPS_SIGNED, Need.SAME_BYTES})
IN_USE = frozenset({Need.IN_USE})

DRAFT, SUBMITTED = VersionState.DRAFT, VersionState.SUBMITTED
STEPS: dict[tuple[VersionState, Command], Step] = {
    (DRAFT, Command.SUBMIT): Step(SUBMITTED, SUBMITTABLE),
    (VersionState.CHANGES_REQUESTED, Command.SUBMIT): Step(SUBMITTED, SUBMITTABLE),
    (SUBMITTED, Command.SIGN): Step(SUBMITTED, APPROVABLE),
    (SUBMITTED, Command.APPROVE): Step(VersionState.APPROVED, APPROVABLE | STANDING),
    (SUBMITTED, Command.REJECT): Step(VersionState.REJECTED, IN_USE),
    (SUBMITTED, Command.REQUEST_CHANGES): Step(VersionState.CHANGES_REQUESTED, IN_USE),
    (VersionState.APPROVED, Command.SHARE): Step(
        VersionState.APPROVED, STANDING | {Need.IN_USE, Need.CERTIFICATE_VALID}
    ),
}


def step(state: VersionState, command: Command, holds: Collection[Need]) -> VersionState:
    """The state after the command.

    Raises WrongState if there is no such step: rejected bytes need a new version. RequirementUnmet names what the step
    needs and does not hold.
    """
    try:
        found = STEPS[(state, command)]
    except KeyError:
        raise WrongState(state=state.value, command=command.value) from None
    if missing := [need for need in Need if need in found.needs and need not in holds]:
        raise RequirementUnmet([need.value for need in missing])
    return found.to


class ScanState(StrEnum):
    """How the newest scan of a version's bytes stands."""

    MISSING = "missing"
    RUNNING = "running"
    FAILED = "failed"
    FINISHED = "finished"


@dataclass(frozen=True, kw_only=True)
class FindingFacts:
    """One finding as far as a decision asks. Unknown facts weigh most."""

    severity: str = "block"
    hard: bool = False
    state: str = "open"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a version when a command is given. Unknown facts hold nothing."""

    withdrawn: bool = True
    prepared: bool = False
    scan: ScanState = ScanState.MISSING
    rules_current: bool = False
    rules_by_uploader: bool = True
    pictures_waiting: bool = True
    findings: tuple[FindingFacts, ...] = (FindingFacts(hard=True),)
    evidence: bool = False  # something is attached that stands for the claims
    certificate_needed: bool = True
    certificate_valid: bool = False
    steps_open: int = 1  # approvals still missing, the one being given not counted
    same_bytes: bool = False


def met(facts: Facts) -> frozenset[Need]:
    """Which needs these facts fulfil."""
    finished = facts.scan is ScanState.FINISHED
    holds = {
        Need.IN_USE: not facts.withdrawn,
        Need.PREPARED: facts.prepared,
        Need.SCANNED: finished,
        Need.RULES_CURRENT: finished and facts.rules_current,
        Need.RULES_STOOD_BY: not facts.rules_by_uploader,
        Need.PICTURES_CHECKED: not facts.pictures_waiting,
        Need.NOTHING_HARD: not any(each.hard for each in facts.findings),
        Need.BLOCKS_DISMISSED: all(each.state == "dismissed" for each in _of(facts, "block")),
        Need.REVIEWS_DECIDED: all(each.state != "open" for each in _of(facts, "review")),
        Need.EVIDENCE_ATTACHED: all(_evidenced(each, facts) for each in _of(facts, "evidence")),
        Need.CERTIFICATE_VALID: not facts.certificate_needed or facts.certificate_valid,
        Need.STEPS_SIGNED: facts.steps_open == 0,
        Need.SAME_BYTES: facts.same_bytes,
    }
    return frozenset(need for need, true in holds.items() if true)


def unmet(facts: Facts, command: Command, state: VersionState = SUBMITTED) -> tuple[Need, ...]:
    """What the command would need and these facts don't fulfil, in the order in which a person would see to it."""
    holds = met(facts)
    return tuple(need for need in Need if need in STEPS[(state, command)].needs and need not in holds)


def _of(facts: Facts, severity: str) -> list[FindingFacts]:
    return [each for each in facts.findings if each.severity == severity]


def _evidenced(finding: FindingFacts, facts: Facts) -> bool:
    return finding.state == "dismissed" or facts.evidence
