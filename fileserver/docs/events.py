"""The page of events: the fields of a leaf and the closed vocabulary of acts."""

import ast
from collections.abc import Iterator

from compliance import events
from compliance.events import Act, Result
from fileserver.docs import markdown, source
from fileserver.docs.markdown import code, codes
from fileserver.i18n import Language, translate

INTRODUCTION = """\
The log holds one entry for each act, written in the act's own transaction.
[Formats](../explanation/formats.md#the-leaf-of-an-event) says how an entry is laid out, byte by byte. An empty text
means: does not apply.

An act is `source:subject:action`. The source says who acts: an `employee`, a `viewer`, the `system` itself, or
`anybody` who is not known. Names are added and never changed or used again."""
RESULTS = {
    Result.ALLOW: "done",
    Result.DENY: "refused by a rule; nothing happened",
    Result.ERROR: "tried, and failed",
}
NOWHERE = "nothing yet"


def page() -> str:
    """The whole page."""
    return markdown.page(
        "Events",
        INTRODUCTION,
        "## Fields",
        "Besides these an entry holds `v` (1), `t` (the time) and `n` (128 random bits).",
        markdown.table(("Field", "Type", "What it holds"), _fields()),
        "## Results",
        markdown.table(("Result", "Means"), ((code(each.value), RESULTS[each]) for each in Result)),
        "## Acts",
        markdown.table(("Act", "In words", "中文", "Written by"), _acts()),
    )


def _fields() -> Iterator[tuple[str, str, str]]:
    tree = ast.parse(source.text_of(events))
    event = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Event")
    for node in event.body:
        if isinstance(node, ast.AnnAssign):
            yield code(ast.unparse(node.target)), code(ast.unparse(node.annotation)), source.beside(events, node)


def _acts() -> Iterator[tuple[str, ...]]:
    users = source.users_of(r"\bAct\.([A-Z_]+)\b", but=events)
    for act in Act:
        key = f"act-{act.value.replace(':', '-')}"
        words = (translate(language, key) for language in (Language.EN, Language.ZH_CN))
        yield code(act.value), *words, codes(users.get(act.name, ())) or NOWHERE
