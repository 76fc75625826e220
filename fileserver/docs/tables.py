"""The page of tables: storage.schema with the comments that stand beside its columns."""

import ast
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from fileserver.docs import markdown, source
from fileserver.docs.markdown import code, codes
from storage import schema

INTRODUCTION = """\
The tables of PostgreSQL, as the modules of `storage/schema` declare them. The job queue (procrastinate) keeps tables
of its own in the same database; they are not listed. Times are UTC. Personal data stands in `profile.sealed` only."""
TYPES = {
    "BigInteger": "bigint",
    "Boolean": "boolean",
    "Date": "date",
    "DateTime": "timestamptz",
    "Integer": "integer",
    "JSONB": "jsonb",
    "LargeBinary": "bytea",
    "SmallInteger": "smallint",
    "Text": "text",
    "Uuid": "uuid",
}
# Helpers of the schema that name a column by themselves.
OWN_NAMES = {"own_id": "id", "created": "created_at"}


def page() -> str:
    """The whole page."""
    return markdown.page("Database", INTRODUCTION, *_blocks())


def _blocks() -> Iterator[str]:
    for module in _modules():
        heading, *rest = (module.__doc__ or "").strip().split("\n\n")
        if _declared(module):
            yield "\n\n".join((f"## {heading.rstrip('.')}", *rest))
        for node in _declared(module):
            name = _name_of(node.value)
            yield f"### {name}"
            yield _about(module, node)
            columns = schema.metadata.tables[name].columns
            comments = _comments(module, name)
            yield markdown.table(("Column", "Type", "Key", "What it holds"), (_row(each, comments) for each in columns))
            yield "\n".join(f"- {each}" for each in _constraints(name))


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(schema.__path__):
        yield import_module(f"{schema.__name__}.{found.name}")


def _row(column: Any, comments: dict[str, str]) -> tuple[str, ...]:
    notes = [comments.get(column.key, ""), *(code(str(each.sqltext)) for each in _checks(column))]
    return code(column.name), _type(column), _key(column), "; ".join(each for each in notes if each)


def _checks(owner: Any) -> list[Any]:
    """The checks declared at a table, or at a column."""
    return sorted((each for each in owner.constraints if hasattr(each, "sqltext")), key=lambda each: str(each.sqltext))


def _type(column: Any) -> str:
    kind = type(column.type).__name__
    text = f"{TYPES[type(column.type.item_type).__name__]}[]" if kind == "ARRAY" else TYPES[kind]
    return text if not column.nullable else f"{text}, or null"


def _key(column: Any) -> str:
    marks = ["primary"] if column.primary_key else []
    marks += ["unique"] if column.unique else []
    marks += [f"→ {code(key.target_fullname)}" for key in column.foreign_keys]
    return ", ".join(marks)


def _constraints(table: str) -> Iterator[str]:
    declared: Any = schema.metadata.tables[table]
    at_columns = {check for column in declared.columns for check in column.constraints}
    yield from (f"checked: {code(str(each.sqltext))}" for each in _checks(declared) if each not in at_columns)
    unique = [each for each in declared.constraints if type(each).__name__ == "UniqueConstraint"]
    for names in sorted([column.name for column in each.columns] for each in unique):
        if len(names) > 1:
            yield f"unique together: {codes(names)}"


@cache
def _declared(module: ModuleType) -> tuple[ast.Assign, ...]:
    """The assignments `name = Table(…)`, in order."""
    nodes = ast.parse(source.text_of(module)).body
    assigned = (each for each in nodes if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call))
    return tuple(each for each in assigned if isinstance(each.value, ast.Call) and _called(each.value) == "Table")


def _comments(module: ModuleType, table: str) -> dict[str, str]:
    """By column, the comment beside it."""
    node = next(each.value for each in _declared(module) if _name_of(each.value) == table)
    calls = [each for each in node.args if isinstance(each, ast.Call)] if isinstance(node, ast.Call) else []
    named = {(_own_key(each) or OWN_NAMES.get(_called(each)) or _name_of(each)): each for each in calls}
    return {name: source.beside(module, each) for name, each in named.items()}


def _about(module: ModuleType, node: ast.Assign) -> str:
    """Comments that stand on lines of their own between a table's name and its columns."""
    first = next(each.lineno for each in getattr(node.value, "args", ()) if isinstance(each, ast.Constant))
    comments = source.comments_of(module)
    return " ".join(comments[line] for line in range(node.lineno, first) if line in comments)


def _own_key(call: ast.Call) -> str:
    """The name that a column has in the code where its name in SQL is a word of Python (`class`)."""
    keys = (each.value for each in call.keywords if each.arg == "key")
    return next((str(each.value) for each in keys if isinstance(each, ast.Constant)), "")


def _name_of(call: ast.expr) -> str:
    """The first text that a call is given: the name of a table or a column."""
    texts = [each.value for each in getattr(call, "args", ()) if isinstance(each, ast.Constant)]
    return str(texts[0]) if texts else ""


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""
