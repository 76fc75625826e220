"""What a rule file of the right shape can still get wrong: names that nothing has, words that can't be looked for."""

from collections import Counter
from collections.abc import Iterable, Iterator

import re2

from compliance.ruleset.patterns import compiled
from compliance.ruleset.schema import RuleFile, RulePart, Trigger
from compliance.ruleset.terms import TERMS_MAX, Choice, TermInvalid, written_out
from compliance.ruleset.views import folded
from compliance.ruleset.yaml_file import Path

Fault = tuple[Path, str, str]
KINDS = ("words", "near", "together", "missing", "lapsed")


def problems_of(file: RuleFile) -> list[Fault]:
    """Everything wrong, as path, kind and detail."""
    faults = [*_rules(file), *_patterns(file)]
    terms = 0
    for path, words, letters_min in _all_words(file):
        try:
            choice = written_out(words, file.lists, file.patterns)
        except TermInvalid as error:
            faults.append((path, error.kind, error.word))
            continue
        terms += len(choice.words)
        if terms > TERMS_MAX:
            return [*faults, (path, "too-many-words", str(TERMS_MAX))]
        faults += _short(path, choice, letters_min)
    return faults


def _rules(file: RuleFile) -> Iterator[Fault]:
    count = Counter(rule.id for rule in file.rules)
    for place, rule in enumerate(file.rules):
        path: Path = ("rules", place)
        if count[rule.id] > 1:
            yield (*path, "id"), "twice", rule.id
        for number, key in enumerate(rule.basis):
            if key.split(" ")[0] not in file.laws:
                yield (*path, "basis", number), "unknown-law", key
        for number, trigger in enumerate(rule.find):
            yield from _trigger(file, (*path, "find", number), trigger)


def _trigger(file: RuleFile, path: Path, trigger: Trigger) -> Iterator[Fault]:
    if sum(getattr(trigger, kind) is not None for kind in KINDS) != 1:
        yield path, "one-trigger", ", ".join(KINDS)
    for number, name in enumerate(trigger.lapsed or ()):
        pattern = file.patterns.get(name)
        if pattern is None or pattern.last_day is None:
            yield (*path, "lapsed", number), "no-last-day", name


def _patterns(file: RuleFile) -> Iterator[Fault]:
    for name in file.patterns.keys() & file.lists.keys():
        yield ("patterns", name), "twice", name
    for name, part in file.patterns.items():
        path: Path = ("patterns", name)
        try:
            pattern = compiled(part.regex)
        except re2.error as error:
            yield (*path, "regex"), "regex", _words(error)
            continue
        if pattern.search("") is not None:
            yield (*path, "regex"), "matches-nothing", part.regex
        if part.last_day is not None and part.last_day.form != "none" and not pattern.groups:
            yield (*path, "last_day"), "no-groups", part.regex


def _words(error: BaseException) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)


def _all_words(file: RuleFile) -> Iterator[tuple[Path, Iterable[str], int]]:
    """Every list of words with its path and how many letters each has to have."""
    for name, words in file.lists.items():
        yield ("lists", name), words, 1
    for name, pattern in file.patterns.items():
        yield ("patterns", name, "near"), pattern.near, 1
    for place, rule in enumerate(file.rules):
        yield from _rule_words(("rules", place), rule)


def _rule_words(path: Path, rule: RulePart) -> Iterator[tuple[Path, Iterable[str], int]]:
    for number, trigger in enumerate(rule.find):
        here: Path = (*path, "find", number)
        if trigger.words:
            yield (*here, "words"), trigger.words, 2
        if trigger.near:
            yield (*here, "near", "first"), trigger.near.first, 1
            yield (*here, "near", "second"), trigger.near.second, 1
        for which, words in enumerate(trigger.together.all if trigger.together else ()):
            yield (*here, "together", "all", which), words, 1
        if trigger.together:
            yield (*here, "together", "none"), trigger.together.none, 1
        if trigger.missing:
            yield (*here, "missing", "when"), trigger.missing.when, 1
            yield (*here, "missing", "also"), trigger.missing.also or (), 1
            yield (*here, "missing", "text"), trigger.missing.text, 2
    for number, unless in enumerate(rule.unless):
        for name in ("phrases", "before", "near", "never_near"):
            yield (*path, "unless", number, name), getattr(unless, name), 1


def _short(path: Path, choice: Choice, letters_min: int) -> Iterator[Fault]:
    for word in choice.words:
        if len(folded(word)) < letters_min:
            yield path, "too-short", word
