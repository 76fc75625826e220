"""The access decision: pure, deny by default, and a forbid wins over every permit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from compliance.access import (
    DEFAULT_DENY,
    Action,
    Actor,
    Addressees,
    Glass,
    Home,
    Job,
    MaterialClass,
    Role,
    Sensitivity,
    ShareFacts,
    SigningFacts,
    Target,
    VersionState,
    decide,
    may_ever,
    require,
)
from compliance.access.rules import FORBIDS, FORWARDS_MAX, PERMITS, TRACING, VIEWING
from compliance.errors import AccessDenied
from compliance.visits import actor_of
from storage.rows.standing import BrokenGlass, Standing

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ME, OTHER = UUID(int=1), UUID(int=2)
CLINIC, ELSEWHERE = UUID(int=3), UUID(int=4)
BRAND, EAST, WEST, SHOP = (UUID(int=number) for number in range(10, 14))
HERE = Target(home=Home(departments=(BRAND,)), sensitivity=Sensitivity.USUAL)


def viewer(**facts: object) -> Actor:
    """A verified doctor of one clinic, but for the given facts."""
    return Actor(person_id=ME, role=Role.VIEWER, **({"verified": True, "clinic_id": CLINIC, "job": Job.DOCTOR} | facts))  # type: ignore[arg-type]  # facts by name


def door(**facts: object) -> Target:
    """My visit to an approved material through an open share, but for the given facts of the share."""
    share = ShareFacts(**({"addressees": Addressees(), "download": True, "forward_depth_left": 1} | facts))  # type: ignore[arg-type]  # facts by name
    return Target(
        material_class=MaterialClass.IN_CLINIC,
        state=VersionState.APPROVED,
        approval_stands=True,
        share=share,
        visit_person_id=ME,
    )


THING = UUID(int=20)
PATHS = [(), (BRAND,), (BRAND, EAST), (BRAND, EAST, SHOP), (BRAND, WEST)]
actors = st.builds(
    Actor,
    person_id=st.sampled_from([ME, OTHER]),
    role=st.sampled_from(Role),
    active=st.booleans(),
    verified=st.booleans(),
    clinic_id=st.sampled_from([None, CLINIC, ELSEWHERE]),
    job=st.sampled_from([None, *Job]),
    clinic_region=st.sampled_from(["", "华东", "华西"]),
    in_time=st.sampled_from([True, True, False]),
    departments=st.sampled_from(PATHS),
    region=st.sampled_from(["", "华东", "华西"]),
    clearance=st.sampled_from(Sensitivity),
    glass=st.builds(Glass, materials=st.sampled_from([frozenset(), frozenset({THING})]), log=st.booleans()),
)
addressees = st.builds(
    Addressees,
    people=st.none() | st.frozensets(st.sampled_from([ME, OTHER])),
    clinics=st.none() | st.frozensets(st.sampled_from([CLINIC, ELSEWHERE])),
    regions=st.none() | st.frozensets(st.sampled_from(["华东", "华西"])),
    jobs=st.none() | st.frozensets(st.sampled_from(Job)),
)
shares = st.builds(
    ShareFacts,
    addressees=addressees,
    barred=st.booleans(),
    revoked=st.booleans(),
    expired=st.booleans(),
    used_up=st.booleans(),
    full=st.booleans(),
    creator_active=st.booleans(),
    download=st.booleans(),
    forward_depth_left=st.integers(0, 2),
    locked=st.booleans(),
    unpledged=st.booleans(),
)
targets = st.builds(
    Target,
    owner_id=st.sampled_from([None, ME, OTHER]),
    uploader_id=st.sampled_from([None, ME, OTHER]),
    approved_exists=st.booleans(),
    material_class=st.sampled_from([None, *MaterialClass]),
    state=st.sampled_from([None, *VersionState]),
    withdrawn=st.booleans(),
    lapsed=st.booleans(),
    sealable=st.booleans(),
    approval_stands=st.booleans(),
    signing=st.none()
    | st.builds(
        SigningFacts,
        discipline=st.booleans(),
        away=st.booleans(),
        own_delegation=st.booleans(),
        signed_before=st.booleans(),
    ),
    share=st.none() | shares,
    visit_person_id=st.sampled_from([None, ME, OTHER]),
    role=st.sampled_from([None, *Role]),
    home=st.none() | st.builds(Home, departments=st.sampled_from(PATHS), region=st.sampled_from(["", "华东", "华西"])),
    sensitivity=st.sampled_from([None, *Sensitivity]),
    material_id=st.sampled_from([None, THING]),
    unowned=st.booleans(),
    disputant=st.booleans(),
)


def test_a_viewer_within_an_open_share_reads_downloads_and_forwards() -> None:
    """The one happy case: everything holds, and the rule that allowed it is named."""
    for action in VIEWING:
        assert decide(viewer(), action, door()) == decide(viewer(), action, door())
        assert decide(viewer(), action, door()).rule == "viewer-visits"


@pytest.mark.parametrize(
    ("facts", "action", "rule"),
    [
        ({"revoked": True}, Action.VISIT_READ, "share-revoked"),
        ({"expired": True}, Action.VISIT_READ, "share-expired"),
        ({"used_up": True}, Action.VISIT_START, "share-used-up"),
        ({"full": True}, Action.VISIT_START, "share-full"),
        ({"used_up": True}, Action.VISIT_FORWARD, "share-used-up"),
        ({"full": True}, Action.VISIT_FORWARD, "share-full"),
        ({"creator_active": False}, Action.VISIT_READ, "share-owner-inactive"),
        ({"download": False}, Action.VISIT_DOWNLOAD, "download-not-offered"),
        ({"forward_depth_left": 0}, Action.VISIT_FORWARD, "forward-depth-used-up"),
        ({"forwards_cut": True}, Action.VISIT_FORWARD, "forwards-cut"),
        ({"locked": True}, Action.VISIT_START, "share-locked"),
        ({"locked": True}, Action.VISIT_DOWNLOAD, "share-locked"),
        ({"locked": True, "unpledged": True}, Action.VISIT_FORWARD, "share-locked"),
        ({"unpledged": True}, Action.VISIT_READ, "pledge-missing"),
        (
            {"unpledged": True, "addressees": Addressees(people=frozenset({OTHER}))},
            Action.VISIT_READ,
            "outside-audience",
        ),
        ({"forwards_made": FORWARDS_MAX}, Action.VISIT_FORWARD, "forwards-used-up"),
        ({"barred": True}, Action.VISIT_READ, "viewer-barred"),
        ({"addressees": Addressees(clinics=frozenset({ELSEWHERE}))}, Action.VISIT_START, "outside-audience"),
        ({"addressees": Addressees(people=frozenset({OTHER}))}, Action.VISIT_START, "outside-audience"),
        ({"addressees": Addressees(regions=frozenset({"华西"}))}, Action.VISIT_START, "outside-audience"),
        ({"addressees": Addressees(jobs=frozenset({Job.OPERATIONS}))}, Action.VISIT_START, "outside-audience"),
        (
            {"addressees": Addressees(clinics=frozenset({CLINIC}), jobs=frozenset())},
            Action.VISIT_READ,
            "outside-audience",
        ),
    ],
)
def test_each_fact_of_a_share_closes_it_by_its_own_rule(facts: dict[str, object], action: Action, rule: str) -> None:
    """A closed share says why, by a rule id that has a sentence in both languages."""
    assert (False, rule) == (
        decide(viewer(), action, door(**facts)).allowed,
        decide(viewer(), action, door(**facts)).rule,
    )


@pytest.mark.parametrize("closed", ["used_up", "full"])
def test_a_used_up_share_lets_running_visits_go_on(closed: str) -> None:
    """The allowance is of visits and of people at the door: the last one who got in may finish reading."""
    assert decide(viewer(), Action.VISIT_READ, door(**{closed: True})).allowed


def under_review(uploader: UUID = OTHER, **facts: bool) -> Target:
    """A submitted version whose open approval is mine to give, but for the given facts."""
    signing = SigningFacts(**({"discipline": True} | facts))
    return replace(HERE, uploader_id=uploader, state=VersionState.SUBMITTED, signing=signing)


@pytest.mark.parametrize(
    ("facts", "asked", "rule"),
    [
        ({}, CLINIC, "own-clinic-is-known"),
        ({}, ELSEWHERE, DEFAULT_DENY),
        ({"clinic_id": None}, None, DEFAULT_DENY),
        ({"verified": False}, CLINIC, "viewer-unverified"),
    ],
)
def test_a_viewer_knows_the_figures_of_their_own_clinic(
    facts: dict[str, object], asked: UUID | None, rule: str
) -> None:
    """Of no other, and of none at all before they proved who they are or said where they work."""
    assert rule == decide(viewer(**facts), Action.CLINIC_FIGURES, Target(clinic_id=asked)).rule


@pytest.mark.parametrize("action", [Action.REVIEW_DECIDE, Action.REVIEW_CLAIM, Action.FINDING_DECIDE])
def test_nobody_decides_on_what_they_uploaded(action: Action) -> None:
    """Self-approval is forbidden even to a reviewer who may otherwise decide, claim and judge findings."""
    reviewer = Actor(person_id=ME, role=Role.REVIEWER)
    assert decide(reviewer, action, under_review(ME)).rule == "self-approval"
    assert decide(reviewer, action, under_review()).rule == "reviewer-decides"


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"away": True}, "reviewer-away"),
        ({"signed_before": True}, "signed-before"),
        ({"own_delegation": True}, "barred-delegation"),
        ({"discipline": False}, "discipline-missing"),
    ],
)
def test_each_fact_of_the_approvals_keeps_a_reviewer_out(facts: dict[str, bool], rule: str) -> None:
    """Who is away, has signed, acts for the uploader or answers for something else is told so by a rule of its own."""
    assert (
        rule == decide(Actor(person_id=ME, role=Role.REVIEWER), Action.REVIEW_DECIDE, under_review(OTHER, **facts)).rule
    )


def test_without_knowing_the_approvals_nobody_decides() -> None:
    """A caller that forgot to look which approvals are asked for opens nothing."""
    unknown = replace(HERE, uploader_id=OTHER, state=VersionState.SUBMITTED)
    assert not decide(Actor(person_id=ME, role=Role.REVIEWER), Action.REVIEW_DECIDE, unknown).allowed


def test_an_approval_that_has_fallen_closes_every_door() -> None:
    """An approved state is not enough: the approval behind it must stand."""
    fallen = replace(door(), approval_stands=False)
    assert {"approval-fallen"} == {decide(viewer(), action, fallen).rule for action in VIEWING}
    sharing = replace(fallen, share=None, sensitivity=Sensitivity.USUAL)
    assert "approval-fallen" == decide(Actor(person_id=ME, role=Role.MARKETER), Action.SHARE_CREATE, sharing).rule


@pytest.mark.parametrize("role", [Role.MARKETER, Role.MANAGER])
def test_what_an_administrator_broke_opens_to_no_other_role(role: Role) -> None:
    """Whoever has another role since needs the clearance that the role asks for."""
    glass = Glass(materials=frozenset({THING}), log=True)
    former = Actor(person_id=ME, role=role, departments=(BRAND,), glass=glass)
    top = replace(HERE, owner_id=ME, material_id=THING, sensitivity=Sensitivity.TOP)
    assert "clearance-too-low" == decide(former, Action.MATERIAL_READ, top).rule
    standing = Standing(
        person_id=ME,
        pseudonym="p",
        role=role.value,
        active=True,
        verified=False,
        clinic_id=None,
        clinic_name="",
        job=None,
        glass=(BrokenGlass(person_id=ME, material_id=THING, ends_at=NOW + timedelta(minutes=1)),),
    )
    assert Glass() == actor_of(standing, NOW).glass
    assert Glass(materials=frozenset({THING})) == actor_of(replace(standing, role="admin"), NOW).glass


@given(actors, st.sampled_from(Action), targets)
def test_a_forbid_wins_over_every_permit(actor: Actor, action: Action, target: Target) -> None:
    """Whatever else is true, an allowed act is one that no forbid matches."""
    decision = decide(actor, action, target)
    forbidden = any(action in rule.actions and rule.when(actor, target) for rule in FORBIDS)
    assert not (decision.allowed and forbidden)


@given(actors, st.sampled_from(Action), targets)
def test_the_role_gate_never_refuses_what_the_decision_allows(actor: Actor, action: Action, target: Target) -> None:
    """`may_ever` is a gate before the decision, so it must be the wider one."""
    assert may_ever(actor.role, action, actor.glass) or not decide(actor, action, target).allowed


@given(actors, st.sampled_from(sorted(VIEWING)), targets, addressees)
def test_whoever_is_within_both_is_within_each(
    actor: Actor, action: Action, target: Target, others: Addressees
) -> None:
    """A forward is for those whom all above it are for: never for more."""
    assume(target.share is not None)
    share = target.share
    assert share is not None
    below = replace(target, share=replace(share, addressees=share.addressees.both(others)))
    elsewhere = replace(target, share=replace(share, addressees=others))
    if decide(actor, action, below).allowed:
        assert decide(actor, action, target).allowed
        assert decide(actor, action, elsewhere).allowed


@given(actors, targets)
def test_a_share_never_opens_anything_but_viewing(actor: Actor, target: Target) -> None:
    """With or without a share, employees' acts other than making one are decided alike."""
    without = Target(**{**target.__dict__, "share": None})
    for action in set(Action) - VIEWING:
        assert decide(actor, action, target) == decide(actor, action, without)


@given(actors, st.sampled_from(Action), targets)
def test_the_inactive_do_nothing(actor: Actor, action: Action, target: Target) -> None:
    """A disabled account or a blocked viewer is refused everything."""
    inactive = Actor(**{**actor.__dict__, "active": False})
    assert decide(inactive, action, target).rule == "actor-inactive"


@given(targets)
def test_an_admin_reads_no_material_and_no_log(target: Target) -> None:
    """Running the accounts gives no right to what they guard."""
    admin = Actor(person_id=ME, role=Role.ADMIN)
    secret = {Action.MATERIAL_PREVIEW, Action.MATERIAL_ORIGINAL, Action.MATERIAL_READ, Action.EVENT_SEARCH}
    assert not any(decide(admin, action, target).allowed for action in secret | VIEWING)


@given(targets)
def test_an_auditor_changes_nothing(target: Target) -> None:
    """What an auditor may do ends in reading: lists, facts, log and figures; in tracing leaks, and signing reviews."""
    auditor = Actor(person_id=ME, role=Role.AUDITOR)
    own = {"trace.run", "trail.sign", "anomaly.dismiss"}
    allowed = {action.value for action in Action if decide(auditor, action, target).allowed}
    reading = {"list", "read", "search", "export", "receipt", "recall", "dossier", "history"}
    assert {each.partition(".")[2] for each in allowed - own} <= reading


@given(actors, targets)
def test_only_auditors_trace(actor: Actor, target: Target) -> None:
    """Who leaked is asked by auditors alone: an administrator is refused by a rule of its own."""
    decisions = {decide(actor, action, target) for action in TRACING}
    may = actor.active and actor.in_time
    assert {actor.role is Role.AUDITOR and may} == {each.allowed for each in decisions}
    assert actor.role is not Role.ADMIN or not may or {"admin-traces-nobody"} == {d.rule for d in decisions}


def test_rule_ids_are_unique() -> None:
    """An event names its rule by id alone."""
    ids = [rule.id for rule in FORBIDS] + [rule.id for rule in PERMITS]
    assert sorted(set(ids)) == sorted(ids)


def test_require_names_rule_action_and_thing() -> None:
    """A refusal carries what the log needs to tell of it."""
    with pytest.raises(AccessDenied) as refusal:
        require(viewer(), Action.ACCOUNT_LIST, obj="person:p-1", link="s")
    assert ("default-deny", "account.list", "person:p-1", "s") == (
        refusal.value.rule,
        refusal.value.action,
        refusal.value.obj,
        refusal.value.link,
    )
