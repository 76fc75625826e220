"""The log as CSV: nothing in it runs in a spreadsheet, and nothing in it is lost."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.events import Act, Event, leaf_of
from fileserver.audit.formats import Labelled
from fileserver.audit.formats.comma_separated import COLUMNS, CsvWriter
from fileserver.spreadsheets import safe_cell

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"


def labelled(**names: Any) -> Labelled:
    """An event with these names beside it."""
    leaf = leaf_of(Event(act=Act.VIEWER_COPY_VIEW, who="p-1", obj="material:7", det={"page": 3, "kind": "page"}), NOW)
    return replace(Labelled(id=7, leaf=leaf, fields=json.loads(leaf)), **names)


def cells(row: bytes) -> list[str]:
    """A record as a spreadsheet reads it."""
    (record,) = csv.reader(io.StringIO(row.decode(), newline=""))
    return record


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_what_looks_like_a_formula_is_text(start: str) -> None:
    """A cell that a spreadsheet might run gets an apostrophe, ASCII or full-width alike."""
    assert f"'{start}HYPERLINK(1)" == safe_cell(f"{start}HYPERLINK(1)")


@pytest.mark.parametrize("text", ["", "李娜", "a=b", "2026-11-23", "p-12", " =1", "'quoted'"])
def test_other_text_is_left_alone(text: str) -> None:
    """Names, times and ids stay as they are."""
    assert text == safe_cell(text)


@pytest.mark.parametrize("name", ['=cmd|"/c calc"!A1', "@SUM(1)", "+1", "-1", "＝1+1", "\t=1"])
def test_names_cannot_smuggle_a_formula(name: str) -> None:
    """Not in the name of a person, of a clinic, or in a title."""
    record = cells(CsvWriter().rows([labelled(person_name=name, clinic_name=name, object_title=name)]))
    assert not any(cell[:1] in list(FORMULA_STARTS) for cell in record)
    assert 3 == record.count(f"'{name}")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_any_name_comes_back_from_csv(name: str) -> None:
    """Quotes, commas and line ends stay in their cell; one event is one record of as many cells as the head has."""
    record = dict(zip(list(COLUMNS), cells(CsvWriter().rows([labelled(person_name=name)])), strict=True))
    assert safe_cell(name) == record["person_name"]
    assert ("7", "viewer:copy:view", "kind=page; page=3") == (record["id"], record["act"], record["details"])


def test_csv_opens_in_chinese() -> None:
    """A byte-order mark tells spreadsheets that it is UTF-8; records end with CRLF."""
    assert CsvWriter().head().startswith(b"\xef\xbb\xbf")
    assert CsvWriter().head().endswith(b"\r\n")
    assert list(COLUMNS) == cells(CsvWriter().head().removeprefix(b"\xef\xbb\xbf"))


def test_two_texts_never_look_the_same() -> None:
    """A formula and a text that already has the apostrophe are two cells, so taking one away gives either back."""
    assert ("'=1", "''=1") == (safe_cell("=1"), safe_cell("'=1"))
