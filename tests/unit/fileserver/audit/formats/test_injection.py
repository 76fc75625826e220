"""Hostile text through every field and every format: what is read back is equal, and one record stays one."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from fileserver.audit.formats import FORMS, Labelled
from fileserver.audit.formats.syslog import PARAMETERS, STRUCTURE
from fileserver.spreadsheets import FORMULA
from tests.payloads import PAYLOADS
from tests.siem import from_one_line, read_cef, read_syslog

Fields = dict[str, Any]
TEXTS = ("act", "why", "who", "org", "role", "obj", "ver", "link", "sess", "ip", "ua")
NAMES = ("person_name", "clinic_name", "object_title")


def hostile(number: int, payload: str) -> Labelled:
    """An event that holds the payload wherever there is text, which no leaf of ours ever does."""
    fields: Fields = dict.fromkeys(TEXTS, payload)
    fields |= {"v": 1, "t": "2026-11-23T01:30:00.000000Z", "res": "allow", "bytes": number, "n": "0" * 32}
    fields |= {"det": {payload: payload, "page": 3}}
    leaf = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return Labelled(number, leaf, fields, payload, payload, payload)


EVENTS = [hostile(number, payload) for number, payload in enumerate(PAYLOADS, start=1)]


def written(form: str) -> bytes:
    """All of them in one file."""
    writer = FORMS[form].open()
    return writer.head() + writer.rows(EVENTS[:300]) + writer.rows(EVENTS[300:]) + writer.tail()


def lines(form: str) -> list[str]:
    """The lines of a file of lines: LF ends one, and nothing else does."""
    text = written(form).decode()
    assert text.endswith("\n")
    return text[:-1].split("\n")


def unprefixed(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def read_csv() -> list[Fields]:
    """By the standard library's reader."""
    rows = list(csv.DictReader(io.StringIO(written("csv").decode("utf-8-sig"), newline="")))
    assert not any(FORMULA.match(cell) and not cell.startswith("'") for row in rows for cell in row.values())
    names = {"rule": "why", "person": "who", "clinic": "org", "object": "obj", "version_sha256": "ver", "share": "link"}
    names |= {"session": "sess", "network": "ip", "user_agent": "ua"}
    return [{names.get(key, key): unprefixed(cell) for key, cell in row.items()} for row in rows]


def read_parquet() -> list[Fields]:
    """By Arrow, whose own writer wrote it."""
    names = {"rule": "why", "person": "who", "clinic": "org", "object": "obj", "version_sha256": "ver", "share": "link"}
    names |= {"session": "sess", "network": "ip", "user_agent": "ua"}
    table = parquet.read_table(pa.BufferReader(written("parquet")))
    return [{names.get(key, key): value for key, value in row.items()} for row in table.to_pylist()]


def read_syslog_lines() -> list[Fields]:
    """By a strict reader of RFC 5424."""
    found: list[Fields] = []
    for line in lines("syslog"):
        read = read_syslog(line)
        assert [STRUCTURE] == list(read.structure)
        given = {name: from_one_line(value) for name, value in read.structure[STRUCTURE].items()}
        leaf = json.loads(read.message)
        found.append(
            {field: given[name] for name, field in PARAMETERS.items()} | {"act": leaf["act"], "id": given["id"]}
        )
        assert read.message.encode() == EVENTS[len(found) - 1].leaf
    return found


def read_cef_lines() -> list[Fields]:
    """By a strict reader of CEF."""
    keys = {"act": "act", "reason": "why", "suid": "who", "spriv": "role", "fileId": "obj", "fileHash": "ver"}
    customs = {"share": "link", "clinic": "org", "session": "sess", "network": "ip", "userAgent": "ua"}
    found: list[Fields] = []
    for line in lines("cef"):
        header, extension = read_cef(line)
        plain = {key: from_one_line(value) for key, value in extension.items()}
        labelled = {plain[f"cs{number}Label"]: plain[f"cs{number}"] for number in range(1, 7)}
        assert from_one_line(header[4]) == plain["act"]
        assert json.loads(labelled["details"]) == EVENTS[len(found)].fields["det"]
        found.append(
            {field: plain[key] for key, field in keys.items()}
            | {field: labelled[label] for label, field in customs.items()}
            | {"id": plain["externalId"]}
        )
    return found


def read_json_lines(form: str) -> list[Fields]:
    """By the standard library's JSON reader; OCSF holds the leaf whole."""
    read = [json.loads(line) for line in lines(form)]
    if form == "ocsf":
        assert [event.fields["act"] for event in EVENTS] == [each["metadata"]["event_code"] for each in read]
        assert [event.fields["why"] for event in EVENTS] == [each["status_code"] for each in read]
        read = [json.loads(each["raw_data"]) for each in read]
    return read


READERS: Mapping[str, Callable[[], list[Fields]]] = {
    "csv": read_csv,
    "ndjson": lambda: read_json_lines("ndjson"),
    "parquet": read_parquet,
    "ocsf": lambda: read_json_lines("ocsf"),
    "cef": read_cef_lines,
    "syslog": read_syslog_lines,
}


def test_there_are_enough_payloads() -> None:
    """Five hundred and more, all different."""
    assert 500 <= len(set(PAYLOADS)) == len(PAYLOADS)


@pytest.mark.parametrize("form", FORMS)
def test_every_payload_comes_back_equal(form: str) -> None:
    """As many records as events, and each text equal in each place that holds text."""
    read = READERS[form]()
    assert len(EVENTS) == len(read)
    names = NAMES if FORMS[form].has_names else ()
    for event, record in zip(EVENTS, read, strict=True):
        assert {field: event.fields[field] for field in TEXTS} == {field: record[field] for field in TEXTS}
        assert dict.fromkeys(names, event.person_name) == {name: record[name] for name in names}


@pytest.mark.parametrize("form", ["ocsf", "cef"])
def test_nothing_steers_a_screen(form: str) -> None:
    """No control character but the line's end, no mark that turns the direction of text."""
    assert {"\n"} == {each for each in written(form).decode() if not each.isprintable() and each != "\ufeff"}


def test_structured_data_steers_no_screen() -> None:
    """What stands before a syslog message's text holds no control character either."""
    heads = [line[: line.index("] \ufeff{")] for line in lines("syslog")]
    assert {"\ufeff"} >= {each for head in heads for each in head if not each.isprintable()}


@pytest.mark.parametrize("form", [name for name, form in FORMS.items() if not form.has_names])
def test_forms_for_machines_hold_no_names(form: str) -> None:
    """Whoever reads a SIEM learns pseudonyms, not who is behind them."""
    fields = dict.fromkeys(TEXTS, "x") | {"v": 1, "t": "2026-11-23T01:30:00.000000Z", "res": "deny"}
    fields |= {"bytes": 0, "n": "0" * 32, "det": {}}
    event = Labelled(7, json.dumps(fields).encode(), fields, "李娜", "瑞丽诊所", "夏季护肤手册")
    writer = FORMS[form].open()
    file = (writer.head() + writer.rows([event]) + writer.tail()).decode()
    assert [] == [name for name in ("李娜", "瑞丽", "护肤", "\\u674e") if name in file]
