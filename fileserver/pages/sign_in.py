"""The employees' way in."""

from aiohttp import web
from pydantic import Field

from fileserver.http.call import Call
from fileserver.http.caller import CallerKind
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input
from fileserver.pages.next_path import SIGN_IN, local_path
from fileserver.pages.rendering import page

SEE_OTHER = 303
RAW_NEXT_CHARS_MAX = 4000


class SignInQuery(Input):
    """Where the person wanted to go."""

    next: str = Field(default="", max_length=RAW_NEXT_CHARS_MAX)


async def sign_in(call: Call[None, SignInQuery]) -> web.Response:
    """The form; who is signed in already goes on at once."""
    then = local_path(call.query.next)
    caller = call.caller
    if caller is not None and caller.kind is CallerKind.EMPLOYEE and caller.active:
        return web.Response(status=SEE_OTHER, headers={"Location": then})
    return page(call, "sign_in.html", then=then)


ROUTES = (
    Route(
        method="GET",
        path=SIGN_IN,
        name="pages.sign_in",
        summary="Sign in",
        handler=sign_in,
        auth=Auth.PUBLIC,
        hidden=True,
        produces="text/html",
        query=SignInQuery,
    ),
)
