"""How employees get in, in the console: policy and providers, directories, everybody's tokens, one account."""

from aiohttp import web

from compliance.access import EMPLOYEES, Action, Role
from compliance.sign_in_providers import WECOM
from fileserver.accounts import directory_routes, policy_routes, provider_routes, ways_in_routes
from fileserver.accounts.directory_schemas import DirectoryPath
from fileserver.accounts.schemas import AccountPath
from fileserver.http.call import Call
from fileserver.pages.declaring import console_page
from fileserver.pages.rendering import page

EMPTY_LINES = 3  # of a mapping, to be filled in


async def sign_in(call: Call) -> web.Response:
    """What is asked of whom, and the providers."""
    return page(
        call,
        "ways_in.html",
        policy=await policy_routes.read(call),
        providers=await provider_routes.listed(call),
        callback=f"{call.services.config.public_url}/sign-in/with/",
        roles=_roles(),
    )


async def directory(call: Call[None, None, DirectoryPath]) -> web.Response:
    """A directory, its mapping and how accounts stand to it."""
    found = await directory_routes.read(call)
    return page(
        call,
        "directory.html",
        directory=found,
        slug=call.params.source,
        wecom=call.params.source == WECOM,
        roles=_roles(),
        lines=len(found.mapping.lines) + EMPTY_LINES,
    )


async def tokens(call: Call) -> web.Response:
    """Everybody's API tokens."""
    return page(call, "tokens.html", tokens=await ways_in_routes.listed(call))


async def account(call: Call[None, None, AccountPath]) -> web.Response:
    """How one employee gets in."""
    return page(call, "account_ways_in.html", ways=await ways_in_routes.read(call))


def _roles() -> list[Role]:
    return [role for role in Role if role in EMPLOYEES]


CONFIGURE = Action.SIGN_IN_CONFIGURE
ROUTES = (
    console_page("/accounts/sign-in", "sign_in_settings", "Sign-in", sign_in, action=CONFIGURE),
    console_page(
        "/accounts/directories/{source}",
        "directory",
        "A directory",
        directory,
        action=CONFIGURE,
        path_params=DirectoryPath,
    ),
    console_page("/accounts/tokens", "tokens", "Everybody's API tokens", tokens, action=CONFIGURE),
    console_page(
        "/accounts/{person_id}/ways-in",
        "account_ways_in",
        "How an employee gets in",
        account,
        action=CONFIGURE,
        path_params=AccountPath,
    ),
)
