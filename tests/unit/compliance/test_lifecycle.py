"""The table of steps: whatever commands come in whatever order, nothing is shared that was not approved as it is.

Hypothesis plays a marketer, a scanner, reviewers, a register of certificates and a clock against the table; the machine
keeps books of its own and compares after each step.
"""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from compliance.access import VersionState
from compliance.errors import ComplianceError, RequirementUnmet, WrongState
from compliance.lifecycle import (
    STEPS,
    Command,
    Facts,
    FindingFacts,
    Need,
    ScanState,
    met,
    step,
    unmet,
)

READY = Facts(
    withdrawn=False,
    prepared=True,
    scan=ScanState.FINISHED,
    rules_current=True,
    rules_by_uploader=False,
    pictures_waiting=False,
    findings=(),
    certificate_needed=False,
    steps_open=0,
    same_bytes=True,
)
SEVERITIES = st.sampled_from(["block", "review", "evidence"])
FINDINGS = st.builds(FindingFacts, severity=SEVERITIES, hard=st.booleans())


class Version(RuleBasedStateMachine):
    """One version among people and machines that do whatever they like."""

    def __init__(self) -> None:
        super().__init__()
        self.state = VersionState.DRAFT
        self.facts = Facts()
        self.approvals = 1
        self.signed: set[int] = set()
        self.signed_bytes, self.bytes = -1, 0
        self.rule_set = 0
        self.scanned_under: int | None = None
        self.approved_under: int | None = None
        self.shared = False

    @initialize(certificate=st.booleans(), approvals=st.integers(1, 3))
    def begin(self, *, certificate: bool, approvals: int) -> None:
        """A class that needs a certificate or not, and some approvals."""
        self.facts = Facts(withdrawn=False, findings=(), certificate_needed=certificate)
        self.approvals = approvals

    @rule()
    def prepare(self) -> None:
        """The pages are drawn."""
        self.facts = replace(self.facts, prepared=True)

    @rule(findings=st.lists(FINDINGS, max_size=2), state=st.sampled_from(ScanState))
    def scan(self, findings: list[FindingFacts], state: ScanState) -> None:
        """A scan ends somehow, under the rules in force."""
        self.scanned_under = self.rule_set
        self.facts = replace(self.facts, scan=state, findings=tuple(findings), rules_current=True)

    @rule(waiting=st.booleans())
    def ask_a_platform(self, *, waiting: bool) -> None:
        """A platform was asked about the pages, or its last verdict has come."""
        self.facts = replace(self.facts, pictures_waiting=waiting)

    @rule(by_uploader=st.booleans())
    def change_rules(self, *, by_uploader: bool) -> None:
        """Another rule set is put in force, perhaps by the uploader: what was scanned before is stale."""
        self.rule_set += 1
        self.facts = replace(self.facts, rules_current=False, rules_by_uploader=by_uploader)

    @rule()
    def stand_by_rules(self) -> None:
        """Somebody else than the uploader stands by them."""
        self.facts = replace(self.facts, rules_by_uploader=False)

    @rule(state=st.sampled_from(["dismissed", "confirmed", "open"]))
    def judge(self, state: str) -> None:
        """A reviewer says something about every finding; what is hard they can't dismiss."""
        judged = tuple(
            each if each.hard and state == "dismissed" else replace(each, state=state) for each in self.facts.findings
        )
        self.facts = replace(self.facts, findings=judged)

    @rule(valid=st.booleans(), evidence=st.booleans())
    def papers(self, *, valid: bool, evidence: bool) -> None:
        """A certificate is entered, or ends; evidence is attached, or taken away."""
        self.facts = replace(self.facts, certificate_valid=valid, evidence=evidence)

    @rule()
    def withdraw(self) -> None:
        """Taken out of use, for good."""
        self.facts = replace(self.facts, withdrawn=True)

    @precondition(lambda self: self.state is not VersionState.DRAFT)
    @rule()
    def other_bytes(self) -> None:
        """Somebody puts other bytes in the place of those under review."""
        self.bytes += 1

    @rule()
    def submit(self) -> None:
        """The marketer asks for a review."""
        if self._step(Command.SUBMIT):
            self.signed, self.signed_bytes = set(), self.bytes

    @rule(who=st.integers(0, 2))
    def approve(self, who: int) -> None:
        """One of several reviewers signs."""
        left = self.approvals - len(self.signed | {who})
        if self._step(Command.SIGN if left > 0 else Command.APPROVE, steps_open=max(left, 0)):
            assert not self.facts.rules_by_uploader
            self.signed.add(who)
            self.approved_under = self.scanned_under

    @rule(command=st.sampled_from([Command.REJECT, Command.REQUEST_CHANGES]))
    def refuse(self, command: Command) -> None:
        """A reviewer says no."""
        self._step(command)

    @rule()
    def share(self) -> None:
        """The marketer makes a share; the books say whether that was right."""
        self.shared = self._step(Command.SHARE, steps_open=self.approvals - len(self.signed))
        if self.shared:
            assert self.state is VersionState.APPROVED
            assert len(self.signed) >= self.approvals
            assert self.signed_bytes == self.bytes
            assert self.approved_under is not None
            assert not self.facts.withdrawn
            assert self.facts.certificate_valid or not self.facts.certificate_needed

    @invariant()
    def nothing_hard_was_approved(self) -> None:
        """Every approval so far was given under a rule set."""
        assert self.state is not VersionState.APPROVED or self.approved_under is not None

    def _step(self, command: Command, steps_open: int = 1) -> bool:
        same = self.bytes == self.signed_bytes
        facts = replace(self.facts, steps_open=steps_open, same_bytes=same)
        try:
            self.state = step(self.state, command, met(facts))
        except ComplianceError:
            return False
        return True


Version.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestVersion = Version.TestCase


def test_the_usual_way_is_open() -> None:
    """The properties are not kept by refusing everything."""
    state = VersionState.DRAFT
    for command in (Command.SUBMIT, Command.REQUEST_CHANGES, Command.SUBMIT, Command.SIGN, Command.APPROVE):
        state = step(state, command, met(READY))
    assert VersionState.APPROVED is step(state, Command.SHARE, met(READY))


@given(st.lists(st.sampled_from(Command), max_size=8))
def test_the_table_has_one_way_to_approval(commands: list[Command]) -> None:
    """From a draft, approval follows a submission, sharing an approval, and nothing but sharing follows a decision."""
    state = VersionState.DRAFT
    for command in commands:
        before = state
        try:
            state = step(state, command, met(READY))
        except WrongState:
            continue
        if command is Command.APPROVE:
            assert before is VersionState.SUBMITTED
        if command is Command.SHARE:
            assert before is VersionState.APPROVED
        assert before not in (VersionState.APPROVED, VersionState.REJECTED) or command is Command.SHARE
    assert {VersionState.SUBMITTED} == {before for (before, command) in STEPS if command is Command.APPROVE}


@pytest.mark.parametrize(
    ("facts", "need"),
    [
        ({"withdrawn": True}, Need.IN_USE),
        ({"prepared": False}, Need.PREPARED),
        ({"scan": ScanState.RUNNING}, Need.SCANNED),
        ({"scan": ScanState.FAILED}, Need.SCANNED),
        ({"rules_current": False}, Need.RULES_CURRENT),
        ({"pictures_waiting": True}, Need.PICTURES_CHECKED),
        ({"findings": (FindingFacts(severity="review", hard=True, state="confirmed"),)}, Need.NOTHING_HARD),
        ({"findings": (FindingFacts(severity="block", state="confirmed"),)}, Need.BLOCKS_DISMISSED),
        ({"findings": (FindingFacts(severity="review"),)}, Need.REVIEWS_DECIDED),
        ({"findings": (FindingFacts(severity="evidence", state="confirmed"),)}, Need.EVIDENCE_ATTACHED),
        ({"certificate_needed": True}, Need.CERTIFICATE_VALID),
        ({"steps_open": 1}, Need.STEPS_SIGNED),
        ({"same_bytes": False}, Need.SAME_BYTES),
    ],
)
def test_each_fact_alone_stops_an_approval_and_says_why(facts: dict[str, object], need: Need) -> None:
    """Of an approvable version one fact is changed: the refusal names the need that it belongs to."""
    changed = replace(READY, **facts)  # type: ignore[arg-type]  # facts by name
    with pytest.raises(RequirementUnmet) as refused:
        step(VersionState.SUBMITTED, Command.APPROVE, met(changed))
    assert need.value == refused.value.params["need"]
    assert need in unmet(changed, Command.APPROVE)


def test_what_nobody_looked_up_holds_nothing() -> None:
    """Facts that are not given are the worst there are, so that a forgotten look-up opens no door."""
    assert frozenset() == met(Facts()) - {Need.REVIEWS_DECIDED, Need.EVIDENCE_ATTACHED}
