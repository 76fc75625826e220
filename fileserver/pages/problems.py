"""Problems as pages of the console; a stranger is shown the way to sign in, and comes back afterwards."""

from aiohttp import web

from compliance.errors import IdentityUnknown, ProviderRefused
from fileserver.http.caller import CallerKind
from fileserver.http.errors import NotSignedIn, SecondFactorNeeded, WrongKind
from fileserver.http.keys import ROUTE
from fileserver.http.problems import Problem
from fileserver.http.routing import Auth
from fileserver.pages.entry_trouble import ENTER
from fileserver.pages.next_path import SECOND_FACTOR, sign_in_url
from fileserver.pages.rendering import caller_of, render

SEE_OTHER = 303


def problem_page(request: web.Request, problem: Problem) -> web.Response:
    """What a person sees when a page could not be shown."""
    route = request.get(ROUTE)
    if problem.slug == NotSignedIn.slug and request.method == "GET" and route and route.auth is not Auth.SIGNED_IN:
        way_in = ENTER if route.auth is Auth.VIEWER else sign_in_url(request.path_qs)
        return web.Response(status=SEE_OTHER, headers={"Location": way_in})
    if problem.slug == SecondFactorNeeded.slug and request.method == "GET":
        return web.Response(status=SEE_OTHER, headers={"Location": SECOND_FACTOR})
    caller = caller_of(request)
    return render(
        request,
        caller if caller and caller.kind is CallerKind.EMPLOYEE else None,
        "problem.html",
        status=problem.status,
        problem=problem,
        may_sign_in=problem.slug in {NotSignedIn.slug, WrongKind.slug, IdentityUnknown.slug, ProviderRefused.slug},
    )
