"""A CSV file as entries of the register: all of it or nothing, and every fault by its line.

Columns by their names, in English or Chinese, in any order; a byte-order mark is welcome. A number that is in the
register already is brought up to date: what the file has no word on stays as it stands, a suspension above all; what
reads the same is left alone.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aiohttp import web
from pydantic import ValidationError

from compliance import register
from compliance.access import Actor
from compliance.errors import InvalidValue
from compliance.events import Trail
from compliance.register import Entry, Hand
from fileserver.certificates.schemas import CertificateIn, ImportOut
from fileserver.certificates.service import KEPT, entry_of, hand_of, kept
from fileserver.http.errors import InvalidRequest, MediaTypeRefused, Violation
from fileserver.http.parsing import read_body, violations
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import certificates

CSV_TYPE = "text/csv"
FILE_BYTES_MAX = 2 << 20
LINES_MAX = 5_000
FAULTS_MAX = 50
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "kind": ("kind", "类型"),
    "number": ("number", "文号", "编号"),
    "holder": ("holder", "持有人", "持证单位"),
    "product": ("product", "产品", "产品或机构"),
    "scope": ("scope", "范围", "适用范围"),
    "valid_from": ("valid_from", "生效日期"),
    "valid_until": ("valid_until", "失效日期", "有效期至"),
    "status": ("status", "状态"),
}
NEEDED = ("kind", "number", "holder", "product", "valid_from")
WORDS: Mapping[str, str] = {
    "医疗广告审查证明": "medical_ad",
    "药械广告批准文号": "drug_device_ad",
    "医疗器械注册证": "device_registration",
    "药品批准文号": "drug_approval",
    "化妆品注册备案": "cosmetic_registration",
    "有效": "active",
    "暂停": "suspended",
    "撤销": "revoked",
}


@dataclass(frozen=True)
class Line:
    """One record and the line it begins in, counted from 1."""

    number: int
    cells: Mapping[str, str]

    @property
    def unsaid(self) -> frozenset[str]:
        """What it has no word on: no column, or an empty status."""
        return frozenset(name for name in KEPT if name not in self.cells or (name == "status" and not self.cells[name]))


@dataclass(frozen=True)
class Brought:
    """An entry and what its line has no word on."""

    entry: Entry
    unsaid: frozenset[str]


async def bring(services: Services, actor: Actor, trail: Trail, request: web.Request) -> ImportOut:
    """Brings a request's CSV into the register.

    Raises AccessDenied, MediaTypeRefused, BodyTooLarge, BodyTimedOut, or InvalidRequest with every fault by its line;
    then nothing was brought in.
    """
    hand = hand_of(services, actor, trail, "")
    if request.content_type != CSV_TYPE:
        raise MediaTypeRefused(expected=CSV_TYPE)
    brought = _entries(_decoded(await read_body(request, FILE_BYTES_MAX)))
    async with services.database.transaction() as tx:
        done = [await _put(tx, services, each, hand) for each in brought]
    return ImportOut(added=done.count("added"), changed=done.count("changed"), unchanged=done.count("unchanged"))


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise InvalidRequest(_fault(line, "", "string-unicode")) from None


def _entries(text: str) -> list[Brought]:
    faults: list[Violation] = []
    entries: dict[tuple[str, str], Brought] = {}
    for line in _lines(text):
        try:
            entry = _entry(line)
        except InvalidRequest as wrong:
            faults += wrong.violations
            continue
        if (entry.kind, entry.number) in entries:
            faults.append(_fault(line.number, "number", "repeated"))
        entries[entry.kind, entry.number] = Brought(entry, line.unsaid)
    if faults:
        raise InvalidRequest(*faults[:FAULTS_MAX])
    return list(entries.values())


def _lines(text: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = _names(next(reader, []))
        last = reader.line_num
        for count, cells in enumerate(reader):
            if count >= LINES_MAX:
                raise InvalidRequest(_fault(last + 1, "", "too-long", max_length=LINES_MAX))
            begin, last = last + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                yield Line(begin, {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name})
    except csv.Error:
        raise InvalidRequest(_fault(reader.line_num, "", "csv")) from None


def _names(head: list[str]) -> list[str]:
    said = {word: name for name, words in COLUMNS.items() for word in words}
    names = [said.get(cell.strip().casefold(), "") for cell in head]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise InvalidRequest(*(_fault(1, name, "missing") for name in missing))
    return names


def _entry(line: Line) -> Entry:
    said = {name: WORDS.get(cell, cell) for name, cell in line.cells.items() if cell}
    try:
        body = CertificateIn.model_validate(said)
        return register.checked(entry_of(body.kind, body.number, body))
    except ValidationError as error:
        faults = [_fault(line.number, each.field.strip("/"), each.rule, **each.params) for each in violations(error)]
        raise InvalidRequest(*faults) from None
    except InvalidValue as wrong:
        params = dict(wrong.params)
        rule = str(params.pop("rule", "other"))
        raise InvalidRequest(_fault(line.number, wrong.field or "", rule, **params)) from None


def _fault(line: int, name: str, rule: str, **params: str | int) -> Violation:
    return Violation(f"/lines/{line}/{name}".rstrip("/"), rule, params)


async def _put(tx: Transaction, services: Services, brought: Brought, hand: Hand) -> str:
    entry = brought.entry
    before = await certificates.certificate_by_number(tx, entry.kind, entry.number)
    if before is None:
        await register.enter(tx, entry, hand)
        return "added"
    entry = kept(entry, before, brought.unsaid)
    after = await register.change(tx, services.messages, before.id, entry, hand)
    return "changed" if after.revision != before.revision else "unchanged"
