"""Every route of this feature."""

from fileserver.reviews import governing_routes, review_routes
from fileserver.reviews.review_routes import commented, listed, read

__all__ = ["ROUTES", "commented", "listed", "read"]

ROUTES = (*review_routes.ROUTES, *governing_routes.ROUTES)
