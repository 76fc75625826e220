"""Every route of this feature."""

from fileserver.privacy import hold_routes, subject_routes

ROUTES = (*subject_routes.ROUTES, *hold_routes.ROUTES)
