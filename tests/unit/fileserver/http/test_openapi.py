"""The OpenAPI document says what the router does, because both are made from one table."""

import json
from typing import Any
from uuid import UUID

import pytest

from compliance.access import Action
from compliance.errors import NotFound
from fileserver.http import api_docs
from fileserver.http.openapi import openapi_document
from fileserver.http.routing import Auth
from fileserver.http.schemas import Input, Output
from fileserver.routes import ROUTES
from tests.unit.fileserver.frame import OpenClient, make_route


class Inner(Input):
    """A nested model."""

    count: int


class ThingIn(Input):
    """A body."""

    title: str
    inner: Inner


class ThingOut(Output):
    """An answer."""

    id: UUID


class ThingPath(Input):
    """Path parameters."""

    thing_id: UUID


class Listing(Input):
    """A query."""

    limit: int = 10
    owner: UUID


CREATE = make_route(
    method="POST",
    path="/things/{thing_id}",
    name="things.create",
    auth=Auth.EMPLOYEE,
    action=Action.MATERIAL_CREATE,
    scope="things:write",
    body=ThingIn,
    query=Listing,
    path_params=ThingPath,
    returns=ThingOut,
    status=201,
    errors=(NotFound,),
)


def operation(**changes: Any) -> Any:
    """The operation of one route in the document."""
    document = openapi_document([make_route(**changes)], title="T", server_url="http://x")
    return next(iter(next(iter(document["paths"].values())).values()))


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document of one full route."""
    return openapi_document([CREATE], title="T", server_url="https://share.example")


def test_models_become_components(document: dict[str, Any]) -> None:
    """Bodies, answers and what they nest are schemas with names; unknown members are refused there too."""
    schemas = document["components"]["schemas"]
    assert {"ThingIn", "Inner", "ThingOut", "Problem", "FieldError"} <= set(schemas)
    assert schemas["ThingIn"]["additionalProperties"] is False


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """No $ref dangles."""
    text = json.dumps(document)
    names = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert set() == names - set(document["components"]["schemas"])


def test_parameters_come_from_path_and_query(document: dict[str, Any]) -> None:
    """Each parameter stands with its place and whether it must be given."""
    parameters = document["paths"]["/things/{thing_id}"]["post"]["parameters"]
    assert [("thing_id", "path", True), ("limit", "query", False), ("owner", "query", True)] == [
        (each["name"], each["in"], each["required"]) for each in parameters
    ]


def test_answers_are_declared_and_implied(document: dict[str, Any]) -> None:
    """The route's own errors, and those that follow from its auth, scope, body and parameters."""
    responses = document["paths"]["/things/{thing_id}"]["post"]["responses"]
    assert {"201", "400", "401", "403", "404", "408", "413", "415", "422", "500", "503"} == set(responses)


def test_either_session_with_csrf_token_or_bearer_opens_it(document: dict[str, Any]) -> None:
    """Security is what the frame checks."""
    assert [{"session": [], "csrf": []}, {"bearer": []}] == document["paths"]["/things/{thing_id}"]["post"]["security"]


def test_public_route_needs_nothing() -> None:
    """A public route is not shown with a lock."""
    assert operation()["security"] == []


def test_route_without_scope_takes_no_token() -> None:
    """What a token can't do, the document doesn't offer to tokens."""
    assert operation(auth=Auth.EMPLOYEE, own=True)["security"] == [{"session": []}]


def test_cookie_of_https_installation_has_the_host_prefix(document: dict[str, Any]) -> None:
    """The cookie's name depends on the public address."""
    assert document["components"]["securitySchemes"]["session"]["name"] == "__Host-sealshare_session"


def test_pages_are_left_out() -> None:
    """The document is for programs."""
    assert openapi_document([make_route(hidden=True)], title="T", server_url="http://x")["paths"] == {}


def test_own_document_names_every_operation_once() -> None:
    """The served table makes a document with every route that is not a page."""
    document = openapi_document(ROUTES, title="T", server_url="http://x")
    names = [each["operationId"] for methods in document["paths"].values() for each in methods.values()]
    assert sorted(names) == sorted(route.name for route in ROUTES if not route.hidden)


async def test_document_and_page_are_served_to_anybody(open_client: OpenClient) -> None:
    """The page shows every operation without any script."""
    client = await open_client(CREATE, *api_docs.ROUTES)
    document = await (await client.get("/api/openapi.json")).json()
    page = await (await client.get("/api/docs")).text()
    assert ("3.1.0", True, False) == (document["openapi"], "/things/{thing_id}" in page, "<script" in page)
