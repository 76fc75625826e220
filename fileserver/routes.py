"""Every route of the server, feature after feature. A feature that is not listed here is not served."""

from fileserver.http import problem_pages
from fileserver.http.caller import Authenticate, nobody
from fileserver.http.routing import Route

ROUTES: tuple[Route, ...] = (*problem_pages.ROUTES,)

AUTHENTICATE: Authenticate = nobody
