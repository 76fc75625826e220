"""The matcher on a small rule set: views, places, distances, excuses, what is missing, what has lapsed."""

import time
from datetime import date

import pytest

from compliance.access.model import MaterialClass
from compliance.certificate_numbers import CertificateKind
from compliance.declaring import Certificate, Declared
from compliance.ruleset import Hit, Matcher, RuleSet, Severity, View
from compliance.ruleset.lookup import PLACES_MAX, TooManyPlaces
from compliance.ruleset.matcher import HITS_MAX, TEXT_CHARS_MAX, TextTooLong

FRAME = """
schema_version: 1
name: small
number: 1
title: {{zh: 小, en: Small}}
laws: {{LAW: {{zh: 法, en: Law}}}}
patterns:
  percent: {{regex: "[0-9]{{1,4}}%", near: ["%"], span: 8}}
  number: {{regex: "第([0-9]{{6}})号", near: [第], span: 12, last_day: {{form: yymmdd}}}}
  slow: {{regex: "(a|aa)+$", near: [慢], span: 80}}
rules:
  - id: R1
    title: {{zh: 题, en: Title}}
    plain: {{zh: 话, en: Words}}
    suggestion: {{zh: 改, en: Change}}
    basis: [LAW 1]
    basis_checked_on: 2026-11-26
    confidence: read
    severity: {{public_ad: block, in_clinic: review, professional_training: none}}
    {rest}
"""


def found(rest: str, text: str, **declared: object) -> list[Hit]:
    """The hits of one rule in a text."""
    facts = Declared(**{"material_class": MaterialClass.PUBLIC_AD, **declared})  # type: ignore[arg-type]  # by name
    return Matcher(RuleSet.load(FRAME.format(rest=rest))).hits(text, facts, today=date(2026, 11, 26))


def spans(rest: str, text: str, **declared: object) -> list[tuple[int, int]]:
    """Where they are."""
    return [(hit.start, hit.end) for hit in found(rest, text, **declared)]


BEST = "find: [{words: [最佳]}]"


@pytest.mark.parametrize(
    ("text", "view", "start", "end"),
    [
        ("说最佳", View.NORMALISED, 1, 3),
        ("最\u200b佳", View.NORMALISED, 0, 3),
        ("最\u0336佳", View.NORMALISED, 0, 3),
        ("冣佳", View.NORMALISED, 0, 2),
        ("😀最 * 佳", View.COMPACT, 1, 6),
        ("最\n佳", View.COMPACT, 0, 3),
        ("蕞佳", View.PINYIN, 0, 2),
        ("说zui佳", View.PINYIN, 1, 5),
        ("zuì jiā", View.PINYIN, 0, 7),
        ("the best zuijia team", View.PINYIN, 9, 15),
    ],
)
def test_views(text: str, view: View, start: int, end: int) -> None:
    """Each way of writing is seen through, told apart, and placed exactly in the text as given."""
    (hit,) = found(BEST, text)
    assert (view, start, end, text[start:end]) == (hit.view, hit.start, hit.end, hit.quote)
    assert (Severity.REVIEW if view is View.PINYIN else Severity.BLOCK) is hit.severity


@pytest.mark.parametrize("text", ["最。佳", "最\f佳", "最" + "*" * 9 + "佳", "嘴角", "醉驾", "罪加一等"])
def test_not_one_word(text: str) -> None:
    """Ends of sentences and pages part a word, and words that merely sound alike are not it."""
    assert [] == found(BEST, text)


def test_expansion_keeps_offsets() -> None:
    """Characters that become several, or several that become one, shift nothing behind them."""
    assert [(6, 8)] == spans(BEST, "㎡½ﬁ①㊎!最佳")


def test_latin_words_are_whole() -> None:
    """A Latin word or a number is not found inside a longer one."""
    rest = "find: [{words: [top1, before]}]"
    assert [(0, 5)] == spans(rest, "TOP 1")
    assert [(0, 4), (5, 11)] == spans(rest, "TOP1 before")
    assert [] == found(rest, "stop 1, top 12, beforehand")


def test_near() -> None:
    """Two kinds of words make a hit from the first to the nearest second, within the distance and one sentence."""
    rest = "find: [{near: {first: ['@percent'], second: [有效, 满意], within: 4}}]"
    assert [(1, 7)] == spans(rest, "达98%的有效，满意")
    assert [(0, 5)] == spans(rest, "满意98%")
    assert [] == found(rest, "98%的一二三四有效")
    assert [] == found(rest, "达98%。有效")
    assert HITS_MAX == len(found(rest, "98%有效" * HITS_MAX * 2))


def test_excuses() -> None:
    """A phrase around, a negation in front or a word near excuses, but not where an exception of it stands near."""
    rest = (
        "find: [{words: [最好]}]\n    unless: [{phrases: [最好提前], before: [并非], near: [注意], never_near: [祛斑]}]"
    )
    assert [] == found(rest, "最好提前预约")
    assert [] == found(rest, "并非“最好”")
    assert [(3, 5)] == spans(rest, "并非，最好")
    assert [(4, 6)] == spans(rest, "并非老的最好")
    assert [] == found(rest, "最好，请注意")
    assert [(0, 2)] == spans(rest, "最好提前祛斑")
    assert [(0, 2)] == spans(rest, "最好的")


def test_together_and_missing() -> None:
    """Words anywhere in the material, what must not be there with them, and what must."""
    rest = "find: [{together: {all: [[种草], [链接]], none: [广告]}}]"
    assert [(0, 2)] == spans(rest, "种草\f链接")
    assert [] == found(rest, "种草，广告，链接")
    rest = "find: [{missing: {when: [手术], text: ['@number'], unless_declared: [medical_ad]}}]"
    (hit,) = found(rest, "手术")
    assert (View.ABSENT, 0, 0, "") == (hit.view, hit.start, hit.end, hit.quote)
    assert [] == found(rest, "手术，第301231号")
    assert [] == found(rest, "手术", certificates=(Certificate(kind=CertificateKind.MEDICAL_AD, number="1"),))


def test_lapsed() -> None:
    """A number is good up to and with its last day; digits that are no day never were."""
    rest = "find: [{lapsed: [number]}]"
    assert [] == found(rest, "第261126号")
    assert [(0, 8)] == spans(rest, "第261125号")
    assert [(0, 8)] == spans(rest, "第269999号")


def test_classes() -> None:
    """A rule weighs what it says for the class, and nothing where it says none or nothing."""
    (hit,) = found(BEST, "最佳", material_class=MaterialClass.IN_CLINIC)
    assert Severity.REVIEW is hit.severity
    assert [] == found(BEST, "最佳", material_class=MaterialClass.PROFESSIONAL_TRAINING)
    assert [] == found(BEST, "最佳", material_class=MaterialClass.INTERNAL)


def test_patterns_can_not_stall() -> None:
    """A pattern that keeps engines with backtracking busy for ages takes no time."""
    started = time.process_time()
    assert [] == found("find: [{words: ['@slow']}]", ("慢" + "a" * 70 + "b") * 1_000)
    assert time.process_time() - started < 5


def test_nothing_is_hidden_behind_many_excused_words() -> None:
    """What is not excused is found behind any number of what is; beyond the limit nothing is said of the text."""
    rest = "find: [{words: [唯一]}]\n    unless: [{phrases: [唯一标识]}]"
    assert [(10_000, 10_002)] == spans(rest, "唯一标识。" * 2_000 + "唯一的选择")
    with pytest.raises(TooManyPlaces):
        found(rest, "唯一标识。" * (PLACES_MAX + 1))


def test_limits() -> None:
    """Hits of a rule are counted up to a limit, and a text that is too long is not looked at in part."""
    assert HITS_MAX == len(found(BEST, "最佳" * (HITS_MAX + 1)))
    with pytest.raises(TextTooLong):
        found(BEST, "x" * (TEXT_CHARS_MAX + 1))
