"""Tables as CSV files: for spreadsheets, which must run nothing of what is in them."""

from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import Any

from aiohttp import web

from fileserver.analytics.errors import TooManyFiles
from fileserver.http.call import Call
from fileserver.http.streaming import stream
from fileserver.spreadsheets import BYTE_ORDER_MARK, file_headers, records, safe_cell

Cell = str | int | float | None
RATE_DIGITS = 4
FILES_MAX = 3  # of one person on their way from one process


def csv_answer(name: str, head: Sequence[str], lines: Iterable[Sequence[Cell]]) -> web.Response:
    """A file of this name, without its ending. Rates have four digits; what is not known is an empty cell."""
    return web.Response(body=_begun(head) + _written(lines), headers=file_headers(name))


async def csv_stream(
    call: Call[Any, Any, Any], name: str, head: Sequence[str], batches: AsyncGenerator[Iterable[Sequence[Cell]]]
) -> web.StreamResponse:
    """The same of however many lines. What the first batch raises is answered as a problem."""
    async with aclosing(batches):
        return await stream(call, web.StreamResponse(headers=file_headers(name)), _pieces(head, batches))


async def _pieces(head: Sequence[str], batches: AsyncGenerator[Iterable[Sequence[Cell]]]) -> AsyncGenerator[bytes]:
    """What stands above the columns leaves with the first lines."""
    begun = _begun(head)
    async for lines in batches:
        yield begun + _written(lines)
        begun = b""


@contextmanager
def one_more_file(call: Call[Any, Any, Any]) -> Iterator[None]:
    """Until it ends, a file keeps the order of its lines, however slowly it is taken. Raises TooManyFiles."""
    under_way, person_id = call.services.files, call.signed_in.person_id
    if under_way[person_id] >= FILES_MAX:
        raise TooManyFiles(files_max=FILES_MAX)
    under_way[person_id] += 1
    try:
        yield
    finally:
        under_way[person_id] -= 1
        if not under_way[person_id]:
            del under_way[person_id]


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
