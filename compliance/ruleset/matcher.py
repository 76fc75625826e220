"""Which rules a text breaks, and exactly where.

A matcher is made once of a rule set and asked for any number of texts; it holds no state of any of them. A text is the
whole of one material: pages are joined by form feeds, which no word, distance or pattern reaches across, while a rule
about what must not stand together, or has to be there, asks the whole. Time and memory are bounded by the text's
length, and that by `TEXT_CHARS_MAX`.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from functools import partial
from itertools import accumulate, groupby, islice, takewhile
from typing import TYPE_CHECKING

from compliance.ruleset.compiling import Program, Step, compile_rules
from compliance.ruleset.excuses import excused
from compliance.ruleset.hits import GRAVITY, QUOTE_CHARS_MAX, Hit, Severity, View
from compliance.ruleset.numbers import has_lapsed
from compliance.ruleset.places import Found, Place, parts
from compliance.ruleset.rule_set import RuleSet

if TYPE_CHECKING:
    from compliance.declaring import Declared  # a type only: the tables behind it are nothing to a worker

OF_WHOLE = frozenset({"together", "missing"})
TEXT_CHARS_MAX = 2_000_000
HITS_MAX = 100  # of one rule in one text
NEAR_MAX = 100  # of what stands near one word


class Scope(StrEnum):
    """Which rules are asked."""

    ALL = "all"
    PAGE = "page"  # those that one page is enough for
    WHOLE = "whole"  # those that need the whole material: what is missing, what must not stand together


class TextTooLong(ValueError):
    """The text has more than TEXT_CHARS_MAX characters: it is not looked at in part."""


class Matcher:
    """A rule set, ready to be asked."""

    def __init__(self, rule_set: RuleSet) -> None:
        self.rule_set = rule_set
        self._program: Program = compile_rules(rule_set.file)

    def hits(self, text: str, declared: "Declared", *, today: date, scope: Scope = Scope.ALL) -> list[Hit]:
        """Every hit, by place. Raises TextTooLong, TooManyPlaces."""
        if len(text) > TEXT_CHARS_MAX:
            raise TextTooLong
        found = self._program.lookup.find(text)
        return sorted(self._all(found, declared, today, scope), key=lambda hit: (hit.start, hit.end, hit.rule))

    def _all(self, found: Found, declared: "Declared", today: date, scope: Scope) -> Iterator[Hit]:
        for rule_id, steps in self._program.rules.items():
            weight = self.rule_set.weight(rule_id, declared.material_class)
            if weight is None:
                continue
            hits: list[Hit] = []
            for step in steps:
                if scope is not Scope.ALL and (step.kind in OF_WHOLE) is not (scope is Scope.WHOLE):
                    continue
                for raw in _met(step, found, declared, today):
                    if not excused(step.unless, found, raw.start, raw.end):
                        hits.append(_hit(rule_id, _milder(weight, step.severity), raw, found))
                    if len(hits) >= HITS_MAX:
                        break
            yield from _without_parts(hits)


def _met(step: Step, found: Found, declared: "Declared", today: date) -> Iterator[Place]:
    match step.kind:
        case "words":
            yield from found.each(step.groups[0])
        case "near":
            yield from _near(step, found)
        case "together":
            yield from _together(step, found)
        case "missing":
            yield from _missing(step, found, declared)
        case "lapsed":
            places = found.each(step.groups[0])
            yield from (place for place in places if has_lapsed(step.dated, place.term, today))


def _near(step: Step, found: Found) -> Iterator[Place]:
    """Each word of the first kind with the nearest one of the second."""
    first, second = step.groups
    before = 0 if step.ordered else step.within + step.reach
    for place, others in found.near(first, second, before=before, behind=step.within, most=NEAR_MAX):
        close = [other for other in others if not _overlap(place, other) and _gap(place, other) <= step.within]
        joined = (_joined(place, other) for other in sorted(close, key=partial(_gap, place)))
        yield from islice((raw for raw in joined if not parts(_quoted(found, raw))), 1)


def _gap(one: Place, other: Place) -> int:
    return max(one.start, other.start) - min(one.end, other.end)


def _overlap(one: Place, other: Place) -> bool:
    return one.start < other.end and other.start < one.end


def _joined(one: Place, other: Place) -> Place:
    left, right = sorted((one, other), key=lambda place: place.start)
    views = (one.view, other.view)
    view = View.PINYIN if View.PINYIN in views else View.COMPACT if View.COMPACT in views else View.NORMALISED
    return Place(left.start, max(left.end, right.end), f"{left.term}…{right.term}", view)


def _together(step: Step, found: Found) -> Iterator[Place]:
    *wanted, unwanted = step.groups
    if all(found.of(group) for group in wanted) and not found.of(unwanted):
        places = found.of(wanted[0])
        yield max(takewhile(lambda place: place.start == places[0].start, places), key=lambda place: place.end)


def _missing(step: Step, found: Found, declared: "Declared") -> Iterator[Place]:
    *when, text = step.groups
    declares = any(str(certificate.kind) in step.unless_declared for certificate in declared.certificates)
    if all(found.of(group) for group in when) and not found.of(text) and not declares:
        yield Place(0, 0, step.term, View.ABSENT)


def _quoted(found: Found, raw: Place) -> str:
    start, end = _offsets(found, raw)
    return found.text[start:end]


def _offsets(found: Found, raw: Place) -> tuple[int, int]:
    if raw.view is View.ABSENT:
        return 0, 0
    return found.offsets(raw.start, raw.end)


def _hit(rule_id: str, severity: Severity, raw: Place, found: Found) -> Hit:
    start, end = _offsets(found, raw)
    if raw.view is View.PINYIN:
        severity = _milder(severity, Severity.REVIEW)
    return Hit(
        rule=rule_id,
        severity=severity,
        start=start,
        end=end,
        quote=found.text[start:end][:QUOTE_CHARS_MAX],
        view=raw.view,
        term=raw.term[:QUOTE_CHARS_MAX],
    )


def _milder(severity: Severity, other: Severity | None) -> Severity:
    return severity if other is None else min(severity, other, key=GRAVITY.__getitem__)


def _without_parts(hits: Sequence[Hit]) -> Iterator[Hit]:
    """Of hits of one rule that lie within each other, the widest among the gravest."""
    starts: list[int] = []  # of those that were kept until now, graver ones first
    ends: list[int] = []  # how far those reach that start no later
    ordered = sorted(hits, key=lambda hit: (-GRAVITY[hit.severity], hit.start, -hit.end))
    for _, alike in groupby(ordered, key=lambda hit: hit.severity):
        kept: list[Hit] = []
        reach = -1
        for hit in alike:
            before = bisect_right(starts, hit.start)
            if max(reach, ends[before - 1] if before else -1) < hit.end:
                kept.append(hit)
                reach = hit.end
        spans = sorted([*zip(starts, ends, strict=True), *((hit.start, hit.end) for hit in kept)])
        starts = [start for start, _ in spans]
        ends = list(accumulate((end for _, end in spans), max))
        yield from kept
