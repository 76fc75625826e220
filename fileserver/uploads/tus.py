"""The verbs of tus 1.0.0 as handlers: headers in, headers out. What they do stands in service and writing."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from aiohttp import web
from yarl import URL

from fileserver.http.call import Call
from fileserver.uploads import body, concat, headers, service, whole
from fileserver.uploads.checksums import ALGORITHMS
from fileserver.uploads.errors import UploadHeaderInvalid, UploadTooLarge
from fileserver.uploads.flight import STREAMED
from fileserver.uploads.headers import Checksum
from fileserver.uploads.ietf import write_limit
from fileserver.uploads.receptions import Reception
from fileserver.uploads.whole import WHOLES
from fileserver.uploads.writing import location, look, receptions_of, terminate, upload_id_of, write
from storage.rows.uploads import UploadRow


async def options(call: Call) -> web.Response:
    """What this server can do; asked without a version and by anybody."""
    return web.Response(
        status=HTTPStatus.NO_CONTENT,
        headers={
            "Tus-Extension": headers.EXTENSIONS,
            "Tus-Max-Size": str(call.services.config.upload_size_max_bytes),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
            **write_limit(call.services.config.upload_size_max_bytes),
        },
    )


async def create(call: Call) -> web.Response:
    """POST to the collection: a new upload, with its first bytes if the request brings any."""
    sent, size_bytes = call.request.headers, body.body_bytes(call.request)
    headers.check_version(sent)
    if concat.is_final(sent):
        return await _create_final(call)
    part, length = concat.read_partial(sent), headers.read_length(sent)
    metadata, checksum = headers.read_metadata(sent), headers.read_checksum(sent)
    if size_bytes != 0:
        body.check_body_type(call.request)
    if size_bytes is not None and length is not None and size_bytes > length:
        raise UploadTooLarge(size_max_bytes=length)
    if part is None and length is not None and whole.fits(length, size_bytes):
        return await _create_whole(call, length, metadata, checksum)
    row = await service.create(call.services, call.actor, call.trail, length=length, metadata=metadata, concat=part)
    if size_bytes != 0:
        progress = _progress(*await write(call, row.id, 0, checksum=checksum))
    elif call.request.content_type == headers.OFFSET_STREAM:
        progress = _progress(row, 0)
    else:
        progress = headers.write_expiry(row.expires_at)
    return web.Response(status=HTTPStatus.CREATED, headers={"Location": location(call, row.id), **progress})


async def _create_whole(call: Call, length: int, metadata: dict[str, str], checksum: Checksum | None) -> web.Response:
    receptions = receptions_of(call)
    async with body.opened(call.request, Reception()) as arriving:
        with receptions.room(call.actor.person_id):
            row = await whole.take_whole(
                call.services, call.request.config_dict[WHOLES], call.actor, call.trail, arriving,
                length=length, metadata=metadata, checksum=checksum,
            )  # fmt: skip
    receptions.flights.count(STREAMED, length)
    answer = {"Location": location(call, row.id), "Upload-Offset": str(length)}
    return web.Response(status=HTTPStatus.CREATED, headers=answer)


async def _create_final(call: Call) -> web.Response:
    sent, public_url = call.request.headers, call.services.config.public_url
    if body.body_bytes(call.request) != 0:
        raise UploadHeaderInvalid(field=concat.HEADER, rule="concat-body")
    sources = concat.read_sources(sent, (public_url, f"{URL(public_url).scheme}://{call.request.host}"))
    metadata = headers.read_metadata(sent)
    row = await concat.create(call.services, call.actor, call.trail, sources=sources, metadata=metadata)
    return web.Response(status=HTTPStatus.CREATED, headers={"Location": location(call, row.id)})


async def head(call: Call) -> web.Response:
    """Where the upload stands."""
    headers.check_version(call.request.headers)
    row = await look(call, upload_id_of(call))
    return web.Response(
        status=HTTPStatus.OK,
        headers={
            **({"Upload-Offset": str(row.offset_bytes)} if concat.has_offset(row) else {}),
            "Cache-Control": "no-store",
            **headers.write_length(row.length_bytes),
            **await concat.write(call.services, row),
            **headers.write_metadata(row.metadata),
            **headers.write_expiry(row.expires_at),
        },
    )


async def patch(call: Call) -> web.Response:
    """The next bytes."""
    sent = call.request.headers
    headers.check_version(sent)
    body.check_body_type(call.request)
    offset, length = headers.read_number(sent, "Upload-Offset"), headers.read_said_length(sent)
    checksum = headers.read_checksum(sent)
    answer = _progress(*await write(call, upload_id_of(call), offset, length=length, checksum=checksum))
    return web.Response(status=HTTPStatus.NO_CONTENT, headers=answer)


async def delete(call: Call) -> web.Response:
    """The upload and its bytes are forgotten."""
    headers.check_version(call.request.headers)
    await terminate(call, upload_id_of(call))
    return web.Response(status=HTTPStatus.NO_CONTENT)


def _progress(row: UploadRow, reached: int) -> dict[str, str]:
    """What is said after bytes: there is no expiry any more once all are here."""
    expires_at = None if reached == row.length_bytes else row.expires_at
    return {"Upload-Offset": str(reached), **headers.write_expiry(expires_at)}


COLLECTION: Mapping[str, Callable[[Call], Awaitable[web.Response]]] = {"POST": create, "OPTIONS": options}
ITEM: Mapping[str, Callable[[Call], Awaitable[web.Response]]] = {
    "HEAD": head, "PATCH": patch, "DELETE": delete, "OPTIONS": options,
}  # fmt: skip
