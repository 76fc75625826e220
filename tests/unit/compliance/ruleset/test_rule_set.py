"""Rule files: what is refused, on which line and for which field, and what their version says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.ruleset import RuleFileInvalid, RuleSet
from compliance.ruleset.terms import FORMS_MAX, TermInvalid, forms
from compliance.ruleset.yaml_file import DEPTH_MAX, FILE_CHARS_MAX

GOOD = """schema_version: 1
name: bakery
number: 1
title: {zh: 面包, en: Bread}
laws: {LAW: {zh: 法, en: Law}}
rules:
  - id: R1
    title: {zh: 题, en: Title}
    plain: {zh: 话, en: Words}
    suggestion: {zh: 改, en: Change}
    basis: [LAW 1]
    basis_checked_on: 2026-11-26
    confidence: read
    severity: {public_ad: block}
    find:
      - words: [最香]
"""


def problems(source: str) -> list[tuple[int, str, str]]:
    """What is wrong with a file: line, field, kind."""
    with pytest.raises(RuleFileInvalid) as caught:
        RuleSet.load(source)
    return [(each.line, each.field, each.kind) for each in caught.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "kind"),
    [
        ("confidence: read", "confidence: sure", 13, "rules[0].confidence", "literal_error"),
        ("basis: [LAW 1]", "basis: [LAX 1]", 11, "rules[0].basis[0]", "unknown-law"),
        ("    find:", "    colour: red\n    find:", 15, "rules[0].colour", "extra_forbidden"),
        ("words: [最香]", "words: ['@nothing']", 16, "rules[0].find[0].words", "unknown-name"),
        ("words: [最香]", "words: [最(香]", 16, "rules[0].find[0].words", "brackets"),
        ("words: [最香]", "words: [香]", 16, "rules[0].find[0].words", "too-short"),
        ("words: [最香]", "severity: review", 16, "rules[0].find[0]", "one-trigger"),
        ("words: [最香]", "lapsed: [number]", 16, "rules[0].find[0].lapsed[0]", "no-last-day"),
        ("title: {zh: 面包, en: Bread}", "title: {zh: 面包}", 4, "title.en", "missing"),
        ("number: 1", "number: 1\nnumber: 2", 4, "", "key"),
        ("number: 1", "number: &one 1", 3, "", "alias"),
        ("number: 1", "number: !!python/name:os.system 1", 3, "number", "tag"),
        ("rules:", "lists: {a: ['@b'], b: ['@a']}\nrules:", 6, "lists.a", "lists-in-circles"),
        ("rules:", "patterns: {p: {regex: 'a(', near: [a]}}\nrules:", 6, "patterns.p.regex", "regex"),
        ("rules:", "patterns: {p: {regex: 'a*', near: [a]}}\nrules:", 6, "patterns.p.regex", "matches-nothing"),
    ],
)
def test_problems_are_placed(old: str, new: str, line: int, field: str, kind: str) -> None:
    """Each thing wrong with a file is told with its line and its field."""
    assert (line, field, kind) in problems(GOOD.replace(old, new))


def test_the_one_that_ships_has_no_problems() -> None:
    """The file in the package passes every check."""
    assert RuleSet.default() == RuleSet.load(RuleSet.default().source)


def test_all_problems_at_once() -> None:
    """One look tells of everything of the same kind, in order of lines."""
    source = GOOD.replace("LAW 1", "LAX 1").replace("最香", "@nothing").replace("[@nothing]", "['@nothing']")
    assert [11, 16] == [line for line, _, _ in problems(source)]


def test_too_large() -> None:
    """A file is bounded in size, depth and in the words that it stands for."""
    assert "too-large" == problems("#" * (FILE_CHARS_MAX + 1))[0][2]
    assert "too-large" == problems("a: " + "[" * (DEPTH_MAX + 1))[0][2]
    doubled = ", ".join(f"l{number}: ['@l{number + 1}', '@l{number + 1}']" for number in range(4))
    many = GOOD.replace("rules:", f"lists: {{{doubled}, l4: ['(a|b|c|d|e)(a|b|c|d|e)(a|b|c|d|e)']}}\nrules:")
    RuleSet.load(many)
    with pytest.raises(TermInvalid):
        list(forms("(a|b|c|d|e|f|g|h|i|j)" * 4))
    assert FORMS_MAX < 10**4


def test_version_is_what_it_says() -> None:
    """Layout and comments leave the version as it is; a word changes it."""
    version = RuleSet.load(GOOD).version
    assert version.startswith("bakery-1-")
    assert version == RuleSet.load("# a remark\n" + GOOD.replace("[最香]", '["最香"]')).version
    assert version != RuleSet.load(GOOD.replace("最香", "最甜")).version


@pytest.mark.parametrize(
    ("word", "expected"),
    [("最(佳|好)", ["最佳", "最好"]), ("好的?", ["好的", "好"]), ("(a|b)?c", ["ac", "bc", "c"]), ("平常", ["平常"])],
)
def test_forms(word: str, expected: list[str]) -> None:
    """Alternatives and optional parts are written out."""
    assert expected == list(forms(word))


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(source: str) -> None:
    """Whatever is given as a rule file, it is refused in words."""
    with pytest.raises(RuleFileInvalid):
        RuleSet.load(source)
