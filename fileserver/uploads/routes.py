"""The routes of uploads: tus and the IETF's draft for the bytes, JSON for looking at them."""

from compliance.access import Action
from compliance.errors import AccessDenied, InvalidValue, NotFound, UploadUnfinished, WrongState
from compliance.uploads import FILENAME, FILETYPE, FINGERPRINT, text_of
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, write_cursor
from fileserver.http.errors import MediaTypeRefused, MethodNotAllowed
from fileserver.http.routing import Auth, Handler, Route
from fileserver.http.scopes import Scope
from fileserver.uploads import errors, service, tus, verbs
from fileserver.uploads.headers import OFFSET_STREAM, VERSION
from fileserver.uploads.ietf import PARTIAL_UPLOAD
from fileserver.uploads.schemas import UploadList, UploadOut, UploadPath, UploadQuery
from fileserver.uploads.service import SeenUpload
from fileserver.uploads.sharing import CROSS_ORIGIN
from storage.errors import StoreUnavailable

TUS_HEADERS = {"Tus-Resumable": VERSION, "Tus-Version": VERSION}
COLLECTION = "/uploads/"
ITEM = "/uploads/{upload_id}"
BODIES = (OFFSET_STREAM, PARTIAL_UPLOAD, "*/*")  # the draft's first request is of the file's own type

REFUSALS: tuple[type[Exception], ...] = (
    AccessDenied,
    MethodNotAllowed,
    NotFound,
    StoreUnavailable,
    errors.ServerStopping,
    errors.TusVersionRefused,
    errors.UploadBusy,
    errors.UploadGone,
    errors.UploadHeaderInvalid,
    errors.UploadWrongWay,
)
WRITING: tuple[type[Exception], ...] = (
    MediaTypeRefused,
    errors.ChecksumMismatch,
    errors.ServerFull,
    errors.OffsetMismatch,
    errors.UploadFinal,
    errors.UploadCut,
    errors.UploadQuotaExceeded,
    errors.UploadReplaced,
    errors.UploadSilent,
    errors.UploadSlow,
    errors.UploadTooLarge,
    errors.UploadWasteful,
)


async def listed(call: Call[None, UploadQuery]) -> UploadList:
    """The caller's unfinished and recent uploads."""
    query = call.query
    before, limit = read_cursor(query.cursor), query.limit
    found = await service.listed(call.services, call.actor, before=before, limit=limit, fingerprint=query.fingerprint)
    last = found[-1].row if len(found) == limit else None
    following = write_cursor(last.created_at, last.id) if last else None
    return UploadList(items=[out(each) for each in found], next=following)


async def read(call: Call[None, None, UploadPath]) -> UploadOut:
    """One upload; unlike HEAD this disturbs no request that writes it."""
    return out(await service.read(call.services, call.actor, call.params.upload_id))


def out(seen: SeenUpload) -> UploadOut:
    """An upload as its maker sees it."""
    row = seen.row
    return UploadOut.model_validate(
        {
            "id": row.id,
            "filename": text_of(row.metadata, FILENAME),
            "media_type": text_of(row.metadata, FILETYPE),
            "state": row.state,
            "way": row.way,
            "part_size_bytes": row.part_size_bytes,
            "concat": row.concat,
            "offset_bytes": row.offset_bytes,
            "length_bytes": row.length_bytes,
            "verified_bytes": row.verified_bytes,
            "sha256": row.sha256,
            "fingerprint": text_of(row.metadata, FINGERPRINT),
            "material_id": seen.material_id,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
            "expires_at": row.expires_at,
        }
    )


def _tus(
    method: str,
    path: str,
    name: str,
    summary: str,
    action: Action,
    handler: Handler,
    status: int | tuple[int, ...],
    *more: type[Exception],
) -> Route:
    """A verb of tus, and of the draft, which may answer with another status.

    Bodies are never read by the frame, whatever the method: an override may make it a PATCH.
    """
    first, *others = (status,) if isinstance(status, int) else status
    return Route(
        method=method,
        path=path,
        name=name,
        summary=summary,
        handler=handler,
        auth=Auth.EMPLOYEE,
        action=action,
        scope=Scope.UPLOADS_WRITE,
        status=first,
        more_statuses=tuple(others),
        errors=REFUSALS + more,
        body_max_bytes=None,
        consumes=BODIES,
        headers=TUS_HEADERS,
        cross_origin=CROSS_ORIGIN,
    )


def _options(path: str, name: str) -> Route:
    return Route(
        method="OPTIONS",
        path=path,
        name=name,
        summary="What the upload protocol here can do",
        handler=tus.options,
        auth=Auth.PUBLIC,
        status=204,
        headers=TUS_HEADERS,
        cross_origin=CROSS_ORIGIN,
        reads_session=False,
    )


EITHER, ANY = (204, 200, 201), (*WRITING, WrongState)
OVERRIDDEN = "A verb of tus that X-HTTP-Method-Override names, for clients that can't send it"

ROUTES: tuple[Route, ...] = (
    _options(COLLECTION, "uploads.options"),
    _options(ITEM, "uploads.item_options"),
    _tus(
        "POST",
        COLLECTION,
        "uploads.create",
        "Make an upload (tus 1.0.0, or the IETF draft)",
        Action.UPLOAD_CREATE,
        verbs.collection,
        201,
        *WRITING,
        errors.TooManyUploads,
        UploadUnfinished,
    ),
    _tus("HEAD", ITEM, "uploads.head", "Where an upload stands", Action.UPLOAD_READ, verbs.item, (200, 204)),
    _tus("PATCH", ITEM, "uploads.patch", "The next bytes", Action.UPLOAD_WRITE, verbs.item, (204, 201), *WRITING),
    _tus(
        "DELETE",
        ITEM,
        "uploads.terminate",
        "Forget an upload",
        Action.UPLOAD_TERMINATE,
        verbs.item,
        204,
        WrongState,
    ),
    _tus(
        "POST", ITEM, "uploads.post_override", OVERRIDDEN, Action.UPLOAD_WRITE, verbs.item, EITHER, *WRITING, WrongState
    ),
    _tus("GET", ITEM, "uploads.get_override", OVERRIDDEN, Action.UPLOAD_READ, verbs.item, EITHER, *ANY),
    Route(
        method="GET",
        path="/api/v1/uploads",
        name="uploads.list",
        summary="List your unfinished and recent uploads, newest first",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.UPLOAD_READ,
        scope=Scope.UPLOADS_WRITE,
        query=UploadQuery,
        returns=UploadList,
        errors=(AccessDenied, InvalidValue),
    ),
    Route(
        method="GET",
        path="/api/v1/uploads/{upload_id}",
        name="uploads.read",
        summary="Read how far one of your uploads is",
        handler=read,
        auth=Auth.EMPLOYEE,
        action=Action.UPLOAD_READ,
        scope=Scope.UPLOADS_WRITE,
        path_params=UploadPath,
        returns=UploadOut,
        errors=(AccessDenied, NotFound),
    ),
)
