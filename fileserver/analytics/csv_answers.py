"""Tables as CSV files: for spreadsheets, which must run nothing of what is in them."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing

from aiohttp import web

from fileserver.spreadsheets import BYTE_ORDER_MARK, records, safe_cell

Cell = str | int | float | None
RATE_DIGITS = 4


def csv_answer(name: str, head: Sequence[str], lines: Iterable[Sequence[Cell]]) -> web.Response:
    """A file of this name, without its ending. Rates have four digits; what is not known is an empty cell."""
    return web.Response(body=_begun(head) + _written(lines), headers=_headers(name))


async def csv_stream(
    request: web.Request, name: str, head: Sequence[str], batches: AsyncGenerator[Iterable[Sequence[Cell]]]
) -> web.StreamResponse:
    """The same of however many lines. What the first batch raises is answered as a problem."""
    async with aclosing(batches):
        first = await anext(batches)
        response = web.StreamResponse(headers=_headers(name))
        await response.prepare(request)
        await response.write(_begun(head) + _written(first))
        async for lines in batches:
            await response.write(_written(lines))
        await response.write_eof()
    return response


def _headers(name: str) -> dict[str, str]:
    return {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}.csv"',
        "Cache-Control": "private, no-store",
    }


def _begun(head: Sequence[str]) -> bytes:
    return (BYTE_ORDER_MARK + records([head])).encode()


def _written(lines: Iterable[Sequence[Cell]]) -> bytes:
    return records([_cell(each) for each in line] for line in lines).encode()


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
