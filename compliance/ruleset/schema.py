"""The rule file's shape: what may stand in it, with which limits. docs/reference/rule-file.md is written from here.

A file is data: words, patterns and distances. It holds no code, and another industry's rules are another file.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from compliance.access.model import MaterialClass
from compliance.ruleset.hits import Severity

NAME_CHARS_MAX = 40
RULES_MAX = 300
LISTS_MAX = 200
WORDS_MAX = 2_000  # of one list or trigger
WORD_CHARS_MAX = 200
TRIGGERS_MAX = 20
UNLESS_MAX = 10
WITHIN_CHARS_MAX = 100
TEXT_CHARS_MAX = 600
PATTERNS_MAX = 60
PATTERN_CHARS_MAX = 300
PATTERN_SPAN_MAX = 80

Name = Annotated[str, StringConstraints(pattern=rf"^[a-z][a-z0-9_-]{{0,{NAME_CHARS_MAX - 1}}}$")]
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,7}(-[A-Z0-9]{1,7})?$")]
LawKey = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,8}$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=WORD_CHARS_MAX, strip_whitespace=True)]
Words = Annotated[list[Word], Field(min_length=1, max_length=WORDS_MAX)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_CHARS_MAX, strip_whitespace=True)]
Within = Annotated[int, Field(ge=1, le=WITHIN_CHARS_MAX)]
Weight = Severity | Literal["none"]


class Part(BaseModel):
    """Every part of the file refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Part):
    """A sentence in both languages."""

    zh: Sentence = Field(description="In Chinese")
    en: Sentence = Field(description="In English")


class Dated(Part):
    """How the groups of a pattern, one behind the other, read as the last day on which a number is good."""

    form: Literal["yymmdd", "yyyymmdd", "none"] = Field(
        description="What the digits are; `none`: every number of this form has lapsed"
    )
    years: int = Field(default=0, ge=0, le=20, description="Years from that day to the last good one")


class PatternPart(Part):
    """A regular expression of RE2 over the compact text (folded letters, digits and % ¥, no separators)."""

    regex: Annotated[str, StringConstraints(min_length=1, max_length=PATTERN_CHARS_MAX)] = Field(
        description="RE2 syntax: it takes time in proportion to the text, whatever the pattern"
    )
    near: Words = Field(description="It is only tried around these words: one of them is in whatever it matches")
    span: int = Field(default=40, ge=1, le=PATTERN_SPAN_MAX, description="Characters around such a word to try")
    last_day: Dated | None = Field(default=None, description="For certificate numbers: until when one is good")


class Near(Part):
    """Two kinds of words close to each other."""

    first: Words = Field(description="One of these …")
    second: Words = Field(description="… and one of these")
    within: Within = Field(description="Characters between them, at most")
    ordered: bool = Field(default=False, description="`second` has to come behind `first`")


class Together(Part):
    """Words of several kinds anywhere in one material."""

    all: Annotated[list[Words], Field(min_length=1, max_length=6)] = Field(description="One of each has to be there")
    none: Annotated[list[Word], Field(max_length=WORDS_MAX)] = Field(
        default=[], description="None of these may be there"
    )


class Missing(Part):
    """A text that has to stand in the material and does not."""

    when: Words = Field(description="Only asked where one of these is in the material")
    also: Words | None = Field(default=None, description="… and one of these too")
    text: Words = Field(description="One of these has to be there")
    unless_declared: list[Name] = Field(
        default=[], max_length=20, description="Nor asked where a certificate of one of these kinds is declared"
    )


class Trigger(Part):
    """One way to break a rule: exactly one of `words`, `near`, `together`, `missing`, `lapsed`."""

    words: Words | None = Field(default=None, description="Each of these alone")
    near: Near | None = None
    together: Together | None = None
    missing: Missing | None = None
    lapsed: Annotated[list[Name], Field(min_length=1, max_length=20)] | None = Field(
        default=None, description="Patterns of certificate numbers whose last day has gone"
    )
    severity: Severity | None = Field(default=None, description="Milder than the rule's where this trigger is")
    literal: bool = Field(default=False, description="No look at pinyin, homophones and look-alikes")


class Unless(Part):
    """What excuses a hit: any one of these."""

    phrases: Annotated[list[Word], Field(max_length=WORDS_MAX)] = Field(
        default=[], description="The hit is a part of one of these"
    )
    before: Annotated[list[Word], Field(max_length=WORDS_MAX)] = Field(
        default=[], description="One of these ends at most 1 character in front of it, with no sign but quotes between"
    )
    near: Annotated[list[Word], Field(max_length=WORDS_MAX)] = Field(
        default=[], description="One of these is at most 12 characters away"
    )
    never_near: Annotated[list[Word], Field(max_length=WORDS_MAX)] = Field(
        default=[], description="But not within 12 characters of one of these"
    )


class RulePart(Part):
    """One rule."""

    id: RuleId = Field(description="Stable: findings and decisions name it")
    title: Text = Field(description="What it is about, in a few words")
    plain: Text = Field(description="What is wrong, in plain words")
    suggestion: Text = Field(description="What to do instead")
    basis: Annotated[list[Word], Field(min_length=1, max_length=12)] = Field(
        description="Articles, each the key of a law and where in it: `GGF 9(3)`"
    )
    basis_checked_on: date = Field(description="When somebody last read these articles")
    confidence: Literal["read", "counsel"] = Field(
        description="`read`: the text of the law was read; `counsel`: a lawyer has to confirm article or border"
    )
    severity: dict[MaterialClass, Weight] = Field(
        description="By class of material; `off` where the rule does not hold"
    )
    find: Annotated[list[Trigger], Field(min_length=1, max_length=TRIGGERS_MAX)]
    unless: Annotated[list[Unless], Field(max_length=UNLESS_MAX)] = []
    covered: bool = Field(default=False, description="It is personal data: only its beginning is quoted")
    evidence: list[Name] = Field(default=[], max_length=10, description="Kinds of evidence that settle it")


class RuleFile(Part):
    """The whole file."""

    schema_version: Literal[1] = Field(description="Of this shape")
    name: Name = Field(description="What the rule set is called: the industry, say")
    number: int = Field(ge=1, le=1_000_000, description="Counted up by whoever publishes the file")
    title: Text
    laws: dict[LawKey, Text] = Field(min_length=1, max_length=100, description="Laws by their keys")
    lists: dict[Name, Words] = Field(default={}, max_length=LISTS_MAX, description="Words that stand for `@name`")
    patterns: dict[Name, PatternPart] = Field(
        default={}, max_length=PATTERNS_MAX, description="Patterns that stand for `@name` too"
    )
    rules: Annotated[list[RulePart], Field(min_length=1, max_length=RULES_MAX)]
