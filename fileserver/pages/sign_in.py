"""The employees' way in."""

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web
from pydantic import Field

from compliance.sign_in_providers import WECOM
from fileserver.http.call import Call
from fileserver.http.caller import CallerKind
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input
from fileserver.pages.next_path import SIGN_IN, local_path
from fileserver.pages.rendering import page
from fileserver.services import Services
from storage.rows.sign_in_providers import list_providers

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
    return page(call, "sign_in.html", then=then, ways=await ways(call.services, then))


@dataclass(frozen=True, kw_only=True)
class Way:
    """A button: `label` is empty for WeCom, which each language calls its own."""

    url: str
    label: str


async def ways(services: Services, then: str) -> list[Way]:
    """The providers that may be used, each leading on to `then`."""
    async with services.database.transaction() as tx:
        named = {row.slug: row.label for row in await list_providers(tx, enabled=True)}
    if services.platforms.wecom is not None:
        named[WECOM] = ""
    query = urlencode({"next": then})
    return [Way(url=f"/sign-in/with/{slug}?{query}", label=label) for slug, label in named.items()]


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
