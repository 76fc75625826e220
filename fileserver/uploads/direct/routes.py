"""Direct uploads over HTTP, in the shape of Uppy's S3 plug-in; and which ways there are.

What they promise stands in `service`.
"""

from functools import partial

from aiohttp import web

from compliance.access import Action
from compliance.errors import AccessDenied, InvalidValue, NotFound, WrongState
from compliance.uploads import FILENAME, FILETYPE, encoded
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.uploads import errors, headers, layout
from fileserver.uploads.direct import service
from fileserver.uploads.direct.schemas import (
    CompletedDirect,
    CompleteDirect,
    Direct,
    DirectPart,
    DirectParts,
    DirectPath,
    KeyQuery,
    NewDirectUpload,
    NewDirectUploadOut,
    PartPath,
    SignedPart,
    SignQuery,
    Ways,
)
from fileserver.uploads.errors import UploadHeaderInvalid
from fileserver.uploads.flight import DIRECT
from fileserver.uploads.receptions import RECEPTIONS
from storage.errors import StoreUnavailable

COLLECTION = "/uploads/s3/multipart"
ITEM = COLLECTION + "/{upload_id}"
COMPLETE_BODY_MAX_BYTES = 2 << 20  # the longest list of parts
SIZE = "size"
OWN_KEYS = (FILENAME, FILETYPE, SIZE)  # the keys of metadata that the server fills or uses itself

REFUSALS: tuple[type[Exception], ...] = (
    AccessDenied,
    NotFound,
    StoreUnavailable,
    errors.UploadGone,
    errors.UploadWrongWay,
)


async def ways(call: Call) -> Ways:
    """How bytes can come here."""
    endpoint = call.services.config.s3_public_url
    direct = Direct(endpoint=endpoint) if endpoint else None
    return Ways(direct=direct, part_size_min_bytes=layout.PART_SIZE_MIN_BYTES)


async def begin(call: Call[NewDirectUpload]) -> NewDirectUploadOut:
    """A new upload whose parts go straight into the store."""
    size, metadata = _size(call.body), _metadata(call.body)
    row = await service.begin(call.services, call.actor, call.trail, size=size, metadata=metadata)
    location = f"/api/v1/uploads/{row.id}"
    return NewDirectUploadOut(upload_id=row.id, key=row.id, part_size=row.part_size_bytes, location=location)


async def parts(call: Call[None, KeyQuery, DirectPath]) -> DirectParts:
    """What the store has, for a client that goes on."""
    _check_key(call.params, call.query)
    found = await service.stored(call.services, call.actor, call.params.upload_id)
    return DirectParts(
        [DirectPart(number=part.number, size_bytes=part.size_bytes, etag=f'"{part.etag}"') for part in found]
    )


async def sign(call: Call[None, SignQuery, PartPath]) -> SignedPart:
    """The request that stores one part."""
    _check_key(call.params, call.query)
    params = call.params
    signed = await service.sign(call.services, call.actor, params.upload_id, params.part_number, call.query.checksum)
    return SignedPart(method=signed.method, url=signed.url, headers=dict(signed.headers), expires=signed.expires_s)


async def complete(call: Call[CompleteDirect, KeyQuery, DirectPath]) -> CompletedDirect:
    """All parts are in the store: let the upload be put together and verified."""
    _check_key(call.params, call.query)
    named = {part.number: part.etag.strip('"') for part in call.body.parts}
    if len(named) != len(call.body.parts):
        raise InvalidValue(field="parts", rule="repeated")
    upload_id = call.params.upload_id
    size_bytes = await service.complete(call.services, call.actor, upload_id, named)
    call.request.config_dict[RECEPTIONS].flights.count(DIRECT, size_bytes)
    return CompletedDirect(location=f"/api/v1/uploads/{upload_id}")


async def forget(call: Call[None, KeyQuery, DirectPath]) -> web.Response:
    """The upload and its parts are forgotten."""
    _check_key(call.params, call.query)
    await service.forget(call.services, call.actor, call.trail, call.params.upload_id)
    return web.Response(status=204)


def _size(body: NewDirectUpload) -> int:
    size = body.size if body.size is not None else body.metadata.get(SIZE)
    if isinstance(size, str) and headers.NUMBER.fullmatch(size):
        size = int(size)
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise InvalidValue(field=SIZE, rule="not-a-number")
    return size


def _metadata(body: NewDirectUpload) -> dict[str, str]:
    """As tus would have sent it, and checked by the same rules. Raises InvalidValue."""
    said = {name: value for name, value in body.metadata.items() if name not in OWN_KEYS and value is not None}
    values = {FILENAME: body.filename, FILETYPE: body.type, **said}
    text = ",".join(f"{name} {encoded(str(value))}" for name, value in values.items() if value != "")
    try:
        return headers.read_metadata({"Upload-Metadata": text})
    except UploadHeaderInvalid as error:
        raise InvalidValue(field="metadata", **error.params) from error


def _check_key(path: DirectPath | PartPath, query: KeyQuery) -> None:
    if query.key not in (None, path.upload_id):
        raise NotFound(field="key")


MINE = partial(Route, auth=Auth.EMPLOYEE, scope=Scope.UPLOADS_WRITE)

ROUTES: tuple[Route, ...] = (
    MINE(
        method="GET",
        path="/api/v1/uploads/ways",
        name="uploads.ways",
        summary="How bytes can come here: through the server, or straight into the store",
        action=Action.UPLOAD_READ,
        handler=ways,
        returns=Ways,
        errors=REFUSALS,
    ),
    MINE(
        method="POST",
        path=COLLECTION,
        name="uploads.direct.begin",
        summary="Make an upload whose parts go straight into the store",
        action=Action.UPLOAD_CREATE,
        handler=begin,
        body=NewDirectUpload,
        returns=NewDirectUploadOut,
        status=201,
        errors=(
            *REFUSALS,
            InvalidValue,
            errors.DirectUploadsOff,
            errors.TooManyUploads,
            errors.UploadQuotaExceeded,
            errors.UploadTooLarge,
        ),
    ),
    MINE(
        method="GET",
        path=ITEM,
        name="uploads.direct.parts",
        summary="List the parts of a direct upload that the store has",
        action=Action.UPLOAD_READ,
        handler=parts,
        query=KeyQuery,
        path_params=DirectPath,
        returns=DirectParts,
        errors=(*REFUSALS, WrongState),
    ),
    MINE(
        method="GET",
        path=ITEM + "/{part_number}",
        name="uploads.direct.sign",
        summary="Sign the request that stores one part: its number, size and SHA-256, for minutes",
        action=Action.UPLOAD_WRITE,
        handler=sign,
        query=SignQuery,
        path_params=PartPath,
        returns=SignedPart,
        errors=(*REFUSALS, InvalidValue, WrongState, errors.UploadWasteful),
    ),
    MINE(
        method="POST",
        path=ITEM + "/complete",
        name="uploads.direct.complete",
        summary="Put the parts of a direct upload together; may be repeated",
        action=Action.UPLOAD_WRITE,
        handler=complete,
        body=CompleteDirect,
        query=KeyQuery,
        path_params=DirectPath,
        returns=CompletedDirect,
        body_max_bytes=COMPLETE_BODY_MAX_BYTES,
        errors=(*REFUSALS, InvalidValue, errors.PartsMissing),
    ),
    MINE(
        method="DELETE",
        path=ITEM,
        name="uploads.direct.forget",
        summary="Forget a direct upload and its parts",
        action=Action.UPLOAD_TERMINATE,
        handler=forget,
        query=KeyQuery,
        path_params=DirectPath,
        status=204,
        errors=(*REFUSALS, WrongState),
    ),
)
