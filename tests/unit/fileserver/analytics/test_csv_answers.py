"""Files that are written as their lines are read."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import aiohttp
import pytest
from aiohttp import web

from compliance.errors import AccessDenied
from fileserver.analytics.csv_answers import FILES_MAX, Cell, csv_stream, one_more_file
from fileserver.http import streaming
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Handler, Route
from storage.errors import StoreUnavailable
from tests.unit.fileserver.frame import OpenClient, as_caller, by_session, make_route

ENDS = {"the database is lost": StoreUnavailable(store="postgresql", detail="gone"), "a right ends": AccessDenied("-")}
Batch = Sequence[Sequence[Cell]]


def file_route(handler: Handler) -> Route:
    """A file for employees."""
    return make_route(handler=handler, auth=Auth.EMPLOYEE, own=True, status=200, produces="text/csv")


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
async def test_lines_arrive_before_the_last_are_read_and_a_lost_rest_is_noticed(
    open_client: OpenClient, end: Exception
) -> None:
    """The second batch is made once the first has arrived; what ends in its place leaves no file that looks whole."""
    arrived = asyncio.Event()

    async def batches() -> AsyncGenerator[Batch]:
        yield [("first", 1)]
        await arrived.wait()
        yield [("second", 2)]
        raise end

    async def file(call: Call) -> web.StreamResponse:
        return await csv_stream(call, "lines", ["name", "count"], batches())

    client = await open_client(file_route(file), authenticate=as_caller(by_session()))
    answer = await client.get("/thing")
    assert ['"name","count"', '"first","1"'] == [
        (await answer.content.readline()).decode("utf-8-sig").strip() for _ in range(2)
    ]
    arrived.set()
    with pytest.raises(aiohttp.ClientError):
        await answer.read()


async def test_what_can_t_begin_is_a_problem(open_client: OpenClient) -> None:
    """Nothing is sent before the first lines are there."""

    async def batches(*ready: Batch) -> AsyncGenerator[Batch]:
        for each in ready:
            yield each
        raise AccessDenied("-")

    async def file(call: Call) -> web.StreamResponse:
        return await csv_stream(call, "lines", ["name"], batches())

    client = await open_client(file_route(file), authenticate=as_caller(by_session()))
    assert 403 == (await client.get("/thing")).status


async def test_a_reader_who_takes_nothing_is_let_go(open_client: OpenClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept for the rest of the file is given up, though the connection stands."""
    monkeypatch.setattr(streaming, "TAKEN_WITHIN_S", 0.01)
    given_up = asyncio.Event()

    async def batches() -> AsyncGenerator[Batch]:
        try:
            while True:
                yield [("x" * 1_000_000,)]
        finally:
            given_up.set()

    async def file(call: Call) -> web.StreamResponse:
        return await csv_stream(call, "lines", ["name"], batches())

    client = await open_client(file_route(file), authenticate=as_caller(by_session()))
    answer = await client.get("/thing")
    await given_up.wait()
    with pytest.raises(aiohttp.ClientError):
        await answer.read()


async def test_one_person_has_so_many_files_on_their_way(open_client: OpenClient) -> None:
    """Another one is refused, until one of them has ended."""
    go_on = asyncio.Event()

    async def batches() -> AsyncGenerator[Batch]:
        yield [("first",)]
        await go_on.wait()

    async def file(call: Call) -> web.StreamResponse:
        with one_more_file(call):
            return await csv_stream(call, "lines", ["name"], batches())

    client = await open_client(file_route(file), authenticate=as_caller(by_session()))
    under_way = [await client.get("/thing") for _ in range(FILES_MAX)]
    refused = await client.get("/thing")
    assert (429, FILES_MAX) == (refused.status, (await refused.json(content_type=None))["files_max"])
    go_on.set()
    assert [200] * FILES_MAX == [each.status for each in under_way]
    for each in under_way:
        await each.read()
    assert 200 == (await client.get("/thing")).status
