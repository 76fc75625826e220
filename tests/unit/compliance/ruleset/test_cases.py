"""The standard rule set against its cases: what breaks each rule, what does not, and what breaks it in disguise."""

from datetime import date

import pytest

from compliance.access.model import MaterialClass
from compliance.declaring import Declared
from compliance.ruleset import Hit, Matcher, RuleSet, Severity
from tests.rule_cases.disguising import made
from tests.rule_cases.paragraphs import PARAGRAPHS, clean_paragraphs
from tests.rule_cases.reading import CASES, MADE, Case, all_cases

TODAY = date(2026, 11, 26)
RECALL_MIN = 0.98
FALSE_MAX = 0.02
FRAME = "\n某某门诊部 沪医广【2026】第03-02-003号"  # what a public advertisement has to carry


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """The standard rule set, ready."""
    return Matcher(RuleSet.default())


def hits(matcher: Matcher, text: str, material_class: MaterialClass = MaterialClass.PUBLIC_AD) -> list[Hit]:
    """What the rules say of a text."""
    return matcher.hits(text, Declared(material_class=material_class), today=TODAY)


def met(matcher: Matcher, case: Case) -> list[Hit]:
    """The hits of the case's own rule."""
    return [hit for hit in hits(matcher, case.text) if hit.rule == case.rule]


def test_every_rule_has_its_cases() -> None:
    """Each of the 55 rules has at least 10 texts that break it, 10 that do not and 8 that do in disguise."""
    cases = all_cases()
    assert set(RuleSet.default().rules) == set(cases)
    assert 55 == len(cases)
    for rule, each in cases.items():
        assert (10, 10, 8) <= (len(each.positive), len(each.negative), len(each.disguised)), rule


def test_made_cases_are_those_of_today() -> None:
    """The disguises in the files are those that the written cases are given today."""
    for path in CASES.glob("*.txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        place = lines.index(MADE)
        assert made(lines[:place]) == lines[place + 1 :], path.name


@pytest.mark.parametrize("rule", sorted(all_cases()))
def test_cases(matcher: Matcher, rule: str) -> None:
    """A text that breaks the rule is hit at exactly the marked place; one that does not is not hit by it."""
    cases = all_cases()[rule]
    for case in cases.positive:
        found = met(matcher, case)
        assert (case.start, case.end) in {(hit.start, hit.end) for hit in found}, case.text
        assert all(hit.quote == case.text[hit.start : hit.end] for hit in found)
    assert [] == [case.text for case in cases.negative if met(matcher, case)]


def test_disguised(matcher: Matcher) -> None:
    """At least 98 % of the disguised texts are hit by the block rules that they break."""
    weights = {rule: matcher.rule_set.weight(rule, MaterialClass.PUBLIC_AD) for rule in all_cases()}
    cases = [case for rule, each in all_cases().items() for case in each.disguised if weights[rule] is Severity.BLOCK]
    missed = [case.text for case in cases if not met(matcher, case)]
    assert 1 - len(missed) / len(cases) >= RECALL_MIN, missed


@pytest.mark.parametrize(
    ("material_class", "frame"),
    [(MaterialClass.PUBLIC_AD, FRAME), (MaterialClass.IN_CLINIC, ""), (MaterialClass.PROFESSIONAL_TRAINING, "")],
)
def test_clean_paragraphs(matcher: Matcher, material_class: MaterialClass, frame: str) -> None:
    """At most 2 % of a thousand clean paragraphs are hit by any rule."""
    hit = [text for text in clean_paragraphs() if hits(matcher, text + frame, material_class)]
    assert len(hit) / PARAGRAPHS <= FALSE_MAX, hit[:5]


def test_training_is_not_public(matcher: Matcher) -> None:
    """Training on approved products is not blocked by what forbids advertising them."""
    assert [] == hits(matcher, "A型肉毒毒素的注射层次", MaterialClass.PROFESSIONAL_TRAINING)
    assert ["G1"] == [hit.rule for hit in hits(matcher, "肉毒毒素", MaterialClass.IN_CLINIC)]
    assert [] == hits(matcher, "最佳团队", MaterialClass.INTERNAL)


def test_every_rule_says_what_it_rests_on() -> None:
    """Each rule names its articles in words, when they were checked, and how sure that is."""
    rules = RuleSet.default()
    for rule in rules.rules.values():
        assert all(text.startswith(("《", "国食", "工商")) for text in rules.articles(rule.id, "zh-CN")), rule.id
        assert rule.basis_checked_on <= TODAY
        assert {rule.plain.zh, rule.plain.en, rule.suggestion.zh, rule.suggestion.en}.isdisjoint({""})
        assert set(MaterialClass) == set(rule.severity)
        below_statute = {key.split()[0] for key in rule.basis} & {"YLB", "SPYX", "HLW", "YGR", "YMX"}
        assert not below_statute or rule.confidence == "counsel", rule.id
