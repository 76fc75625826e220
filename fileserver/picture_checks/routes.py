"""The address by which WeChat fetches a page that it was asked about: for whoever has it, while it lasts."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from compliance.errors import LinkExpired, LinkInvalid, NotFound, NotPrepared
from compliance.exit import Piece, PieceKind
from compliance.exit.checks import CheckGate
from compliance.links import open_address
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input
from fileserver.platforms.wechat.pictures import PICTURE_PATH, picture_path

RECIPIENT = "WeChat"
PRIVATE = {"Cache-Control": "private, no-store"}


class PicturePath(Input):
    """A page of a version; pages count from 1."""

    version_id: UUID
    page: Annotated[int, Field(ge=1, le=100_000)]


class Signature(Input):
    """The signature of the address."""

    k: str = Field(max_length=3, description="Key id")
    e: str = Field(max_length=12, description="Unix time at which the address ends")
    m: str = Field(max_length=32, description="MAC")


async def picture(call: Call[None, Signature, PicturePath]) -> web.Response:
    """One page, sealed to the platform."""
    services, wanted = call.services, call.params
    if not services.config.wechat_picture_check:
        raise NotFound
    path = picture_path(wanted.version_id, wanted.page)
    await open_address(services.keys, services.database, path, call.query.model_dump(), services.clock())
    gate = CheckGate(wanted.version_id, RECIPIENT)
    piece = Piece(kind=PieceKind.PAGE, page=wanted.page)
    outgoing = await services.exit.release(gate, piece, replace(call.trail, role="system"))
    return web.Response(body=outgoing.body, content_type=outgoing.media_type, headers=PRIVATE)


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=PICTURE_PATH,
        name="picture_checks.picture",
        summary="Fetch a page that WeChat was asked about",
        handler=picture,
        auth=Auth.PUBLIC,
        csrf=False,
        reads_session=False,
        path_params=PicturePath,
        query=Signature,
        produces="image/jpeg",
        errors=(NotFound, LinkInvalid, LinkExpired, NotPrepared),
    ),
)
