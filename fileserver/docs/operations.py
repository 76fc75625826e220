"""The page of the API, from the route table."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from fileserver.docs import markdown
from fileserver.docs.markdown import code, codes
from fileserver.http.csrf import CSRF_HEADER
from fileserver.http.problems import slug_of
from fileserver.http.routing import Auth, Route
from fileserver.routes import ROUTES

WHO = {
    Auth.PUBLIC: "anybody",
    Auth.SIGNED_IN: "signed in",
    Auth.EMPLOYEE: "employees",
    Auth.VIEWER: "viewers",
}
INTRODUCTION = f"""\
Every operation as the route table declares it. The fields of bodies and answers stand in the OpenAPI 3.1 document,
which a running server gives at `/api/openapi.json`, and as a page at `/api/docs`.

Who calls is told by the session cookie or by `Authorization: Bearer …`, with the token of a session or an API token.
A session by cookie must repeat its CSRF token in `{CSRF_HEADER}` on every method that may change something; a Bearer
token needs none. An API token works where a scope is named, and only with that scope.

"Act" is what the [access rules](access.md) are asked about. "own" means that the operation touches nothing but the
caller's own sessions, tokens or password. Refusals are [problems](problems.md) (RFC 9457); those named here come on
top of the general ones (not signed in, invalid request and the like), and `render-failed` and `storage-error` stand for
their whole families. `?lang=zh-CN` or `?lang=en` picks the language of their sentences."""
HEAD = ("Operation", "Request", "Who", "Act", "Token scope", "Answer", "What", "Own refusals")


def page() -> str:
    """The whole page."""
    shown = [route for route in ROUTES if not route.hidden]
    pages = sorted((route for route in ROUTES if route.hidden), key=lambda route: route.path)
    return markdown.page(
        "API",
        INTRODUCTION,
        *_groups(shown),
        "## Pages",
        "What people open in a browser, and what operators ask. They are left out of the OpenAPI document, and none "
        "of them changes anything.",
        markdown.table(
            ("Path", "Who", "Act", "What"),
            ((code(each.path), WHO[each.auth], _act(each), each.summary) for each in pages),
        ),
    )


def _groups(routes: Iterable[Route]) -> Iterator[str]:
    def subject(route: Route) -> str:
        return route.name.partition(".")[0]

    for name, group in groupby(sorted(routes, key=subject), key=subject):
        yield f"## {name}"
        yield markdown.table(HEAD, map(_row, group))


def _row(route: Route) -> tuple[str, ...]:
    return (
        code(route.name),
        code(f"{route.method} {route.path}"),
        WHO[route.auth],
        _act(route),
        code(str(route.scope or "")),
        _answer(route),
        route.summary,
        codes(sorted(slug for error in route.errors if (slug := slug_of(error)))),
    )


def _act(route: Route) -> str:
    if route.own:
        return "own"
    return code(route.action.value) if route.action else ""


def _answer(route: Route) -> str:
    what = code(route.returns.__name__) if route.returns else code(route.produces or "")
    return f"{int(route.status)} {what}".strip()
