"""The OpenAPI 3.1 document, made from the same table as the router, so that it can't say something else.

Schemas come from the routes' pydantic models, problems from the exceptions that a route declares and those that its own
declaration implies. Pages (`hidden`) are left out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from fileserver.http import errors
from fileserver.http.caller import session_cookie
from fileserver.http.csrf import CSRF_HEADER
from fileserver.http.problems import PROBLEM_TYPE, STATUSES, slug_of
from fileserver.http.routing import Auth, Route

REF = "#/components/schemas/{model}"
JSON = "application/json"

Document = dict[str, Any]
Model = tuple[type[BaseModel], JsonSchemaMode]
Schemas = dict[Model, Document]

PROBLEM_SCHEMA: Document = {
    "type": "object",
    "description": "RFC 9457 problem; params of the problem are further members.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["/problems/not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "Request id, to quote to an operator."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
    },
    "additionalProperties": True,
}
FIELD_ERROR_SCHEMA: Document = {
    "type": "object",
    "required": ["field", "rule", "message"],
    "properties": {
        "field": {"type": "string", "format": "json-pointer"},
        "rule": {"type": "string"},
        "message": {"type": "string"},
    },
    "additionalProperties": False,
}


PATTERN = re.compile(r":[^}]+\}")  # of a placeholder that takes slashes too, which OpenAPI has no word for


def openapi_document(routes: Sequence[Route], *, title: str, server_url: str) -> Document:
    """The whole document for a table; parts of it are shared with the other documents of the same table."""
    paths, definitions = _described(tuple(route for route in routes if not route.hidden))
    components = {**definitions, "Problem": PROBLEM_SCHEMA, "FieldError": FIELD_ERROR_SCHEMA}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": release()},
        "servers": [{"url": server_url}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _security_schemes(server_url)},
    }


@lru_cache(maxsize=4)  # a process has one table, but tests make an application for each test: 0.15 s every time
def _described(routes: tuple[Route, ...]) -> tuple[Document, Document]:
    """The paths of a table, and the models that they refer to, by name."""
    schemas, definitions = _model_schemas(routes)
    paths: Document = {}
    for route in routes:
        paths.setdefault(PATTERN.sub("}", route.path), {})[route.method.lower()] = _operation(
            route, schemas, definitions
        )
    return paths, definitions


@cache
def release() -> str:
    """The installed version; a source tree that nobody installed has none."""
    try:
        return version("sealshare")
    except PackageNotFoundError:
        return "0"


def _security_schemes(public_url: str) -> Document:
    return {
        "bearer": {"type": "http", "scheme": "bearer", "description": "API token, limited to its scopes."},
        "session": {"type": "apiKey", "in": "cookie", "name": session_cookie(public_url)},
        "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER, "description": "The session's CSRF token."},
    }


def _model_schemas(routes: Sequence[Route]) -> tuple[Schemas, Document]:
    wanted: dict[Model, None] = {}
    for route in routes:
        for model in (route.body, route.query, route.path_params):
            if model:
                wanted[model, "validation"] = None
        if route.returns:
            wanted[route.returns, "serialization"] = None
    schemas, definitions = models_json_schema(tuple(wanted), ref_template=REF)
    return schemas, definitions.get("$defs", {})  # type: ignore[return-value]  # its key type names dataclasses too


def _operation(route: Route, schemas: Schemas, definitions: Document) -> Document:
    operation: Document = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.name.partition(".")[0]],
        "parameters": list(_parameters(route, schemas, definitions)),
        "responses": {
            **{str(status): _success(route, status, schemas) for status in (route.status, *route.more_statuses)},
            **_problem_responses(route),
        },
        "security": security(route),
    }
    if body := _request_body(route, schemas):
        operation["requestBody"] = body
    if route.scope:
        operation["x-scope"] = route.scope
    return operation


def _parameters(route: Route, schemas: Schemas, definitions: Document) -> Iterator[Document]:
    declared = route.path_params.model_fields if route.path_params else {}
    for name in sorted(route.placeholders - set(declared)):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    for place, model in (("path", route.path_params), ("query", route.query)):
        schema = _resolve(schemas[model, "validation"], definitions) if model else {}
        required = set(schema.get("required", ()))
        for name, member in schema.get("properties", {}).items():
            yield {"name": name, "in": place, "required": place == "path" or name in required, "schema": member}


def _resolve(schema: Document, definitions: Document) -> Document:
    reference = schema.get("$ref")
    resolved: Document = definitions[reference.rpartition("/")[2]] if reference else schema
    return resolved


def _request_body(route: Route, schemas: Schemas) -> Document | None:
    if route.body:
        return {"required": True, "content": {JSON: {"schema": schemas[route.body, "validation"]}}}
    if route.body_max_bytes is None and route.unsafe:
        return {"content": {media_type: {} for media_type in route.consumes or ("*/*",)}}
    return None


def _success(route: Route, status: int, schemas: Schemas) -> Document:
    response: Document = {"description": HTTPStatus(status).phrase}
    if route.returns:
        response["content"] = {JSON: {"schema": schemas[route.returns, "serialization"]}}
    elif route.produces:
        response["content"] = {media_type: {} for media_type in route.produces.split(", ")}
    return response


def _problem_responses(route: Route) -> Document:
    by_status: dict[int, list[str]] = {}
    for error in with_subclasses(expected_errors(route)):
        slug = slug_of(error) or "internal-error"
        slugs = by_status.setdefault(int(STATUSES[slug]), [])
        slugs.extend([slug] if slug not in slugs else [])
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        str(status): {"description": ", ".join(sorted(slugs)), "content": content}
        for status, slugs in sorted(by_status.items())
    }


def expected_errors(route: Route) -> Iterator[type[Exception]]:
    """What a route may refuse with: declared, and implied by its declaration."""
    yield from route.errors
    yield from (errors.InternalError, errors.TimedOut, errors.InvalidRequest)
    if route.auth is not Auth.PUBLIC:
        yield from (errors.NotSignedIn, errors.WrongKind, errors.TokenNotAccepted)
    if route.scope:
        yield errors.ScopeMissing
    if route.unsafe:
        yield from (errors.OriginRefused, errors.CsrfRefused)
    if route.unsafe and route.body_max_bytes is not None:
        yield from (errors.BodyTooLarge, errors.BodyTimedOut, errors.MediaTypeRefused)
    if route.body:
        yield errors.MalformedBody


def with_subclasses(errors_declared: Iterable[type[Exception]]) -> Iterator[type[Exception]]:
    """A declared base class stands for everything below it."""
    for error in errors_declared:
        yield error
        yield from with_subclasses(error.__subclasses__())


def security(route: Route) -> list[Document]:
    """Ways to be let in, any one of which suffices. An empty list: nobody needs to sign in."""
    if route.auth is Auth.PUBLIC:
        return []
    session: Document = {"session": []}
    if route.unsafe and route.csrf:
        session["csrf"] = []
    return [session, {"bearer": []}] if route.scope else [session]
