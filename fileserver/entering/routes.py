"""Every route of the way in."""

from fileserver.entering import request_routes, session_routes, step_routes

ROUTES = (*session_routes.ROUTES, *step_routes.ROUTES, *request_routes.ROUTES)
