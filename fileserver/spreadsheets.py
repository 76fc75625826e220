"""CSV for people: RFC 4180 with a byte-order mark, every cell quoted, and nothing that a spreadsheet would run.

A cell that a spreadsheet would take for a formula is prefixed with an apostrophe (OWASP CSV injection, with CR, LF and
the full-width forms); one that already looks so prefixed gets another, so that taking one away gives the text back.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"
FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
SUSPECT = frozenset("'=+-@\t\r\n＝＋－＠")


def file_headers(name: str) -> dict[str, str]:
    """Of an answer that is a file of this name, without its ending, and kept by nobody on the way."""
    return {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}.csv"',
        "Cache-Control": "private, no-store",
    }


def safe_cell(text: str) -> str:
    """The text, with an apostrophe in front if a spreadsheet would run it."""
    return f"'{text}" if text[:1] in SUSPECT and FORMULA.match(text) else text


def records(rows: Iterable[Sequence[str]]) -> str:
    """Lines of quoted cells."""
    lines = io.StringIO()
    csv.writer(lines, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return lines.getvalue()
