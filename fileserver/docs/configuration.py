"""The page of settings, from `Config`."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from pydantic.fields import FieldInfo

from fileserver.config import CLIENT_TOKEN, CLIENT_URL, FILE_SUFFIX, Config, is_secret, variable_of
from fileserver.docs import markdown
from fileserver.docs.markdown import code, codes

INTRODUCTION = f"""\
Settings are environment variables, read once when a command starts. A variable that begins with `SEALSHARE_` and is
none of these stops the start, and so does a value that does not fit. No `.env` file is read.

A secret may come from a file instead: give the file's path in the variable with `{FILE_SUFFIX}` behind its name.
Setting both is an error. `sealshare config` shows what is in force, with secrets hidden.

`sealshare demo` needs none of them: it makes its own. `sealshare upload` reads only `{CLIENT_URL}` and
`{CLIENT_TOKEN}`."""
BOUNDS = {"gt": "> {}", "ge": "≥ {}", "le": "≤ {}", "min_length": "length ≥ {}", "max_length": "length ≤ {}"}
KINDS = {bool: "`true` or `false`", int: "whole number", str: "text", Path: "path of a file"}


def page() -> str:
    """The whole page."""
    return markdown.page(
        "Settings", INTRODUCTION, markdown.table(("Variable", "Default", "Takes", "What it is for"), _rows())
    )


def _rows() -> Iterator[tuple[str, str, str, str]]:
    for name, field in Config.model_fields.items():
        yield code(variable_of(name)), _default(field), ", ".join(_takes(field)), field.description or ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    value = field.default
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return codes(map(str, value))
    return code(str(value).lower() if isinstance(value, bool) else str(value))


def _takes(field: FieldInfo) -> Iterator[str]:
    kind = _but_none(field.annotation)
    if is_secret(field):
        yield f"secret, or a file by {code(FILE_SUFFIX)}"
    elif isinstance(kind, type) and issubclass(kind, StrEnum):
        yield codes(member.value for member in kind)
    elif get_args(kind):
        yield "several, separated by commas"
    else:
        yield next(words for each, words in KINDS.items() if kind is each)
        for bound in field.metadata:
            yield from (words.format(getattr(bound, name)) for name, words in BOUNDS.items() if hasattr(bound, name))


def _but_none(kind: Any) -> Any:
    """What a setting is that may be left out, without how it is checked: `str` of `Annotated[str, …] | None`."""
    if get_origin(kind) is Annotated:
        return _but_none(get_args(kind)[0])
    others = [each for each in get_args(kind) if each is not NoneType]
    return _but_none(others[0]) if NoneType in get_args(kind) and len(others) == 1 else kind
