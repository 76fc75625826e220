"""Our own scripts and styles, and the vendored ones, under /static/.

They are addressed by content, so they may be cached for good.
"""

import hashlib
from functools import cache
from pathlib import Path

from aiohttp import web
from pydantic import Field

from fileserver.http.call import Call
from fileserver.http.errors import PathUnknown
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input

ROOT = Path(__file__).parent / "static"
YEAR_S = 365 * 24 * 3600
HASH_CHARS = 12
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}


class StaticPath(Input):
    """A file below the static folder."""

    path: str = Field(max_length=200)


class StaticQuery(Input):
    """The content's hash, which makes the address new when the file is."""

    v: str = Field(default="", max_length=HASH_CHARS)


async def static_file(call: Call[None, StaticQuery, StaticPath]) -> web.FileResponse:
    """One file. Raises PathUnknown for anything outside the folder, hidden, or of a type that we don't serve."""
    file = (ROOT / call.params.path).resolve()
    media_type = MEDIA_TYPES.get(file.suffix)
    if media_type is None or not file.is_relative_to(ROOT) or not file.is_file():
        raise PathUnknown
    lifetime = f"public, max-age={YEAR_S}, immutable" if call.query.v else "no-cache"
    return web.FileResponse(file, headers={"Content-Type": media_type, "Cache-Control": lifetime})


@cache
def static_url(path: str) -> str:
    """The address of a file of ours with its content's hash. Raises FileNotFoundError for one that is missing."""
    digest = hashlib.sha256((ROOT / path).read_bytes()).hexdigest()[:HASH_CHARS]
    return f"/static/{path}?v={digest}"


ROUTES = (
    Route(
        method="GET",
        path="/static/{path:.+}",
        name="pages.static",
        summary="Scripts and styles",
        handler=static_file,
        auth=Auth.PUBLIC,
        reads_session=False,
        hidden=True,
        produces="application/octet-stream",
        path_params=StaticPath,
        query=StaticQuery,
    ),
)
