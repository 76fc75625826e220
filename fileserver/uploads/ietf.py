"""Resumable uploads as the IETF drafts them, at the interop versions that clients in use speak.

Specification: draft-ietf-httpbis-resumable-upload; interop version 5 is that of draft -03, 6 that of -04 and -05. It is
spoken at the addresses of tus, where `Upload-Draft-Interop-Version` comes without Tus-Resumable.

One difference is meant: an upload whose length was said is complete when its last byte is here, whether or not the
request said `Upload-Complete: ?1`; saying it afterwards, without bytes, is fine. Clients rely on that for empty files.
"""

import warnings
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from http import HTTPStatus

from aiohttp import HttpVersion11, web
from aiohttp.multipart import content_disposition_filename, parse_content_disposition

from fileserver.http.call import Call
from fileserver.http.errors import HttpError, MediaTypeRefused
from fileserver.http.middleware import answer as problem_answer
from fileserver.uploads import body, headers, service
from fileserver.uploads.errors import OffsetMismatch, UploadGone, UploadHeaderInvalid, UploadTooLarge
from fileserver.uploads.writing import location, look, terminate, upload_id_of, write
from storage.rows.uploads import UploadRow

INTEROP = "Upload-Draft-Interop-Version"
INTEROP_VERSIONS = ("5", "6")
COMPLETE = "Upload-Complete"
PARTIAL_UPLOAD = "application/partial-upload"  # demanded from version 6 on

Verb = Callable[[Call], Awaitable[web.Response]]


def is_spoken(sent: Mapping[str, str]) -> bool:
    """Whether the request speaks the draft, in whichever version."""
    return INTEROP in sent and "Tus-Resumable" not in sent


def write_limit(size_max_bytes: int, expires_s: int | None = None) -> dict[str, str]:
    """Upload-Limit: how large an upload may get, and for how many seconds it stays."""
    expires = "" if expires_s is None else f", expires={expires_s}"
    return {"Upload-Limit": f"max-size={size_max_bytes}{expires}"}


async def create(call: Call) -> web.Response:
    """A new upload with as much of the file as the request brings."""
    sent, size_bytes = call.request.headers, body.body_bytes(call.request)
    _refuse(sent, "Upload-Offset")
    is_last = _read_complete(sent)
    _check_coding(call)
    length = _consistent(headers.read_said_length(sent), size_bytes if is_last else None)
    if length is not None and (size_bytes or 0) > length:
        raise UploadTooLarge(size_max_bytes=length)
    row = await service.create(call.services, call.actor, call.trail, length=length, metadata=_metadata(call))
    where = {"Location": location(call, row.id), **_limit(call, row)}
    reached = 0
    if size_bytes != 0:
        await _announce(call.request, where)
        row, reached = await write(call, row.id, 0, is_last=is_last)
    return web.Response(status=HTTPStatus.CREATED, headers={**where, **_progress(call, row, reached)})


async def _announce(request: web.Request, where: Mapping[str, str]) -> None:
    """104 Upload Resumption Supported: where to go on, before the bytes are here."""
    if request.version < HttpVersion11:
        return
    lines = {INTEROP: request.headers[INTEROP], **where}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    await request.writer.write(f"HTTP/1.1 104 Upload Resumption Supported\r\n{head}\r\n".encode())
    request.writer.output_size = 0  # the answer itself has not begun


async def head(call: Call) -> web.Response:
    """Where the upload stands."""
    _refuse(call.request.headers, "Upload-Offset", COMPLETE, "Upload-Length")
    row = await look(call, upload_id_of(call))
    length = {} if row.length_bytes is None else {"Upload-Length": str(row.length_bytes)}
    answer = {**_progress(call, row, row.offset_bytes), **_limit(call, row), **length, "Cache-Control": "no-store"}
    return web.Response(status=HTTPStatus.NO_CONTENT, headers=answer)


async def append(call: Call) -> web.Response:
    """The next bytes. Where a client went wrong it learns the offset, to go on from there."""
    sent, size_bytes, upload_id = call.request.headers, body.body_bytes(call.request), upload_id_of(call)
    if sent[INTEROP] != "5" and call.request.content_type != PARTIAL_UPLOAD:
        raise MediaTypeRefused(expected=PARTIAL_UPLOAD)
    _check_coding(call)
    offset, is_last = headers.read_number(sent, "Upload-Offset"), COMPLETE in sent and _read_complete(sent)
    ends = offset + size_bytes if is_last and size_bytes is not None else None
    length = _consistent(headers.read_said_length(sent), ends)
    row, reached = await write(call, upload_id, offset, length=length, is_last=is_last)
    return web.Response(status=HTTPStatus.CREATED, headers=_progress(call, row, reached))


async def cancel(call: Call) -> web.Response:
    """The upload and its bytes are forgotten."""
    _refuse(call.request.headers, "Upload-Offset", COMPLETE)
    await terminate(call, upload_id_of(call))
    return web.Response(status=HTTPStatus.NO_CONTENT)


def _refuse(sent: Mapping[str, str], *names: str) -> None:
    for name in names:
        if name in sent:
            raise UploadHeaderInvalid(field=name, rule="not-here")


def _read_complete(sent: Mapping[str, str]) -> bool:
    """Upload-Complete, a Boolean of Structured Fields (RFC 9651 §3.3.6)."""
    value = sent.get(COMPLETE)
    if value not in ("?0", "?1"):
        raise UploadHeaderInvalid(field=COMPLETE, rule="missing" if value is None else "not-a-boolean")
    return value == "?1"


def _consistent(said: int | None, implied: int | None) -> int | None:
    """The length, however it was told: by Upload-Length, or by the end of the last body."""
    if said is not None and implied is not None and said != implied:
        raise UploadHeaderInvalid(field="Upload-Length", rule="length-inconsistent")
    return implied if said is None else said


def _check_coding(call: Call) -> None:
    if call.request.headers.get("Content-Encoding", "identity") != "identity":
        raise MediaTypeRefused(expected="identity")


def _metadata(call: Call) -> dict[str, str]:
    """Upload-Metadata if the client sends it too; otherwise what Content-Type and Content-Disposition say."""
    sent = call.request.headers
    metadata = headers.read_metadata(sent)
    name = _filename(sent.get("Content-Disposition"))
    kind = sent.get("Content-Type", "")
    return headers.with_names(metadata, name, "" if kind in (PARTIAL_UPLOAD, headers.OFFSET_STREAM) else kind)


def _filename(disposition: str | None) -> str:
    """The name in it, empty if it can't be read. A warning would quote the header in the log, and be kept for ever."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, parameters = parse_content_disposition(disposition)
        return content_disposition_filename(parameters) or ""


def _limit(call: Call, row: UploadRow) -> dict[str, str]:
    size_max_bytes = call.services.config.upload_size_max_bytes
    return write_limit(size_max_bytes, _seconds(row.expires_at, call.services.clock()))


def _seconds(until: datetime | None, now: datetime) -> int | None:
    return None if until is None else max(0, int((until - now).total_seconds()))


def _progress(call: Call, row: UploadRow, reached: int) -> dict[str, str]:
    complete = reached == row.length_bytes
    interop = {INTEROP: call.request.headers[INTEROP]}
    return {**interop, "Upload-Offset": str(reached), COMPLETE: "?1" if complete else "?0"}


def _in_its_words(verb: Verb) -> Verb:
    """Refusals with the statuses and headers of the draft, where they aren't those of tus."""

    async def handle(call: Call) -> web.Response:
        sent = call.request.headers
        if sent[INTEROP] not in INTEROP_VERSIONS:
            raise UploadHeaderInvalid(field=INTEROP, rule="interop-unknown")
        try:
            return await verb(call)
        except UploadGone as gone:
            return problem_answer(call.request, gone, status=HTTPStatus.NOT_FOUND)
        except UploadTooLarge as too_large:
            status = HTTPStatus.BAD_REQUEST if verb is append else None
            return problem_answer(call.request, too_large, status=status)
        except OffsetMismatch as mismatch:
            return problem_answer(call.request, mismatch, headers=_standing(mismatch))

    return handle


def _standing(mismatch: HttpError) -> dict[str, str]:
    return {"Upload-Offset": str(mismatch.params["offset_bytes"]), COMPLETE: "?0"}


COLLECTION: Mapping[str, Verb] = {"POST": _in_its_words(create)}
ITEM: Mapping[str, Verb] = {
    "HEAD": _in_its_words(head), "PATCH": _in_its_words(append), "DELETE": _in_its_words(cancel),
}  # fmt: skip
