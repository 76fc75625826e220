"""The rule set in force: which one it is, and what it says of a version's text.

Promises: the version in force is read in the caller's transaction, so that an approval and its rule set belong
together; until somebody puts one into force, it is the one that ships. Rule sets are made once in a process and kept,
a few of them. `RuleDetector` is the detector of the scan's step that reads text. Leaves storing rule sets to
`storage.rows.rule_sets`.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime
from functools import lru_cache

from compliance.access.model import MaterialClass
from compliance.declaring import Declared, china_day, declared_of
from compliance.detecting import Found, Place
from compliance.detecting import Severity as FoundSeverity
from compliance.reading import ExtractedText
from compliance.reading.detectors.personal import ToldNumber, told_numbers
from compliance.ruleset import Hit, Matcher, RuleSet, Severity
from compliance.ruleset.hits import GRAVITY
from compliance.ruleset.matcher import Scope
from compliance.ruleset.views import PAGE_BREAK
from compliance.scanning.case import Case
from storage.database import Database, Transaction
from storage.rows import rule_sets

NAME = "rules"  # as `compliance.scanning.scanner` knows it
MATCHERS_KEPT = 8
SEVERITIES: dict[Severity, FoundSeverity] = {
    Severity.BLOCK: "block",
    Severity.REVIEW: "review",
    Severity.EVIDENCE: "evidence",
}
COVERED_SHOWN = 3  # characters of personal data that stay, at the start
BASIS_LANGUAGE = "zh-CN"  # articles are cited in the language of the law


async def version_in_force(tx: Transaction) -> str:
    """The version of the rule set in force."""
    return await rule_sets.active_version(tx) or RuleSet.default().version


async def rule_set_in_force(tx: Transaction) -> RuleSet:
    """The rule set in force."""
    version = await rule_sets.active_version(tx)
    if version is None:
        return RuleSet.default()
    return await rule_set_of(tx, version) or RuleSet.default()


async def rule_set_of(tx: Transaction, version: str) -> RuleSet | None:
    """The rule set of a version: the one that ships, or one that was written; None if there is none."""
    if version == RuleSet.default().version:
        return RuleSet.default()
    row = await rule_sets.by_version(tx, version)
    return None if row is None else loaded(row.source)


@lru_cache(maxsize=MATCHERS_KEPT)
def loaded(source: str) -> RuleSet:
    """The rule set of a source, made once. Raises RuleFileInvalid."""
    return RuleSet.load(source)


@lru_cache(maxsize=MATCHERS_KEPT)
def _matcher(_version: str, source: str) -> Matcher:
    return Matcher(loaded(source))


def matcher_of(rule_set: RuleSet) -> Matcher:
    """The matcher of a rule set, made once."""
    return _matcher(rule_set.version, rule_set.source)


class RuleDetector:
    """The rules, asked of one version: of each page as it is read, and at the end of all of it."""

    name = NAME

    def __init__(self, rule_set: RuleSet, declared: Declared, today: date) -> None:
        self._rule_set, self._declared, self._today = rule_set, declared, today

    @property
    def version(self) -> str:
        """That of the rule set."""
        return self._rule_set.version

    def of_unit(self, text: ExtractedText, unit: int) -> Iterable[Found]:
        """What one page says that it must not."""
        said = text.pages[unit - 1]
        hits = self._hits(said, Scope.PAGE)
        told = told_numbers(said) if any(self._covered(hit) for hit in hits) else ()
        return [
            self._found(hit, text, unit, hit.start, hit.end)
            for hit in hits
            if not (self._covered(hit) and any(_told(hit, each) for each in told))
        ]

    def of_whole(self, text: ExtractedText) -> Iterable[Found]:
        """What is missing, and what must not stand together in one material."""
        starts = [0]
        for page in text.pages:
            starts.append(starts[-1] + len(page) + len(PAGE_BREAK))
        for hit in self._hits(PAGE_BREAK.join(text.pages), Scope.WHOLE):
            if hit.start == hit.end:
                yield self._found(hit)
                continue
            unit = max(place for place, start in enumerate(starts, start=1) if start <= hit.start)
            yield self._found(hit, text, unit, hit.start - starts[unit - 1], hit.end - starts[unit - 1])

    def _covered(self, hit: Hit) -> bool:
        return self._rule_set.rules[hit.rule].covered

    def _hits(self, text: str, scope: Scope) -> list[Hit]:
        return matcher_of(self._rule_set).hits(text, self._declared, today=self._today, scope=scope)

    def _found(self, hit: Hit, text: ExtractedText | None = None, unit: int = 0, start: int = 0, end: int = 0) -> Found:
        return Found(
            detector=NAME,
            rule=hit.rule,
            severity=SEVERITIES[hit.severity],
            place=text.place_of(unit, start, end) if text is not None else Place(),
            params={"term": self._shown(hit.rule, hit.term), "view": hit.view.value, **self._words(hit.rule)},
            quote=self._shown(hit.rule, hit.quote),
            basis="；".join(self._rule_set.articles(hit.rule, BASIS_LANGUAGE)),
        )

    def _shown(self, rule_id: str, words: str) -> str:
        if not self._rule_set.rules[rule_id].covered:
            return words
        return words[:COVERED_SHOWN] + "*" * len(words[COVERED_SHOWN:])

    def _words(self, rule_id: str) -> dict[str, str]:
        """What the rule says, in both languages: a finding stays readable when the rule set is another one."""
        rule = self._rule_set.rules[rule_id]
        texts = {"title": rule.title, "plain": rule.plain, "suggestion": rule.suggestion}
        return {f"{name}_{key}": getattr(text, key) for name, text in texts.items() for key in ("zh", "en")}


def _told(hit: Hit, number: ToldNumber) -> bool:
    """Whether the detector of personal data tells of the same characters, and as gravely."""
    same = number.start < hit.end and hit.start < number.end
    return same and GRAVITY[hit.severity] <= GRAVITY[Severity(number.severity)]


def rules_for(database: Database, clock: Callable[[], datetime]) -> Callable[[Case], Awaitable[RuleDetector]]:
    """What makes the detector for a case: the rule set in force, and what is declared, both of this moment."""

    async def make(case: Case) -> RuleDetector:
        async with database.transaction() as tx:
            rule_set = await rule_set_in_force(tx)
            declared = await declared_of(tx, case.material.id, version_id=case.version.id)
        plain = Declared(material_class=MaterialClass(case.material.material_class))
        return RuleDetector(rule_set, declared or plain, china_day(clock()))

    return make
