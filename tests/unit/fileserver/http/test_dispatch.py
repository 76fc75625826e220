"""Before a handler runs: who calls, may this kind of caller come here, did they mean to."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from compliance.access import Action, Role
from fileserver.http.call import Call
from fileserver.http.caller import Caller
from fileserver.http.routing import Auth
from fileserver.http.schemas import Input, Output
from tests.unit.fileserver.frame import (
    CSRF_TOKEN,
    PERSON,
    Client,
    OpenClient,
    as_caller,
    by_session,
    by_token,
    make_route,
)

VIEWER = by_session(Role.VIEWER)
MARKETER = by_session(Role.MARKETER)


async def slug(client: Client, method: str = "GET", path: str = "/thing", **request: Any) -> str:
    """The problem that a request meets, or its status as text when it meets none."""
    async with client.request(method, path, **request) as response:
        if response.content_type != "application/problem+json":
            return str(response.status)
        document = await response.json(content_type="application/problem+json")
        return str(document["type"]).removeprefix("/problems/")


@pytest.mark.parametrize(
    ("auth", "caller", "expected"),
    [
        (Auth.PUBLIC, None, "204"),
        (Auth.PUBLIC, VIEWER, "204"),
        (Auth.SIGNED_IN, None, "not-signed-in"),
        (Auth.SIGNED_IN, VIEWER, "204"),
        (Auth.SIGNED_IN, MARKETER, "204"),
        (Auth.EMPLOYEE, None, "not-signed-in"),
        (Auth.EMPLOYEE, VIEWER, "wrong-kind"),
        (Auth.EMPLOYEE, MARKETER, "204"),
        (Auth.VIEWER, None, "not-signed-in"),
        (Auth.VIEWER, MARKETER, "wrong-kind"),
        (Auth.VIEWER, VIEWER, "204"),
    ],
)
async def test_auth_admits_its_kind_of_caller(
    open_client: OpenClient, auth: Auth, caller: Caller | None, expected: str
) -> None:
    """Each kind of route opens to its callers and to nobody else."""
    client = await open_client(make_route(auth=auth, own=auth is not Auth.PUBLIC), authenticate=as_caller(caller))
    assert expected == await slug(client)


@pytest.mark.parametrize(("role", "expected"), [(Role.MARKETER, "204"), (Role.AUDITOR, "access-denied")])
async def test_role_that_could_never_do_it_is_refused_at_the_door(
    open_client: OpenClient, role: Role, expected: str
) -> None:
    """The role gate needs no row: an auditor never makes a share."""
    route = make_route(auth=Auth.EMPLOYEE, action=Action.SHARE_CREATE)
    assert expected == await slug(await open_client(route, authenticate=as_caller(by_session(role))))


@pytest.mark.parametrize(
    ("scope", "caller", "expected"),
    [
        ("things:read", by_token("things:read"), "204"),
        ("things:read", by_token("things:write"), "scope-missing"),
        (None, by_token("things:read"), "token-not-accepted"),
        ("things:read", MARKETER, "204"),
    ],
)
async def test_token_needs_the_scope_of_the_route(
    open_client: OpenClient, scope: str | None, caller: Caller, expected: str
) -> None:
    """A token opens only what its scopes name; a session is not narrowed by them."""
    route = make_route(auth=Auth.SIGNED_IN, own=True, scope=scope)
    assert expected == await slug(await open_client(route, authenticate=as_caller(caller)))


async def test_route_that_reads_no_session_never_asks_who_calls(open_client: OpenClient) -> None:
    """Health checks answer while the database, where sessions live, does not."""

    async def unavailable(*_: object) -> Caller | None:
        raise ConnectionError

    client = await open_client(make_route(reads_session=False), authenticate=unavailable)
    assert await slug(client) == "204"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, "csrf-refused"),
        ({"X-CSRF-Token": "another"}, "csrf-refused"),
        ({"X-CSRF-Token": ""}, "csrf-refused"),
        ({"X-CSRF-Token": CSRF_TOKEN}, "204"),
        ({"X-CSRF-Token": CSRF_TOKEN, "Origin": "http://share.example"}, "204"),
        ({"X-CSRF-Token": CSRF_TOKEN, "Origin": "http://evil.example"}, "origin-refused"),
        ({"X-CSRF-Token": CSRF_TOKEN, "Origin": "null"}, "origin-refused"),
        ({"X-CSRF-Token": CSRF_TOKEN, "Sec-Fetch-Site": "same-origin"}, "204"),
        ({"X-CSRF-Token": CSRF_TOKEN, "Sec-Fetch-Site": "same-site"}, "origin-refused"),
        ({"X-CSRF-Token": CSRF_TOKEN, "Sec-Fetch-Site": "cross-site"}, "origin-refused"),
    ],
)
async def test_session_repeats_its_csrf_token_from_its_own_origin(
    open_client: OpenClient, headers: dict[str, str], expected: str
) -> None:
    """An unsafe request of a cookie session needs both: the token, and no sign of another site."""
    route = make_route(method="POST", auth=Auth.SIGNED_IN, own=True)
    client = await open_client(route, authenticate=as_caller(MARKETER))
    assert expected == await slug(client, "POST", headers=headers)


async def test_token_caller_needs_no_csrf_token(open_client: OpenClient) -> None:
    """A browser never sends an API token by itself, so there is nothing to forge."""
    route = make_route(method="POST", auth=Auth.SIGNED_IN, own=True, scope="things:write")
    client = await open_client(route, authenticate=as_caller(by_token("things:write")))
    assert await slug(client, "POST") == "204"


async def test_sign_in_from_another_site_is_refused(open_client: OpenClient) -> None:
    """Nobody is signed in as somebody else by a foreign page, although there is no session to protect yet."""
    client = await open_client(make_route(method="POST", csrf=False))
    assert await slug(client, "POST", headers={"Origin": "http://evil.example"}) == "origin-refused"
    assert await slug(client, "POST") == "204"


async def test_csrf_is_checked_before_a_streamed_body(open_client: OpenClient) -> None:
    """A handler that streams the body is protected like any other."""
    route = make_route(method="PATCH", auth=Auth.SIGNED_IN, own=True, body_max_bytes=None)
    client = await open_client(route, authenticate=as_caller(MARKETER))
    assert await slug(client, "PATCH") == "csrf-refused"
    assert await slug(client, "PATCH", headers={"X-CSRF-Token": CSRF_TOKEN}) == "204"


class Name(Input):
    """A form with one field."""

    name: str


async def echo_name(call: Call[Name]) -> web.Response:
    """Say the name that the form brought."""
    return web.Response(text=call.body.name)


@pytest.mark.parametrize(
    ("token", "status", "text"), [(CSRF_TOKEN, 200, "何"), ("another", 403, "csrf"), (None, 403, "csrf")]
)
async def test_html_form_carries_the_csrf_token_as_a_field(
    open_client: OpenClient, token: str | None, status: int, text: str
) -> None:
    """A page works without script: its form holds the token, which the handler's model never sees."""
    route = make_route(
        method="POST", auth=Auth.EMPLOYEE, own=True, hidden=True, status=200, body=Name, handler=echo_name
    )
    client = await open_client(route, authenticate=as_caller(MARKETER))
    fields = {"name": "何"} | ({"csrf_token": token} if token else {})
    response = await client.post("/thing", data=fields)
    assert (status, True) == (response.status, text in await response.text())


class Who(Output):
    """What a handler knows of its caller."""

    person: str
    client_ip: str
    language: str


async def who(call: Call) -> Who:
    """Answer with what the frame found out."""
    return Who(person=str(call.actor.person_id), client_ip=call.client_ip, language=call.language)


async def test_handler_gets_caller_address_and_language(open_client: OpenClient) -> None:
    """A handler asks the call, never the headers."""
    route = make_route(auth=Auth.SIGNED_IN, own=True, returns=Who, status=201, handler=who)
    client = await open_client(route, authenticate=as_caller(VIEWER))
    response = await client.get("/thing", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert (201, {"person": str(PERSON), "client_ip": "127.0.0.1", "language": "en"}) == (
        response.status,
        await response.json(),
    )


async def test_actor_of_a_stranger_is_a_sign_in_problem(open_client: OpenClient) -> None:
    """A public route that needs an actor after all answers 401 rather than acting as nobody."""
    assert await slug(await open_client(make_route(returns=Who, status=200, handler=who))) == "not-signed-in"


async def test_undeclared_answer_is_a_defect(open_client: OpenClient) -> None:
    """A handler can't answer with a model that its route does not declare, so nothing leaks by accident."""
    route = make_route(auth=Auth.SIGNED_IN, own=True, returns=Output, handler=who)
    other = make_route(name="other", path="/other", auth=Auth.SIGNED_IN, own=True, handler=who)
    client = await open_client(route, other, authenticate=as_caller(VIEWER))
    assert await slug(client, path="/other") == "internal-error"


async def test_slow_handler_is_cut_off(open_client: OpenClient) -> None:
    """A handler that does not begin to answer in time makes a problem, not a hanging connection."""

    async def hang(_call: Call) -> None:
        await asyncio.Event().wait()

    assert await slug(await open_client(make_route(handler=hang, timeout_s=0.01))) == "timed-out"


async def test_begun_answer_may_take_longer_than_the_handlers_limit(open_client: OpenClient) -> None:
    """The limit ends with the first byte: a long download is not a slow handler."""

    async def download(call: Call) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(call.request)
        await asyncio.sleep(0.25)
        await response.write(b"late")
        return response

    route = make_route(handler=download, timeout_s=0.2, status=200, produces="application/octet-stream")
    response = await (await open_client(route)).get("/thing")
    assert await response.read() == b"late"


async def test_literal_path_wins_over_a_pattern(open_client: OpenClient) -> None:
    """`/things/new` is a page, not a thing called new, in whatever order a table names them."""

    async def literal(_call: Call) -> web.Response:
        return web.Response(text="literal")

    client = await open_client(
        make_route(path="/things/{thing_id}"),
        make_route(path="/things/new", name="things.new", handler=literal),
    )
    assert await (await client.get("/things/new")).text() == "literal"


async def test_head_comes_with_pages_and_json(open_client: OpenClient) -> None:
    """HEAD answers like GET without a body, unless the path declares its own."""
    own = make_route(path="/own", name="own.get", hidden=True)
    head = make_route(path="/own", name="own.head", method="HEAD", status=200, produces="text/plain")
    client = await open_client(make_route(hidden=True), own, head)
    assert [204, 204] == [(await client.head(path)).status for path in ("/thing", "/own")]


async def test_head_of_content_is_refused(open_client: OpenClient) -> None:
    """A handler that streams would write its bytes into an answer that has no body."""
    client = await open_client(make_route(status=200, produces="image/jpeg"))
    response = await client.head("/thing")
    assert (405, "GET") == (response.status, response.headers["Allow"])
