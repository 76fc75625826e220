"""Tables as CSV files: for spreadsheets, which must run nothing of what is in them."""

from collections.abc import Iterable, Sequence

from aiohttp import web

from fileserver.spreadsheets import BYTE_ORDER_MARK, records, safe_cell

Cell = str | int | float | None
RATE_DIGITS = 4


def csv_answer(name: str, head: Sequence[str], lines: Iterable[Sequence[Cell]]) -> web.Response:
    """A file of this name, without its ending. Rates have four digits; what is not known is an empty cell."""
    cells = [[_cell(each) for each in line] for line in lines]
    return web.Response(
        text=BYTE_ORDER_MARK + records([head, *cells]),
        content_type="text/csv",
        charset="utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Cache-Control": "private, no-store",
        },
    )


def _cell(value: Cell) -> str:
    match value:
        case None:
            return ""
        case float():
            return f"{value:.{RATE_DIGITS}f}"
        case int():
            return str(value)
        case _:
            return safe_cell(value)
