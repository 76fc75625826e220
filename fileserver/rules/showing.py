"""Rules, hits and problems as answers, in the reader's language."""

from collections.abc import Iterable, Iterator

from compliance.rule_effects import Effect
from compliance.ruleset import Hit, Problem, RuleSet
from compliance.ruleset.schema import RulePart
from fileserver.i18n import Language, has_message, translate
from fileserver.rules.schemas import CirculatingOut, EffectOut, HitOut, RuleOut, RuleProblemOut, SaidOut
from storage.rows.rule_sets import Circulating

WORDS_SHOWN = 12
DETAIL_CHARS_MAX = 120


def rules(rule_set: RuleSet, language: Language) -> list[RuleOut]:
    """Every rule, in the file's order."""
    return [rule(rule_set, part, language) for part in rule_set.file.rules]


def rule(rule_set: RuleSet, part: RulePart, language: Language) -> RuleOut:
    """One rule."""
    chinese = language is Language.ZH_CN
    title, plain, suggestion = (text.zh if chinese else text.en for text in (part.title, part.plain, part.suggestion))
    return RuleOut(
        id=part.id,
        title=title,
        plain=plain,
        suggestion=suggestion,
        basis=rule_set.articles(part.id, language.value),
        basis_checked_on=part.basis_checked_on,
        confidence=part.confidence,
        severity={each.value: str(weight) for each, weight in part.severity.items()},
        words=list(_words(part))[:WORDS_SHOWN],
    )


def _words(part: RulePart) -> Iterator[str]:
    for trigger in part.find:
        near, together, missing = trigger.near, trigger.together, trigger.missing
        yield from trigger.words or ()
        yield from near.first if near else ()
        yield from together.all[0] if together else ()
        yield from missing.text if missing else ()
        yield from (f"@{name}" for name in trigger.lapsed or ())


def hits(rule_set: RuleSet, found: Iterable[Hit], language: Language) -> list[HitOut]:
    """Hits with their rules."""
    return [
        HitOut(
            start=hit.start,
            end=hit.end,
            quote=hit.quote,
            severity=hit.severity,
            view=hit.view,
            rule=rule(rule_set, rule_set.rules[hit.rule], language),
        )
        for hit in found
    ]


def problems(found: Iterable[Problem], language: Language) -> list[RuleProblemOut]:
    """Problems of a rule file; what the library says of a value stands in its own words."""
    return [RuleProblemOut(line=each.line, field=each.field, message=_message(each, language)) for each in found]


def _message(problem: Problem, language: Language) -> str:
    key = f"rule-file-{problem.kind.replace('_', '-')}"
    detail = problem.detail[:DETAIL_CHARS_MAX]
    return translate(language, key if has_message(language, key) else "rule-file-other", detail=detail)


def circulating(row: Circulating) -> CirculatingOut:
    """A version in circulation."""
    return CirculatingOut.model_validate(vars(row))


def effect(found: Effect) -> EffectOut:
    """What a rule set would change for it."""
    said = {
        name: [SaidOut(rule=each.rule, severity=each.severity, quote=each.quote) for each in getattr(found, name)]
        for name in ("new", "settled")
    }
    return EffectOut.model_validate({**vars(found.version), **said, "read": found.read, "blocks": found.blocks})
