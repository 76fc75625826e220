"""Every route of this feature."""

from fileserver.reviews import governing_routes, review_routes
from fileserver.reviews.review_routes import listed, read

__all__ = ["ROUTES", "listed", "read"]

ROUTES = (*review_routes.ROUTES, *governing_routes.ROUTES)
