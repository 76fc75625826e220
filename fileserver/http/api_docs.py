"""The API's description: the OpenAPI document, and the same for people, rendered here without any script."""

import json

from aiohttp import web

from fileserver.http.call import Call
from fileserver.http.keys import CONFIG, LANGUAGE
from fileserver.http.keys import ROUTES as TABLE
from fileserver.http.openapi import Document, openapi_document
from fileserver.http.problem_pages import render
from fileserver.http.routing import Auth, Route, bare_page
from fileserver.i18n import Language

DOCUMENT = web.AppKey[Document]("DOCUMENT")
PAGES = web.AppKey[dict[Language, str]]("PAGES")  # of the document: each is made for its first reader


def prepare_document(app: web.Application) -> None:
    """Make the document once: a model that has no schema must stop the start, not a reader."""
    config, routes = app[CONFIG], app[TABLE]
    app[DOCUMENT] = openapi_document(routes, title=f"{config.brand_name} API", server_url=config.public_url)
    app[PAGES] = {}


async def openapi_json(call: Call) -> web.Response:
    """The document as JSON."""
    return web.json_response(call.request.config_dict[DOCUMENT])


async def docs_page(call: Call) -> web.Response:
    """The document as a page, which takes a fifth of a second to make and is the same for all of a language."""
    pages, language = call.request.config_dict[PAGES], call.request[LANGUAGE]
    if language not in pages:
        pages[language] = drawn(call)
    return web.Response(text=pages[language], content_type="text/html", charset="utf-8")


def drawn(call: Call) -> str:
    """The page's text in the reader's language."""
    document = call.request.config_dict[DOCUMENT]
    operations = [
        (path, method.upper(), operation)
        for path, methods in sorted(document["paths"].items())
        for method, operation in methods.items()
    ]
    page = render(
        call.request,
        "api_docs.html",
        document=document,
        operations=operations,
        pretty=lambda value: json.dumps(value, indent=2, ensure_ascii=False),
    )
    return page.text or ""


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/openapi.json",
        name="api.document",
        summary="This document",
        handler=openapi_json,
        auth=Auth.PUBLIC,
        produces="application/json",
        reads_session=False,
    ),
    bare_page("/api/docs", "api.docs", "The API's description as a page", docs_page, "text/html"),
)
