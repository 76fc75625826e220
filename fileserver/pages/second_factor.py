"""Two-step verification: set up, renewed and given up by its person."""

from aiohttp import web

from fileserver.accounts import second_factor_routes
from fileserver.http.call import Call
from fileserver.pages.declaring import console_page
from fileserver.pages.next_path import SECOND_FACTOR
from fileserver.pages.rendering import page


async def second_factor(call: Call) -> web.Response:
    """How one stands, and what can be done about it. Open to whoever has to set one up first."""
    return page(call, "second_factor.html", factor=await second_factor_routes.state(call))


ROUTES = (console_page(SECOND_FACTOR, "second_factor", "Two-step verification", second_factor, enrolling=True),)
