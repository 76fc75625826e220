"""The verbs of tus 1.0.0 as handlers: headers in, headers out. What they do stands in service, intake and finishing."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from uuid import UUID

from aiohttp import web
from yarl import URL

from compliance.access import Action
from compliance.errors import NotFound
from fileserver.http import csrf
from fileserver.http.call import Call
from fileserver.http.routing import SAFE_METHODS
from fileserver.uploads import body, concat, headers, service, whole
from fileserver.uploads.checksums import ALGORITHMS
from fileserver.uploads.errors import UploadHeaderInvalid, UploadTooLarge
from fileserver.uploads.flight import STREAMED
from fileserver.uploads.headers import Checksum
from fileserver.uploads.intake import carry_hash, conclude, take_in
from fileserver.uploads.names import FINAL
from fileserver.uploads.receptions import RECEPTIONS, Reception, Receptions
from fileserver.uploads.service import TakenUp
from fileserver.uploads.whole import WHOLES

OVERRIDE = "X-HTTP-Method-Override"

Verb = Callable[[Call], Awaitable[web.Response]]


async def options(call: Call) -> web.Response:
    """What this server can do; asked without a version and by anybody."""
    return web.Response(
        status=HTTPStatus.NO_CONTENT,
        headers={
            "Tus-Extension": headers.EXTENSIONS,
            "Tus-Max-Size": str(call.services.config.upload_size_max_bytes),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
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
    answer = {"Location": location(call, row.id)}
    if size_bytes != 0:
        answer |= await _write(call, row.id, 0, length=None, checksum=checksum)
    elif call.request.content_type == headers.OFFSET_STREAM:
        answer["Upload-Offset"] = "0"
    return web.Response(status=HTTPStatus.CREATED, headers={**headers.write_expiry(row.expires_at), **answer})


async def _create_whole(call: Call, length: int, metadata: dict[str, str], checksum: Checksum | None) -> web.Response:
    receptions = _receptions(call)
    async with body.opened(call.request, Reception()) as arriving:
        with receptions.room():
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


def location(call: Call, upload_id: UUID) -> str:
    """The upload's address, absolute: some clients can't follow another."""
    return f"{call.services.config.public_url}/uploads/{upload_id}"


async def head(call: Call) -> web.Response:
    """Where the upload stands. An older request that still writes is ended first, so that the answer stays true."""
    headers.check_version(call.request.headers)
    upload_id = _upload_id(call)
    await service.check(call.services, call.actor, Action.UPLOAD_READ, upload_id)
    async with _receptions(call).hold(upload_id):
        taken = await service.take_up(call.services, call.actor, upload_id)
        await _conclude_if_due(call, taken)
        carry_hash(_receptions(call), taken)
    row = taken.row
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
    answer = await _write(call, _upload_id(call), offset, length=length, checksum=headers.read_checksum(sent))
    return web.Response(status=HTTPStatus.NO_CONTENT, headers=answer)


async def delete(call: Call) -> web.Response:
    """The upload and its bytes are forgotten."""
    headers.check_version(call.request.headers)
    upload_id = _upload_id(call)
    await service.check(call.services, call.actor, Action.UPLOAD_TERMINATE, upload_id)
    async with _receptions(call).hold(upload_id):
        await service.terminate(call.services, call.actor, call.trail, upload_id)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def _write(
    call: Call, upload_id: UUID, offset: int, *, length: int | None, checksum: Checksum | None
) -> dict[str, str]:
    """The body into the upload, and what the answer says of it. Without right, no older request is ended."""
    size_bytes = body.body_bytes(call.request)
    await service.check(call.services, call.actor, Action.UPLOAD_WRITE, upload_id)
    async with _receptions(call).hold(upload_id) as reception:
        taken = await service.take_up(
            call.services, call.actor, upload_id, offset=offset, body_bytes=size_bytes, length=length
        )
        reached = await _take_in(call, reception, taken, size_bytes, checksum)
    expires_at = None if reached == taken.row.length_bytes else taken.row.expires_at
    return {"Upload-Offset": str(reached), **headers.write_expiry(expires_at)}


async def _take_in(
    call: Call, reception: Reception, taken: TakenUp, size_bytes: int | None, checksum: Checksum | None
) -> int:
    async with body.opened(call.request, reception) as arriving:
        if taken.row.state != "receiving":
            if await arriving.read_into(memoryview(bytearray(1)), ()):
                raise UploadTooLarge(size_max_bytes=taken.layout.end_max_bytes)
            carry_hash(_receptions(call), taken)
            await _conclude_if_due(call, taken)
            return taken.row.offset_bytes
        return await take_in(
            call.services, _receptions(call), reception, taken, arriving, body_bytes=size_bytes, checksum=checksum
        )


async def _conclude_if_due(call: Call, taken: TakenUp) -> None:
    if taken.row.state == "assembling" and taken.row.concat != FINAL:
        await conclude(call.services, _receptions(call), taken.row.id, taken.row.fence, taken.row.offset_bytes)


def _receptions(call: Call) -> Receptions:
    return call.request.config_dict[RECEPTIONS]


def _upload_id(call: Call) -> UUID:
    """The upload in the path; what is no id names no upload."""
    try:
        return UUID(call.request.match_info["upload_id"])
    except ValueError:
        raise NotFound(field="upload_id") from None


COLLECTION: Mapping[str, Verb] = {"POST": create, "OPTIONS": options}
ITEM: Mapping[str, Verb] = {"HEAD": head, "PATCH": patch, "DELETE": delete, "OPTIONS": options}


def by_method(verbs: Mapping[str, Verb]) -> Verb:
    """The verb that the request names, by X-HTTP-Method-Override if it has one, which tus lets stand for the method."""

    async def handle(call: Call) -> web.Response:
        method = call.request.headers.get(OVERRIDE, call.request.method)
        if method not in verbs:
            raise web.HTTPMethodNotAllowed(call.request.method, sorted(verbs))
        if call.request.method in SAFE_METHODS and method not in SAFE_METHODS:
            _check_origin(call)
        return await verbs[method](call)

    return handle


def _check_origin(call: Call) -> None:
    """What the frame checks for unsafe methods, here for one that travels as a safe one."""
    if call.signed_in.ambient:
        csrf.check_origin(call.request, call.services.config.public_url)
        csrf.check_csrf_token(call.signed_in.csrf_token, call.request.headers.get(csrf.CSRF_HEADER))
