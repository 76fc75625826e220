"""Every page, and the files that pages need."""

from fileserver.http.routing import Route
from fileserver.pages import log, materials, reviews, share_pages, shares, sign_in, start, static_files

ROUTES: tuple[Route, ...] = (
    *static_files.ROUTES,
    *share_pages.ROUTES,
    *sign_in.ROUTES,
    *start.ROUTES,
    *materials.ROUTES,
    *reviews.ROUTES,
    *shares.ROUTES,
    *log.ROUTES,
)
