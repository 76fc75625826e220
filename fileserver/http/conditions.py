"""Conditional requests (RFC 9110 §13) for bytes that never change: their entity tag is their SHA-256, strong.

Promises the order of §13.2.2. Reads only headers: ask it once the caller is known to be allowed, so that nobody learns
from a 304 or a 412 what may be there.
"""

from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web

from fileserver.http.errors import PreconditionFailed

ANY = "*"


def headers_of(tag: str, made_at: datetime) -> dict[str, str]:
    """ETag and Last-Modified."""
    return {"ETag": f'"{tag}"', "Last-Modified": format_datetime(_seconds(made_at), usegmt=True)}


def has_already(request: web.Request, tag: str, made_at: datetime) -> bool:
    """Whether a GET or HEAD says that its sender has these bytes: 304. Raises PreconditionFailed: 412."""
    if request.if_match is not None:
        if not any(each.value in (tag, ANY) and not each.is_weak for each in request.if_match):
            raise PreconditionFailed
    elif request.if_unmodified_since is not None and _seconds(made_at) > request.if_unmodified_since:
        raise PreconditionFailed
    if request.if_none_match is not None:
        return any(each.value in (tag, ANY) for each in request.if_none_match)
    return request.if_modified_since is not None and _seconds(made_at) <= request.if_modified_since


def range_counts(request: web.Request, tag: str, made_at: datetime) -> bool:
    """Whether a Range is to be looked at: If-Range is absent, or names exactly these bytes."""
    wanted = request.headers.get("If-Range")
    if wanted is None:
        return True
    if wanted.startswith(('"', "W/")):
        return wanted == f'"{tag}"'
    return request.if_range == _seconds(made_at)


def names_ours(request: web.Request, tag: str, made_at: datetime) -> bool:
    """Whether a condition that holds is about our own tag or time, which the object store doesn't know."""
    conditional = "If-Match" in request.headers or "If-Unmodified-Since" in request.headers
    return conditional or ("If-Range" in request.headers and range_counts(request, tag, made_at))


def _seconds(moment: datetime) -> datetime:
    """HTTP dates have no fractions."""
    return moment.astimezone(UTC).replace(microsecond=0)
