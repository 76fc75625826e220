"""Every route of this feature."""

from fileserver.people import clinic_routes, viewer_routes

ROUTES = (*clinic_routes.ROUTES, *viewer_routes.ROUTES)
