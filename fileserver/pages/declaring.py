"""What every page of the console declares: a GET outside the API document, for employees, with its act."""

from typing import Any

from fileserver.http.routing import Auth, Handler, Route


def console_page(path: str, name: str, summary: str, handler: Handler, **declared: Any) -> Route:
    """A page for employees; without an `action` it shows nothing but the caller's own."""
    return Route(
        method="GET",
        path=path,
        name=f"pages.{name}",
        summary=summary,
        handler=handler,
        auth=Auth.EMPLOYEE,
        own="action" not in declared,
        hidden=True,
        produces="text/html",
        **declared,
    )
