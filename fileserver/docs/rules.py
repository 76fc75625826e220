"""The page of the rules that ship, with their articles."""

from compliance.access.model import MaterialClass
from compliance.ruleset import RuleSet
from compliance.ruleset.schema import RulePart
from fileserver.docs import markdown
from fileserver.docs.markdown import code

INTRODUCTION = """\
What may not be said when medical aesthetics are promoted in China. It is a tool for reviewers and no legal advice:
where the last column says *counsel*, articles or borders are from general knowledge and a lawyer has to confirm them.
*block*: approved only after a reviewer dismissed it with a reason; *review*: has to be decided; *evidence*: needs
evidence."""


def page() -> str:
    """The whole page."""
    rules = RuleSet.default()
    head = ("Rule", "What is wrong", "Basis", *(code(each.value) for each in MaterialClass), "Read on", "Confirmed by")
    rows = [_row(rules, part) for part in rules.file.rules]
    return markdown.page("Rules", INTRODUCTION, f"Version {code(rules.version)}.", markdown.table(head, rows))


def _row(rules: RuleSet, part: RulePart) -> tuple[str, ...]:
    weights = [str(part.severity.get(each, "none")) for each in MaterialClass]
    return (
        part.id,
        f"{part.title.zh}: {part.plain.en}",
        "; ".join(rules.articles(part.id, "zh-CN")),
        *weights,
        part.basis_checked_on.isoformat(),
        "text read" if part.confidence == "read" else "counsel",
    )
