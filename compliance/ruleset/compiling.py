"""Rules as steps over numbered groups of words: what stands in the file by name is looked up once, here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from compliance.ruleset.excuses import Excuses, excuses_of
from compliance.ruleset.hits import Severity
from compliance.ruleset.lookup import Lookup
from compliance.ruleset.numbers import DatedPattern
from compliance.ruleset.schema import PATTERN_SPAN_MAX, RuleFile, RulePart, Trigger
from compliance.ruleset.terms import Choice, written_out


@dataclass(frozen=True, kw_only=True)
class Step:
    """One trigger of one rule: its kind, the groups it asks for, and what excuses it."""

    kind: Literal["words", "near", "together", "missing", "lapsed"]
    groups: tuple[int, ...]
    unless: tuple[Excuses, ...]
    severity: Severity | None = None
    within: int = 0
    reach: int = 0  # how long a word of the second group can be
    ordered: bool = False
    term: str = ""
    unless_declared: frozenset[str] = frozenset()
    dated: tuple[DatedPattern, ...] = ()


@dataclass(frozen=True)
class Program:
    """A rule file, compiled: what to look for, and the steps of each rule."""

    lookup: Lookup
    rules: Mapping[str, tuple[Step, ...]]


@dataclass
class _Groups:
    """Numbers for lists of words; the same list asked for twice has one number."""

    file: RuleFile
    choices: list[Choice] = field(default_factory=list)
    numbers: dict[tuple[Choice, bool], int] = field(default_factory=dict)

    def number(self, words: Iterable[str], *, literal: bool = False) -> int:
        """The number of the group of these words."""
        choice = written_out(words, self.file.lists, self.file.patterns)
        known = self.numbers.get((choice, literal))
        if known is None:
            known = self.numbers[choice, literal] = len(self.choices)
            self.choices.append(choice)
        return known

    def longest(self, words: Iterable[str]) -> int:
        """How many characters one of these words, or what one of their patterns matches, has at most."""
        choice = written_out(words, self.file.lists, self.file.patterns)
        return max([PATTERN_SPAN_MAX if choice.patterns else 0, *map(len, choice.words)])

    def literal(self) -> frozenset[int]:
        """The groups whose words count only as they are written."""
        return frozenset(number for (_, literal), number in self.numbers.items() if literal)


def compile_rules(file: RuleFile) -> Program:
    """The program of a file without problems."""
    groups = _Groups(file)
    rules = {rule.id: tuple(_step(groups, rule, trigger) for trigger in rule.find) for rule in file.rules}
    lookup = Lookup(groups.choices, groups.literal(), file.patterns)
    for name, pattern in file.patterns.items():
        lookup.add_anchors(name, written_out(pattern.near, file.lists, ()).words)
    return Program(lookup, rules)


def _step(groups: _Groups, rule: RulePart, trigger: Trigger) -> Step:
    unless = tuple(excuses_of(groups.file, each) for each in rule.unless)
    severity, literal = trigger.severity, trigger.literal
    if trigger.words:
        words = groups.number(trigger.words, literal=literal)
        return Step(kind="words", groups=(words,), unless=unless, severity=severity)
    if trigger.near:
        near = trigger.near
        return Step(
            kind="near",
            groups=(groups.number(near.first, literal=literal), groups.number(near.second, literal=literal)),
            unless=unless,
            severity=severity,
            within=near.within,
            reach=groups.longest(near.second),
            ordered=near.ordered,
        )
    if trigger.together:
        wanted = tuple(groups.number(words, literal=literal) for words in trigger.together.all)
        unwanted = groups.number(trigger.together.none, literal=True)
        return Step(kind="together", groups=(*wanted, unwanted), unless=unless, severity=severity)
    if trigger.missing:
        missing = trigger.missing
        return Step(
            kind="missing",
            groups=(
                groups.number(missing.when, literal=literal),
                groups.number(missing.also or missing.when, literal=literal),
                groups.number(missing.text, literal=True),
            ),
            unless=unless,
            severity=severity,
            term=missing.text[0],
            unless_declared=frozenset(missing.unless_declared),
        )
    names = trigger.lapsed or []
    return Step(
        kind="lapsed",
        groups=(groups.number([f"@{name}" for name in names]),),
        unless=unless,
        severity=severity,
        dated=tuple(DatedPattern.of(groups.file.patterns[name]) for name in names),
    )
