"""JSON as RFC 8259 with the restrictions of I-JSON (RFC 7493): what two parsers could read differently is refused.

Refused: invalid UTF-8, a byte order mark, duplicate member names, NaN and Infinity, NUL characters and lone surrogates
in strings or names, and nesting deeper than DEPTH_MAX. The result is only used to check; models parse the same bytes
again under their own rules.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from fileserver.http.errors import InvalidRequest, MalformedBody, Violation

DEPTH_MAX = 32
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_json(raw: bytes) -> Any:
    """The value. Raises MalformedBody, or InvalidRequest where one member can be named."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedBody(reason="utf-8") from None
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise MalformedBody(reason="json-syntax") from None
    if not _harmless(raw):
        _check(value)
    return value


def _harmless(raw: bytes) -> bool:
    """Without an escape nothing is written that `check_text` refuses; of few brackets nothing is deep."""
    return b"\\u" not in raw and raw.count(b"{") + raw.count(b"[") <= DEPTH_MAX


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedBody(reason="json-duplicate-name")
    return members


def _constant(_name: str) -> NoReturn:
    raise MalformedBody(reason="json-not-a-number")


def _check(value: Any) -> None:
    """Walk without recursion, so that depth is refused rather than suffered."""
    todo: list[tuple[str, int, Any]] = [("", 0, value)]
    while todo:
        pointer, depth, item = todo.pop()
        if depth > DEPTH_MAX:
            raise MalformedBody(reason="json-depth")
        if isinstance(item, str):
            check_text(pointer, item)
        todo.extend((pointer + "/" + escape_pointer(name), depth + 1, child) for name, child in _children(item))


def _children(item: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(item, dict):
        for name, child in item.items():
            check_text("", name)
            yield name, child
    elif isinstance(item, list):
        yield from ((str(index), child) for index, child in enumerate(item))


def check_text(pointer: str, text: str) -> None:
    """Refuse what neither PostgreSQL nor UTF-8 can hold. Raises InvalidRequest naming `pointer`."""
    if "\0" in text:
        raise InvalidRequest(Violation(pointer, "nul_character", {}))
    if not text.isascii() and _SURROGATE.search(text):
        raise InvalidRequest(Violation(pointer, "lone_surrogate", {}))


def escape_pointer(name: str) -> str:
    """One reference token of a JSON pointer (RFC 6901 §3)."""
    return name.replace("~", "~0").replace("/", "~1")
