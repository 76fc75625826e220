"""Readers of what a SIEM gets, written from the specifications and strict: RFC 5424 and CEF."""

import json
import re
from dataclasses import dataclass

PRIORITY = re.compile(r"<(0|[1-9][0-9]{0,2})>1 ")
TIME = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-][0-2][0-9]:[0-5][0-9])"
)
NAME = re.compile(r"[\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32}")
HEADER_CHARS_MAX = {"hostname": 255, "app_name": 48, "process": 128, "message_id": 32}
CEF_KEY = re.compile(r"[A-Za-z0-9_.\[\]-]+")


@dataclass(frozen=True)
class Message:
    """One syslog message."""

    priority: int
    time: str
    header: dict[str, str]
    structure: dict[str, dict[str, str]]
    message: str


def read_syslog(line: str) -> Message:
    """A message by the grammar of RFC 5424 §6; ValueError for anything else."""
    priority = PRIORITY.match(line)
    if priority is None or int(priority[1]) > 191:
        raise ValueError("PRI VERSION SP")
    *fields, rest = line[priority.end() :].split(" ", 5)
    time, *header = fields
    if time != "-" and not TIME.fullmatch(time):
        raise ValueError("TIMESTAMP")
    for text, chars_max in zip(header, HEADER_CHARS_MAX.values(), strict=True):
        if not 1 <= len(text) <= chars_max or not all("!" <= each <= "~" for each in text):
            raise ValueError("HEADER")
    structure, rest = _structure(rest)
    if rest and not rest.startswith(" "):
        raise ValueError("SP MSG")
    named = dict(zip(HEADER_CHARS_MAX, header, strict=True))
    return Message(int(priority[1]), time, named, structure, rest[1:].removeprefix("\ufeff"))


def _structure(text: str) -> tuple[dict[str, dict[str, str]], str]:
    if text.startswith("-"):
        return {}, text[1:]
    elements: dict[str, dict[str, str]] = {}
    while text.startswith("["):
        name = NAME.match(text, 1)
        if name is None or name[0] in elements:
            raise ValueError("SD-ID")
        elements[name[0]], text = _parameters(text[name.end() :])
    if not elements:
        raise ValueError("STRUCTURED-DATA")
    return elements, text


def _parameters(text: str) -> tuple[dict[str, str], str]:
    found: dict[str, str] = {}
    while text.startswith(" "):
        name = NAME.match(text, 1)
        if name is None or not text.startswith('="', name.end()):
            raise ValueError("SD-PARAM")
        value, text = _quoted(text[name.end() + 2 :])
        found[name[0]] = value
    if not text.startswith("]"):
        raise ValueError("SD-ELEMENT")
    return found, text[1:]


def _quoted(text: str) -> tuple[str, str]:
    value, at = "", 0
    while at < len(text):
        if text[at] == '"':
            return value, text[at + 1 :]
        if text[at] == "]":
            raise ValueError("PARAM-VALUE")
        if text[at] == "\\" and text[at + 1 : at + 2] in ('"', "\\", "]"):
            at += 1
        value, at = value + text[at], at + 1
    raise ValueError("PARAM-VALUE")


def read_cef(line: str) -> tuple[list[str], dict[str, str]]:
    """The seven fields of the header and the extension of a CEF message; ValueError for anything else."""
    fields, rest = [], line
    for _ in range(7):
        field, rest = _until_pipe(rest)
        fields.append(field)
    if fields[0] != "CEF:0":
        raise ValueError("CEF:Version")
    return fields, _extension(rest)


def _until_pipe(text: str) -> tuple[str, str]:
    value, at = "", 0
    while at < len(text):
        if text[at] == "|":
            return value, text[at + 1 :]
        if text[at] == "\\":
            at += 1
            if text[at : at + 1] not in ("\\", "|"):
                raise ValueError("escape in header")
        value, at = value + text[at], at + 1
    raise ValueError("header")


def _extension(text: str) -> dict[str, str]:
    """A key begins the text or follows a space, and ends with the next `=` that is not escaped."""
    marks = [match.start() for match in re.finditer("=", text) if not _is_escaped(text, match.start())]
    starts = [0, *(text.rindex(" ", 0, mark) + 1 for mark in marks[1:])]
    ends = [*(start - 1 for start in starts[1:]), len(text)]
    found: dict[str, str] = {}
    for start, mark, end in zip(starts, marks, ends, strict=True):
        key = text[start:mark]
        if not CEF_KEY.fullmatch(key) or key in found:
            raise ValueError(f"key {key!r}")
        found[key] = _plain(text[mark + 1 : end])
    return found


def _is_escaped(text: str, at: int) -> bool:
    before = text[:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _plain(value: str) -> str:
    meant = {"\\": "\\", "=": "=", "n": "\n", "r": "\r"}
    return re.sub(r"\\(.?)", lambda match: meant[match[1]], value)


def from_one_line(text: str) -> str:
    """The text that was written as in a JSON string, quotation marks apart."""
    read = json.loads('"' + text.replace('"', '\\"') + '"')
    assert isinstance(read, str)
    return read
