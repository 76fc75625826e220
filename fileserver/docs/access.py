"""The page of access rules: the two lists of compliance.access.rules, in words and in code."""

import ast
from collections.abc import Collection, Iterator
from functools import cache

from compliance.access import DEFAULT_DENY, Action, Role, may_ever, rules
from compliance.access.model import Forbid, Permit
from compliance.access.rules import FORBIDS, PERMITS
from fileserver.docs import markdown, source
from fileserver.docs.markdown import code, codes
from fileserver.i18n import Language, translate

INTRODUCTION = f"""\
`compliance.access.decide` answers every question "may this person do this to that?". It goes through the forbids
first: the first that holds says no. Then through the permits: the first that holds says yes. If none does, the answer
is no, by `{DEFAULT_DENY}`. The id of the rule that answered stands in the event (`why`)."""
ALWAYS = "always"
CONDITION_AT = {"Forbid": 2, "Permit": 3}


def page() -> str:
    """The whole page."""
    return markdown.page(
        "Access rules",
        INTRODUCTION,
        "## Forbidden, whatever else holds",
        "The condition is the one of the code; `actor` is who acts, `target` what is acted upon.",
        markdown.table(("Rule", "Acts", "When", "In words"), map(_forbid, FORBIDS)),
        "## Permitted",
        markdown.table(("Rule", "Roles", "Acts", "When", "In words"), map(_permit, PERMITS)),
        "Conditions that have a name:",
        "```python\n" + "\n\n\n".join(_named_conditions()) + "\n```",
        "## Who could ever do what",
        "A mark means that some permit could allow it; the conditions above still decide. Where there is none, a route "
        "refuses the role before it reads anything.",
        markdown.table(("Act", *(role.value for role in Role)), _matrix()),
    )


def _forbid(rule: Forbid) -> tuple[str, ...]:
    return code(rule.id), _acts(rule.actions), code(_conditions()[rule.id]), _words(rule.id)


def _permit(rule: Permit) -> tuple[str, ...]:
    when = _conditions().get(rule.id, ALWAYS)
    roles = codes(role.value for role in Role if role in rule.roles)
    return code(rule.id), roles, _acts(rule.actions), when if when == ALWAYS else code(when), _words(rule.id)


def _words(rule: str) -> str:
    return " ".join(translate(language, f"rule-{rule}") for language in (Language.EN, Language.ZH_CN))


def _acts(actions: Collection[Action]) -> str:
    """Named one by one, or by what is missing where nearly all are meant."""
    missing = [act for act in Action if act not in actions]
    if not missing:
        return "all"
    if len(missing) < len(actions):
        return f"all but {codes(act.value for act in missing)}"
    return codes(act.value for act in Action if act in actions)


def _matrix() -> Iterator[tuple[str, ...]]:
    for act in Action:
        yield code(act.value), *("✓" if may_ever(role, act) else "" for role in Role)


@cache
def _conditions() -> dict[str, str]:
    """By rule, the condition as the code has it: a lambda's body, or a function's name."""
    return {
        rule.args[0].value: _condition(rule.args[CONDITION_AT[rule.func.id]])
        for rule in ast.walk(ast.parse(source.text_of(rules)))
        if isinstance(rule, ast.Call)
        and isinstance(rule.func, ast.Name)
        and len(rule.args) > CONDITION_AT.get(rule.func.id, len(rule.args))
        and isinstance(rule.args[0], ast.Constant)
        and isinstance(rule.args[0].value, str)
    }


def _condition(node: ast.expr) -> str:
    if isinstance(node, ast.Call):  # _unless(lambda share: …)
        return f"target.share is None or {_condition(node.args[0])}"
    return ast.unparse(node.body if isinstance(node, ast.Lambda) else node)


def _named_conditions() -> Iterator[str]:
    text, used = source.text_of(rules), set(_conditions().values())
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name in used:
            yield ast.get_source_segment(text, node) or ""
