"""Bad input gets a problem that names the field and the rule, and never reaches the handler."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import pytest
from pydantic import Field

from fileserver.http import parsing
from fileserver.http.call import Call
from fileserver.http.schemas import Input, Output
from tests.unit.fileserver.frame import OpenClient, make_route

PROBLEM = "application/problem+json"
JSON = {"Content-Type": "application/json"}


class Inner(Input):
    """A nested object."""

    count: int = 0


class Thing(Input):
    """A body with one field of each common kind."""

    title: Annotated[str, Field(max_length=5)]
    inner: Inner = Inner()
    tags: tuple[Annotated[int, Field(ge=1)], ...] = ()
    owner: UUID | None = None


class Listing(Input):
    """A query."""

    limit: Annotated[int, Field(le=100)] = 10
    tag: tuple[str, ...] = ()


class ThingPath(Input):
    """Path parameters."""

    thing_id: UUID


class Seen(Output):
    """What arrived."""

    title: str = ""
    limit: int = 0
    tags: tuple[str, ...] = ()


async def see_body(call: Call[Thing]) -> Seen:
    """Answer with the body."""
    return Seen(title=call.body.title)


async def see_query(call: Call[None, Listing]) -> Seen:
    """Answer with the query."""
    return Seen(limit=call.query.limit, tags=call.query.tag)


BODY_ROUTE = make_route(method="POST", body=Thing, returns=Seen, status=200, handler=see_body, body_max_bytes=4096)
QUERY_ROUTE = make_route(query=Listing, returns=Seen, status=200, handler=see_query)


async def post(open_client: OpenClient, raw: bytes, headers: dict[str, str] = JSON) -> tuple[int, dict[str, Any]]:
    """Status and document of the answer to a body."""
    client = await open_client(BODY_ROUTE)
    response = await client.post("/thing", data=raw, headers={**headers, "Accept-Language": "en"})
    return response.status, await response.json(content_type=None)


async def test_good_body_arrives(open_client: OpenClient) -> None:
    """A body that follows the rules is handed over as the route's model."""
    raw = '{"title":"资料","owner":"00000000-0000-0000-0000-000000000001","tags":[1]}'.encode()
    assert (200, "资料") == ((answer := await post(open_client, raw))[0], answer[1]["title"])


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "json-syntax"),
        (b"{", "json-syntax"),
        (b"\xff", "utf-8"),
        (b"\xef\xbb\xbf{}", "json-syntax"),
        (b'{"title":"a","title":"b"}', "json-duplicate-name"),
        (b'{"title":"a","inner":{"count":NaN}}', "json-not-a-number"),
        (b'{"title":"a","inner":{"count":-Infinity}}', "json-not-a-number"),
        (b'{"title":' + b"[" * 40 + b"]" * 40 + b"}", "json-depth"),
        (b"[" * 4000, "json-syntax"),
    ],
)
async def test_body_that_parsers_could_read_differently_is_malformed(
    open_client: OpenClient, raw: bytes, reason: str
) -> None:
    """Only I-JSON is read: nothing that another parser might understand in another way."""
    status, document = await post(open_client, raw)
    assert (400, "/problems/malformed-body", reason) == (status, document["type"], document["reason"])


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"{}", [("/title", "missing")]),
        (b"[]", [("", "model_type")]),
        (b'{"title":1}', [("/title", "string_type")]),
        (b'{"title":"123456"}', [("/title", "string_too_long")]),
        (b'{"title":"a","inner":{"count":"1"}}', [("/inner/count", "int_type")]),
        (b'{"title":"a","tags":[1,0]}', [("/tags/1", "greater_than_equal")]),
        (b'{"title":"a","owner":"x"}', [("/owner", "uuid_parsing")]),
        (b'{"title":"a","a/b~c":1}', [("/a~1b~0c", "extra_forbidden")]),
        (b'{"title":"a\\u0000b"}', [("/title", "nul_character")]),
        (b'{"title":"\\ud800"}', [("/title", "lone_surrogate")]),
        (b'{"title":7,"tags":"x"}', [("/title", "string_type"), ("/tags", "tuple_type")]),
    ],
)
async def test_broken_rule_names_field_and_rule(
    open_client: OpenClient, raw: bytes, expected: list[tuple[str, str]]
) -> None:
    """Every broken rule is listed with a JSON pointer and a sentence, and no value is echoed."""
    status, document = await post(open_client, raw)
    assert (422, expected) == (status, [(error["field"], error["rule"]) for error in document["errors"]])
    assert all(error["message"].endswith(".") for error in document["errors"])


async def test_sentence_of_a_rule_tells_its_limit(open_client: OpenClient) -> None:
    """The reader learns what would have been right."""
    _, document = await post(open_client, b'{"title":"123456"}')
    assert document["errors"][0]["message"] == "Too long: at most 5 characters."


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/json; charset=utf-16"}, 415),
        ({"Content-Type": "application/json; charset=UTF-8"}, 200),
        ({"Content-Type": "application/json", "Content-Encoding": "br"}, 415),
    ],
)
async def test_body_must_be_declared_as_plain_json(
    open_client: OpenClient, headers: dict[str, str], status: int
) -> None:
    """A form of another site can't pass for JSON, and nothing is unpacked."""
    assert status == (await post(open_client, b'{"title":"a"}', headers))[0]


async def test_announced_size_over_the_limit_is_refused(open_client: OpenClient) -> None:
    """The limit of the route counts, and the answer says it."""
    status, document = await post(open_client, b" " * 5000)
    assert (413, 4096) == (status, document["size_max_bytes"])


async def test_unannounced_size_over_the_limit_is_refused(open_client: OpenClient) -> None:
    """A chunked body is counted while it arrives."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b" " * 1000

    client = await open_client(BODY_ROUTE)
    response = await client.post("/thing", data=chunks(), headers=JSON)
    assert response.status == 413


async def test_trickling_body_is_cut_off(open_client: OpenClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that never finishes its body holds nothing for long."""
    monkeypatch.setattr(parsing, "BODY_TIMEOUT_S", 0.01)

    async def stalled() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    client = await open_client(BODY_ROUTE)
    response = await client.post("/thing", data=stalled(), headers=JSON)
    assert response.status == 408


@pytest.mark.parametrize(
    ("query", "status", "expected"),
    [
        ("", 200, (10, [])),
        ("?limit=5&tag=a&tag=b", 200, (5, ["a", "b"])),
        ("?lang=en", 200, (10, [])),
    ],
)
async def test_good_query_arrives(
    open_client: OpenClient, query: str, status: int, expected: tuple[int, list[str]]
) -> None:
    """Query parameters are converted from text; a list may repeat; `lang` is understood everywhere."""
    response = await (await open_client(QUERY_ROUTE)).get("/thing" + query)
    document = await response.json()
    assert (status, expected) == (response.status, (document["limit"], document["tags"]))


@pytest.mark.parametrize(
    ("query", "field", "rule"),
    [
        ("?limit=x", "/limit", "int_parsing"),
        ("?limit=101", "/limit", "less_than_equal"),
        ("?limit=1&limit=2", "/limit", "repeated"),
        ("?unknown=1", "/unknown", "extra_forbidden"),
        ("?tag=%00", "/tag", "nul_character"),
    ],
)
async def test_bad_query_names_field_and_rule(open_client: OpenClient, query: str, field: str, rule: str) -> None:
    """A query is held to its model like a body."""
    response = await (await open_client(QUERY_ROUTE)).get("/thing" + query)
    document = await response.json(content_type=PROBLEM)
    assert (422, field, rule) == (response.status, document["errors"][0]["field"], document["errors"][0]["rule"])


@pytest.mark.parametrize(
    ("path", "rule"), [("/things/x", "uuid_parsing"), ("/things/%00", "nul_character"), ("/plain/%00", "nul_character")]
)
async def test_bad_path_names_the_parameter(open_client: OpenClient, path: str, rule: str) -> None:
    """Path parameters are checked too, even by routes that declare no model for them."""
    client = await open_client(
        make_route(path="/things/{thing_id}", path_params=ThingPath),
        make_route(path="/plain/{thing_id}", name="plain.read"),
    )
    document = await (await client.get(path)).json(content_type=PROBLEM)
    assert ("/thing_id", rule) == (document["errors"][0]["field"], document["errors"][0]["rule"])
