"""What a marketer may choose."""

from typing import Any, get_args

import pytest

from watermark.look import PRESETS, STANDARD, Look, LookInvalid, PresetName
from watermark.stamp import Stamp

STAMP = Stamp("张伟", "瑞丽医美门诊部", "1234", "2026-11-23 13:05", "8F3K2Q7M")


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("strength", "invisible", "literal-error"),
        ("layout", "none", "literal-error"),
        ("size", "tiny", "literal-error"),
        ("colour", "#fff", "look-colour"),
        ("opacity_percent", 7, "look-opacity"),
        ("opacity_percent", 61, "look-opacity"),
        ("text", "{clinic}", "look-names-nobody"),
    ],
)
def test_what_can_not_be_is_refused_by_field_and_rule(field: str, value: Any, rule: str) -> None:
    """A look that exists can be drawn; the refusal names the field."""
    with pytest.raises(LookInvalid) as caught:
        Look(**{field: value})
    assert (field, rule) == (caught.value.field, caught.value.rule)


def test_the_standard_says_who_where_when_and_through_what() -> None:
    """Unless told otherwise, the lines are those of the stamp."""
    assert STAMP.lines == STANDARD.lines(STAMP)


def test_a_text_of_ones_own() -> None:
    """The marketer's words stand around the facts."""
    assert ("请勿外传 张伟", "13:05") == Look(text="请勿外传 {name}\n{time}").lines(
        Stamp("张伟", "瑞丽医美", "1234", "13:05", "8F3K")
    )


def test_nobody_is_left_out() -> None:
    """Where the text has places only for facts that this person lacks, all that is known is drawn instead."""
    nameless = Stamp("", "瑞丽医美", "1234", "13:05", "")
    phoneless = Stamp("张伟", "瑞丽医美", "", "13:05", "")

    assert nameless.lines == Look(text="{name} {clinic}").lines(nameless)
    assert phoneless.lines == Look(text="{clinic} {phone}").lines(phoneless)


def test_presets_differ() -> None:
    """No two are drawn alike, and the three strengths grow."""
    light, standard, strong = PRESETS["light"], PRESETS["standard"], PRESETS["strong"]
    levels = [each.ink.least_change_levels for each in (light, standard, strong)]

    assert set(get_args(PresetName)) == set(PRESETS)
    assert len(PRESETS) == len(set(PRESETS.values()))
    assert levels == sorted(set(levels))


def test_opacity_replaces_what_the_strength_says() -> None:
    """Both are ways to say how strongly strokes cover."""
    assert Look(strength="strong").ink == Look(strength="light", opacity_percent=32).ink
