"""Findings are sentences in the reader's language."""

import re
from typing import get_args
from uuid import uuid4

import pytest

from compliance import media_types, scanning
from compliance.detecting import registry
from compliance.preparation import NOT_OPENED, NOT_SEALABLE, PASSING
from compliance.reading import step
from fileserver.answers import FindingOut
from fileserver.i18n import LOCALES, Language, has_message
from storage.rows.versions import FindingRow
from watermark.errors import WatermarkError
from watermark.findings import RULES

REFUSALS = {WatermarkError.slug} | {
    each.slug
    for each in WatermarkError.__subclasses__()
    if each not in PASSING and each.__module__ == "watermark.errors"
}
EVERY_RULE = {
    *get_args(media_types.Rule),
    NOT_SEALABLE,
    NOT_OPENED,
    *RULES,
    *REFUSALS,
    *scanning.RULES,
    *registry.rules(),
    *step.RULES,
}


def finding(rule: str, **params: str | int) -> FindingRow:
    """A finding at page 3."""
    return FindingRow(version_id=uuid4(), detector="d", rule=rule, severity="review", place={"page": 3}, params=params)


@pytest.mark.parametrize("language", list(Language))
def test_every_finding_has_a_sentence(language: Language) -> None:
    """Whatever a detector can report, a reviewer reads in words."""
    assert set() == {rule for rule in EVERY_RULE if not has_message(language, f"finding-{rule}")}


@pytest.mark.parametrize("language", list(Language))
def test_no_sentence_is_left_of_a_finding_that_is_gone(language: Language) -> None:
    """Sentences go with the rule they word."""
    text = (LOCALES / language.value / "materials.ftl").read_text(encoding="utf-8")
    assert EVERY_RULE | {"other"} == set(re.findall(r"^finding-([a-z-]+) =", text, re.MULTILINE))


def test_a_finding_is_told_with_its_numbers_and_its_page() -> None:
    """The sentence is filled in, and the place in the material named."""
    told = FindingOut.of(finding("image-more-frames", frames=12), Language.EN)
    assert ("The picture has 12 frames or pages; only the first is shown.", 3) == (told.message, told.page)


def test_an_unknown_finding_is_told_by_its_rule() -> None:
    """A detector newer than the sentences is still heard."""
    assert "The detector d reports odd-thing." == FindingOut.of(finding("odd-thing"), Language.EN).message


def test_a_broken_rule_brings_its_own_words() -> None:
    """What a rule of a rule set says stands in the finding, in both languages."""
    words = {"title": "Title", "plain": "Plain.", "suggestion": "Change it."}
    row = finding("A1", **{f"{name}_{key}": f"{text}{key}" for name, text in words.items() for key in ("zh", "en")})
    assert "A1 Titleen: Plain.en What to do: Change it.en" == FindingOut.of(row, Language.EN).message
    assert "Titlezh" in FindingOut.of(row, Language.ZH_CN).message
