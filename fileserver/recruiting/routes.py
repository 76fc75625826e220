"""Every route of this feature."""

from fileserver.recruiting import deciding_routes, invitation_routes, ownership_routes, progress_routes

ROUTES = (
    *invitation_routes.ROUTES,
    *ownership_routes.ROUTES,
    *deciding_routes.ROUTES,
    *progress_routes.ROUTES,
)
