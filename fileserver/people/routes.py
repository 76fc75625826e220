"""Every route of this feature."""

from fileserver.people import clinic_routes, session_routes, viewer_routes

ROUTES = (*session_routes.ROUTES, *clinic_routes.ROUTES, *viewer_routes.ROUTES)
