"""The two forms the log leaves in: CSV for people, NDJSON with the exact leaves for machines and proofs.

CSV is RFC 4180 with a byte-order mark, every cell quoted; a cell that a spreadsheet would take for a formula is
prefixed with an apostrophe (OWASP CSV injection, with LF and the full-width forms).
"""

import csv
import io
from collections.abc import Callable

from fileserver.audit.service import Labelled

FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
BYTE_ORDER_MARK = "\ufeff"
COLUMNS: dict[str, Callable[[Labelled], object]] = {
    "id": lambda event: event.id,
    "time": lambda event: event.fields["t"],
    "act": lambda event: event.fields["act"],
    "result": lambda event: event.fields["res"],
    "rule": lambda event: event.fields["why"],
    "person": lambda event: event.fields["who"],
    "person_name": lambda event: event.person_name or "",
    "role": lambda event: event.fields["role"],
    "clinic": lambda event: event.fields["org"],
    "clinic_name": lambda event: event.clinic_name or "",
    "object": lambda event: event.fields["obj"],
    "object_title": lambda event: event.object_title or "",
    "version_sha256": lambda event: event.fields["ver"],
    "share": lambda event: event.fields["link"],
    "session": lambda event: event.fields["sess"],
    "network": lambda event: event.fields["ip"],
    "user_agent": lambda event: event.fields["ua"],
    "bytes": lambda event: event.fields["bytes"],
    "details": lambda event: "; ".join(f"{name}={value}" for name, value in sorted(event.fields["det"].items())),
    "nonce": lambda event: event.fields["n"],
}


def csv_head() -> bytes:
    """The byte-order mark and the names of the columns."""
    return (BYTE_ORDER_MARK + _row(list(COLUMNS))).encode()


def csv_row(event: Labelled) -> bytes:
    """One event as one record."""
    return _row([safe_cell(str(cell(event))) for cell in COLUMNS.values()]).encode()


def ndjson_row(event: Labelled) -> bytes:
    """The leaf's exact bytes and a line end; canonical JSON holds no line end itself."""
    return event.leaf + b"\n"


def safe_cell(text: str) -> str:
    """The text, with an apostrophe in front if a spreadsheet would run it."""
    return f"'{text}" if text[:1] in FORMULA_STARTS else text


def _row(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return line.getvalue()
