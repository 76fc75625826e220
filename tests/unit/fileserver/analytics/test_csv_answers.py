"""Files that are written as their lines are read."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import aiohttp
import pytest
from aiohttp import web

from compliance.errors import AccessDenied
from fileserver.analytics.csv_answers import Cell, csv_stream
from fileserver.http.call import Call
from storage.errors import StoreUnavailable
from tests.unit.fileserver.frame import OpenClient, make_route

ENDS = {"the database is lost": StoreUnavailable(store="postgresql", detail="gone"), "a right ends": AccessDenied("-")}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
async def test_lines_arrive_before_the_last_are_read_and_a_lost_rest_is_noticed(
    open_client: OpenClient, end: Exception
) -> None:
    """The second batch is made once the first has arrived; what ends in its place leaves no file that looks whole."""
    arrived = asyncio.Event()

    async def batches() -> AsyncGenerator[Sequence[Sequence[Cell]]]:
        yield [("first", 1)]
        await arrived.wait()
        yield [("second", 2)]
        raise end

    async def file(call: Call) -> web.StreamResponse:
        return await csv_stream(call.request, "lines", ["name", "count"], batches())

    client = await open_client(make_route(handler=file, status=200, produces="text/csv"))
    answer = await client.get("/thing")
    assert ['"name","count"', '"first","1"'] == [
        (await answer.content.readline()).decode("utf-8-sig").strip() for _ in range(2)
    ]
    arrived.set()
    with pytest.raises(aiohttp.ClientError):
        await answer.read()


async def test_what_can_t_begin_is_a_problem(open_client: OpenClient) -> None:
    """Nothing is sent before the first lines are there."""

    async def batches(*ready: Sequence[Sequence[Cell]]) -> AsyncGenerator[Sequence[Sequence[Cell]]]:
        for each in ready:
            yield each
        raise AccessDenied("-")

    async def file(call: Call) -> web.StreamResponse:
        return await csv_stream(call.request, "lines", ["name"], batches())

    client = await open_client(make_route(handler=file, status=200, produces="text/csv"))
    assert 403 == (await client.get("/thing")).status
