"""The readable policy in Cedar and the decision that runs: the same answers, and both sensitive to any error.

`make policy` asks a million questions and every mutant; here are five thousand, and a sample of the mutants.
"""

from dataclasses import replace
from random import Random

import cedarpy
from hypothesis import given
from hypothesis import strategies as st

from compliance.access import Action, Sensitivity, decide
from compliance.access.rules import FORBIDS, PERMITS, VIEWING
from tests.policy.agreeing import differences
from tests.policy.cedar import POLICY, SCHEMA, Oracle
from tests.policy.chance import PEOPLE, Chance
from tests.policy.mutants import about, cedar_killed, cedar_mutants, killed, python_mutants, questions

REQUESTS = 5_000
SAMPLE, SAMPLE_OF_TEXT, KILLED_MIN = 60, 6, 0.9
ANYBODY = PEOPLE[0]
seeds = st.integers(0, 1 << 32)


def test_the_policy_is_valid_cedar() -> None:
    """Its words are those of the schema, and no attribute is read that may be missing."""
    told = cedarpy.validate_policies(POLICY.read_text(encoding="utf-8"), SCHEMA.read_text(encoding="utf-8"))
    assert (True, []) == (told.validation_passed, [str(error) for error in told.errors])


def test_both_have_the_same_rules() -> None:
    """Under the same ids, each once."""
    assert sorted([rule.id for rule in FORBIDS] + [rule.id for rule in PERMITS]) == sorted(Oracle().names.values())


def test_both_answer_alike() -> None:
    """Five thousand random questions about every act: the same answer, by a rule that Cedar names too."""
    assert [] == list(differences(seed=1, requests=REQUESTS))


def test_errors_in_the_rules_are_noticed() -> None:
    """Of rules with one error put in, nearly all answer some question otherwise."""
    asked = questions(seed=2, batches=12)
    sample = Random(3).sample(list(python_mutants()), SAMPLE)  # a choice of cases, no secret
    assert sum(killed(each, asked) for each in sample) >= KILLED_MIN * len(sample)


def test_errors_in_the_text_are_noticed() -> None:
    """The same of the text, of some of its policies left out."""
    asked = questions(seed=2, batches=12)
    left_out = [(name.partition(" ")[2], text) for name, text in cedar_mutants() if name.startswith("without ")]
    sample = Random(3).sample(left_out, SAMPLE_OF_TEXT)
    assert sum(cedar_killed(text, about(rule, asked)) for rule, text in sample) >= KILLED_MIN * len(sample)


@given(seeds, st.sampled_from(Action))
def test_a_link_never_widens(seed: int, action: Action) -> None:
    """Whatever a share says, it opens nothing but viewing, and a closed one opens less than an open one."""
    chance = Chance(seed)
    actor, target = chance.actor(ANYBODY), chance.target()
    if action not in VIEWING:
        assert decide(actor, action, target) == decide(actor, action, replace(target, share=None))
    elif target.share is not None:
        for fact in ("revoked", "expired", "used_up", "full"):
            closed = replace(target, share=replace(target.share, **{fact: True}))  # type: ignore[arg-type]  # by name
            assert decide(actor, action, target).allowed or not decide(actor, action, closed).allowed
        narrowed = replace(target.share, addressees=target.share.addressees.both(chance.addressees()))
        for below in (narrowed, replace(target.share, barred=True)):
            narrower = decide(actor, action, replace(target, share=below))
            assert decide(actor, action, target).allowed or not narrower.allowed
        assert not decide(actor, action, replace(target, share=None)).allowed


@given(seeds, st.sampled_from(Action))
def test_a_narrower_account_never_does_more(seed: int, action: Action) -> None:
    """Without a department, within one region, with less clearance, out of time or without broken glass: never more."""
    chance = Chance(seed)
    actor, target = chance.actor(ANYBODY), chance.target()
    for narrower in (
        replace(actor, departments=()),
        replace(actor, departments=actor.departments[:1], region="\0"),
        replace(actor, clearance=Sensitivity.USUAL),
        replace(actor, in_time=False),
        replace(actor, active=False),
        replace(actor, glass=type(actor.glass)()),
    ):
        wider = replace(actor, departments=narrower.departments) if narrower.departments else actor
        assert decide(wider, action, target).allowed or not decide(narrower, action, target).allowed


@given(seeds, st.sampled_from(Action))
def test_nothing_is_allowed_but_by_a_permit_of_the_role(seed: int, action: Action) -> None:
    """Take a role away, and every permit that it gave is gone: none is left that named no role."""
    chance = Chance(seed)
    actor, target = chance.actor(ANYBODY), chance.target()
    decision = decide(actor, action, target)
    permits = [each for each in PERMITS if each.id == decision.rule]
    assert not decision.allowed or [True] == [actor.role in each.roles and action in each.actions for each in permits]
