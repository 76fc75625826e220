"""A list of people as CSV: read with every fault by its line, and written back with their links.

Columns by their names, in English or Chinese, in any order; UTF-8 with or without a byte-order mark, or GB18030, as
spreadsheets of Chinese systems save it. Whatever can't be read is a fault that names its line and column.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from pydantic import ValidationError

from fileserver.http.errors import InvalidRequest, Violation
from fileserver.http.parsing import violations
from fileserver.i18n import Language, translate
from fileserver.shares.bulk_schemas import PEOPLE_MAX, ListedIn
from fileserver.spreadsheets import BYTE_ORDER_MARK, records, safe_cell

FAULTS_MAX = 50
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "person_id": ("person_id", "人员编号", "编号"),
    "email": ("email", "e-mail", "邮箱"),
    "phone": ("phone", "手机号", "手机"),
    "name": ("name", "姓名"),
    "note": ("note", "备注"),
}
NAMING = ("person_id", "email", "phone")
TITLES = ("person", "clinic", "share-link", "share-until", "share-note")


@dataclass(frozen=True)
class Listed:
    """One record and the line it begins in, counted from 1."""

    line: int
    said: ListedIn


def fault(line: int, name: str, rule: str, **params: str | int) -> Violation:
    """What is wrong in one cell."""
    return Violation(f"/lines/{line}/{name}".rstrip("/"), rule, params)


def read_list(body: bytes) -> list[Listed]:
    """The records of a file. Raises InvalidRequest with every fault, up to FAULTS_MAX."""
    found: list[Listed] = []
    faults: list[Violation] = []
    for line, cells, whole in _lines(_decoded(body)):
        if not whole:
            faults.append(fault(line, "", "more-cells"))
            continue
        try:
            found.append(Listed(line, ListedIn.model_validate({name: cell for name, cell in cells.items() if cell})))
        except ValidationError as error:
            faults += [fault(line, each.field.strip("/"), each.rule, **each.params) for each in violations(error)]
            continue
        if not any(cells.get(name) for name in NAMING):
            faults.append(fault(line, "person_id", "names-nobody"))
    if not found and not faults:
        faults.append(fault(1, "", "names-nobody"))
    if faults:
        raise InvalidRequest(*faults[:FAULTS_MAX])
    return found


def _decoded(body: bytes) -> str:
    with suppress(UnicodeDecodeError):
        return body.decode("utf-8-sig")
    try:
        return body.decode("gb18030")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise InvalidRequest(fault(line, "", "string-unicode")) from None


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, str], bool]]:
    """Where each record begins, its cells by name, and whether there is no cell without a column."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = _names(next(reader, []))
        last = reader.line_num
        for count, cells in enumerate(reader):
            if count >= PEOPLE_MAX:
                raise InvalidRequest(fault(last + 1, "", "too-long", max_length=PEOPLE_MAX))
            begin, last = last + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                named = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
                yield begin, named, not any(cell.strip() for cell in cells[len(names) :])
    except csv.Error:
        raise InvalidRequest(fault(reader.line_num, "", "csv")) from None


def _names(head: list[str]) -> list[str]:
    said = {word: name for name, words in COLUMNS.items() for word in words}
    names = [said.get(cell.strip().casefold(), "") for cell in head]
    if not set(names) & set(NAMING):
        raise InvalidRequest(fault(1, "person_id", "missing"))
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        raise InvalidRequest(*(fault(1, name, "repeated") for name in twice))
    return names


def written(language: Language, rows: Sequence[Sequence[str]]) -> str:
    """People, clinics, links, ends and notes as a file that a spreadsheet opens and does not run."""
    head = [translate(language, key) for key in TITLES]
    return BYTE_ORDER_MARK + records([head, *([safe_cell(cell) for cell in row] for row in rows)])
