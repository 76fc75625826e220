"""Every page, and the files that pages need."""

from fileserver.http.routing import Route
from fileserver.pages import (
    accounts,
    flights,
    log,
    log_targets,
    log_watch,
    materials,
    me,
    my_uploads,
    people,
    privacy,
    reviews,
    share_pages,
    shares,
    sign_in,
    start,
    static_files,
    traces,
)

ROUTES: tuple[Route, ...] = (
    *static_files.ROUTES,
    *share_pages.ROUTES,
    *sign_in.ROUTES,
    *start.ROUTES,
    *materials.ROUTES,
    *my_uploads.ROUTES,
    *reviews.ROUTES,
    *shares.ROUTES,
    *people.ROUTES,
    *privacy.ROUTES,
    *log.ROUTES,
    *log_targets.ROUTES,
    *log_watch.ROUTES,
    *log.EVENT_ROUTES,
    *traces.ROUTES,
    *accounts.ROUTES,
    *flights.ROUTES,
    *me.ROUTES,
)
