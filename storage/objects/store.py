"""The object store as the rest of the product sees it. What it promises stands in the package's docstring."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Self

import aiohttp

from storage.errors import MultipartMissing, ObjectCutShort, ObjectMissing, ObjectTooLarge, PartRefused
from storage.objects.control import Control
from storage.objects.download import pass_object, read_object
from storage.objects.faults import (
    CONNECTION_ERRORS,
    RETRIES,
    PassingFault,
    Sleep,
    describe,
    unavailable,
    with_retries,
)
from storage.objects.feed import Feed, Pieces, SourceFailed, WrongLength
from storage.objects.model import ObjectInfo, Part, PendingMultipart, SignedRequest, StoredObject
from storage.objects.overlays import Overlay
from storage.objects.passing import Allow, Means, Outlet
from storage.objects.requests import Get
from storage.objects.upload import Sender, put_small
from storage.settings import S3Settings

# Slow readers hold theirs for minutes, and must not keep uploads from getting one.
CONNECTIONS_MAX = 1000
CONNECT_TIMEOUT_S = 5.0
QUEUE_TIMEOUT_S = 30.0
READ_TIMEOUT_S = 60.0
PING_TIMEOUT_S = 3.0
READ_BUFFER_BYTES = 256 * 1024
SMALL_MAX_BYTES = 1 << 20  # so little costs less on the event loop than the way to a thread and back
# Shorter than any store keeps an idle connection: a request on one the store just closed fails.
KEEPALIVE_S = 10.0


class ObjectStore:
    """One bucket. An asynchronous context manager; one per process is enough, it is safe for concurrent tasks."""

    def __init__(self, settings: S3Settings, *, sleep: Sleep = asyncio.sleep) -> None:
        self._control = Control(settings, sleep)
        self._sleep = sleep
        self._http: aiohttp.ClientSession | None = None
        self._sender = Sender()
        self._passing = Means()

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS_MAX, keepalive_timeout=KEEPALIVE_S),
            timeout=aiohttp.ClientTimeout(
                total=None, connect=QUEUE_TIMEOUT_S, sock_connect=CONNECT_TIMEOUT_S, sock_read=READ_TIMEOUT_S
            ),
            headers={"Accept-Encoding": "identity"},
            auto_decompress=False,
            read_bufsize=READ_BUFFER_BYTES,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        self._sender.close()
        self._passing.close()
        await self._control.close()

    async def put(self, key: str, body: bytes | Pieces, *, media_type: str) -> ObjectInfo:
        """Stores a whole object, replacing what was there. Raises StoreUnavailable, StoreRefused."""
        pieces = _pieces(body)
        size_bytes = sum(map(len, pieces))

        async def attempt() -> str:
            url = self._control.presign("put_object", key, ContentType=media_type)
            if size_bytes <= SMALL_MAX_BYTES:
                return await put_small(self._session, url, b"".join(pieces), key=key, media_type=media_type)
            return await self._sender.put(
                url, pieces, size_bytes, operation="put_object", key=key, media_type=media_type
            )

        return ObjectInfo(key, size_bytes, await with_retries("put_object", attempt, self._sleep))

    def read(self, key: str, *, start: int = 0, stop: int | None = None) -> AsyncGenerator[bytes]:
        """The bytes from `start` up to but without `stop`, in pieces as they arrive.

        Raises ObjectMissing, RangeUnsatisfiable (`start` behind the end), ObjectCutShort, StoreUnavailable. Close it
        (`contextlib.aclosing`) when you may stop early.
        """
        return read_object(self._get(key, start, stop))

    async def pass_on(
        self,
        key: str,
        outlet: Outlet,
        allow: Allow,
        *,
        start: int = 0,
        stop: int | None = None,
        overlay: Overlay | None = None,
    ) -> None:
        """The same bytes, under those of `overlay`, into somebody's connection, by the cheapest way there is.

        `allow` is asked before bytes leave, how many and, by its answer, for how long; what it raises ends the passing.
        Raises OutletGone when the reader takes no more, and as `read`.
        """
        await pass_object(self._get(key, start, stop), outlet, allow, self._passing, overlay)

    def _get(self, key: str, start: int, stop: int | None) -> Get:
        return Get(self._session, lambda: self._control.presign("get_object", key), key, start, stop, self._sleep)

    async def read_all(self, key: str, *, limit_bytes: int) -> bytes:
        """A small object at once. Raises ObjectTooLarge as soon as more than `limit_bytes` have come, and as `read`."""
        pieces, size_bytes = [], 0
        reading = self.read(key, stop=limit_bytes + 1)
        try:
            async for piece in reading:
                pieces.append(piece)
                size_bytes += len(piece)
        finally:
            await reading.aclose()
        if size_bytes > limit_bytes:
            raise ObjectTooLarge(key=key, limit_bytes=limit_bytes)
        return b"".join(pieces)

    def sign_read(self, key: str, *, expires_s: int, media_type: str, disposition: str) -> str:
        """An address at which whoever has it reads the object for so long, under this type and name.

        It is at the public address; ValueError when the store has none.
        """
        return self._control.presign_public(
            "get_object", key, expires_s=expires_s, ResponseContentType=media_type,
            ResponseContentDisposition=disposition, ResponseCacheControl="no-store, private",
        )  # fmt: skip

    async def head(self, key: str) -> ObjectInfo:
        """Raises ObjectMissing."""
        answer = await self._control.call("head_object", key=key)
        return ObjectInfo(key, answer["ContentLength"], _bare(answer["ETag"]))

    async def delete(self, key: str) -> None:
        """Deletes the object if it is there."""
        await self._control.call("delete_object", key=key)

    async def list_pages(self, prefix: str) -> AsyncIterator[Sequence[StoredObject]]:
        """Every object whose key starts with `prefix`, in pages of at most a thousand."""
        async for page in self._pages("list_objects_v2", Prefix=prefix):
            yield [
                StoredObject(entry["Key"], entry["Size"], entry["LastModified"]) for entry in page.get("Contents", ())
            ]

    async def delete_prefix(self, prefix: str, *, keep: str | None = None) -> int:
        """Deletes every object but `keep` whose key starts with `prefix`, which must not be empty; how many."""
        if not prefix:
            raise ValueError("an empty prefix would empty the bucket")
        count = 0
        async for page in self._pages("list_objects_v2", Prefix=prefix):
            keys = [entry["Key"] for entry in page.get("Contents", ()) if entry["Key"] != keep]
            if keys:
                await self._control.call(
                    "delete_objects", Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
                )
            count += len(keys)
        return count

    async def create_multipart(self, key: str, *, media_type: str, with_checksums: bool = False) -> str:
        """Begins a multipart upload and returns its id. `with_checksums`: each part comes with its SHA-256."""
        algorithm = {"ChecksumAlgorithm": "SHA256"} if with_checksums else {}
        answer = await self._control.call("create_multipart_upload", key=key, ContentType=media_type, **algorithm)
        return str(answer["UploadId"])

    def sign_part(
        self, key: str, multipart_id: str, number: int, *, size_bytes: int, checksum: str, expires_s: int
    ) -> SignedRequest:
        """A request by which somebody else stores this one part: of this size, with this SHA-256 (base64).

        It goes to the public address; ValueError when the store has none. The multipart upload must have been begun
        `with_checksums`. Content-Length is signed too, and every client sends it by itself.
        """
        url = self._control.presign_public(
            "upload_part", key, expires_s=expires_s, UploadId=multipart_id, PartNumber=number,
            ContentLength=size_bytes, ChecksumSHA256=checksum,
        )  # fmt: skip
        return SignedRequest("PUT", url, {"x-amz-checksum-sha256": checksum}, expires_s)

    async def upload_part(
        self,
        key: str,
        multipart_id: str,
        number: int,
        chunks: AsyncIterable[bytes | memoryview] | bytes | Pieces | Feed,
        size_bytes: int,
    ) -> Part:
        """Stores a part; returns when the store has acknowledged it.

        Bytes in memory are tried again on faults that may pass, then StoreUnavailable. A stream is sent once:
        PartRefused means that nothing was stored and the same bytes may be sent again. What the source raises comes
        out unchanged.
        Raises MultipartMissing, and ValueError when the source isn't `size_bytes` long.
        """

        async def attempt() -> str:
            url = self._control.presign("upload_part", key, UploadId=multipart_id, PartNumber=number)
            return await self._sender.put(url, body, size_bytes, operation="upload_part", key=key)

        body = _pieces(chunks) if isinstance(chunks, (bytes, Sequence)) else chunks
        if isinstance(body, Sequence):
            given_bytes = sum(map(len, body))
            if given_bytes != size_bytes:
                raise ValueError(f"{given_bytes} bytes given, {size_bytes} announced")
            etag = await with_retries("upload_part", attempt, self._sleep)
        else:
            etag = await _sent_once(attempt, key, number)
        return Part(number, size_bytes, etag)

    async def copy_part(
        self, key: str, multipart_id: str, number: int, source_key: str, span: tuple[int, int] | None, size_bytes: int
    ) -> Part:
        """Makes a part of bytes that the store has, without moving them: from `span[0]` up to but without `span[1]`.

        None takes the whole object, which one of 5 MiB or less needs (S3). Raises ObjectMissing, MultipartMissing,
        StoreRefused, StoreUnavailable.
        """
        cut = {"CopySourceRange": f"bytes={span[0]}-{span[1] - 1}"} if span else {}
        answer = await self._control.call(
            "upload_part_copy", key=key, UploadId=multipart_id, PartNumber=number,
            CopySource=self._control.source(source_key), **cut,
        )  # fmt: skip
        return Part(number, size_bytes, _bare(answer["CopyPartResult"]["ETag"]))

    async def list_parts(self, key: str, multipart_id: str) -> tuple[Part, ...]:
        """All parts the store holds, by number. Raises MultipartMissing.

        Some servers (SeaweedFS) list every attempt of a number that was sent more than once, in no order: whoever
        acknowledged one knows its ETag, and completing takes the attempt whose ETag it is given.
        """
        parts: set[Part] = set()
        async for page in self._pages("list_parts", key=key, UploadId=multipart_id):
            parts |= {
                Part(part["PartNumber"], part["Size"], _bare(part["ETag"]), part.get("ChecksumSHA256"))
                for part in page.get("Parts", ())
            }
        return tuple(sorted(parts, key=lambda part: part.number))

    async def complete_multipart(self, key: str, multipart_id: str, parts: Sequence[Part]) -> ObjectInfo:
        """Joins the parts into the object. May be repeated: an upload completed before is recognised by its size.

        Raises MultipartMissing when the upload is gone and no object of this size is there, ObjectCutShort when the
        joined object's size isn't the parts' sum.
        """
        listed = [_as_listed(part) for part in parts]
        completed = True
        try:
            await self._control.call(
                "complete_multipart_upload", key=key, UploadId=multipart_id, MultipartUpload={"Parts": listed}
            )
        except MultipartMissing:
            completed = False
        return await self._joined(key, sum(part.size_bytes for part in parts), completed=completed)

    async def _joined(self, key: str, expected_bytes: int, *, completed: bool) -> ObjectInfo:
        """The object a completion left, by looking at it: a store may answer 200 and have failed all the same."""
        try:
            info = await self.head(key)
        except ObjectMissing:
            raise MultipartMissing(key=key) from None
        if info.size_bytes != expected_bytes:
            if completed:
                raise ObjectCutShort(key=key, expected_bytes=expected_bytes, received_bytes=info.size_bytes)
            raise MultipartMissing(key=key)
        return info

    async def abort_multipart(self, key: str, multipart_id: str) -> None:
        """Gives up a multipart upload and its parts; one that is gone already is fine."""
        try:
            await self._control.call("abort_multipart_upload", key=key, UploadId=multipart_id)
        except MultipartMissing:
            return

    async def list_multiparts(self, prefix: str) -> tuple[PendingMultipart, ...]:
        """Multipart uploads under `prefix` that were begun and neither completed nor aborted."""
        pending = []
        async for page in self._pages("list_multipart_uploads", Prefix=prefix):
            pending += [
                PendingMultipart(upload["Key"], upload["UploadId"], upload["Initiated"])
                for upload in page.get("Uploads", ())
            ]
        return tuple(pending)

    async def ping(self) -> None:
        """Raises StoreUnavailable or StoreRefused unless the bucket answers, within `PING_TIMEOUT_S` and at once."""
        try:
            async with asyncio.timeout(PING_TIMEOUT_S):
                await self._control.call_once("head_bucket")
        except ObjectMissing:
            raise unavailable("head_bucket", "no such bucket") from None
        except PassingFault as fault:
            raise unavailable("head_bucket", fault.detail) from fault
        except CONNECTION_ERRORS as error:
            raise unavailable("head_bucket", describe(error)) from error

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            raise RuntimeError("use the store inside `async with`")
        return self._http

    async def _pages(
        self, operation: str, *, key: str | None = None, **arguments: Any
    ) -> AsyncIterator[dict[str, Any]]:
        """All pages of a listing; the answer's markers become the next question's."""
        markers: dict[str, Any] = {}
        while True:
            page = await self._control.call(operation, key=key, **arguments, **markers)
            yield page
            markers = _next_markers(operation, page)
            if not page.get("IsTruncated") or not markers:
                return


def _next_markers(operation: str, page: dict[str, Any]) -> dict[str, Any]:
    names = {
        "list_objects_v2": {"NextContinuationToken": "ContinuationToken"},
        "list_parts": {"NextPartNumberMarker": "PartNumberMarker"},
        "list_multipart_uploads": {"NextKeyMarker": "KeyMarker", "NextUploadIdMarker": "UploadIdMarker"},
    }[operation]
    return {question: page[answer] for answer, question in names.items() if page.get(answer)}


async def _sent_once(attempt: Any, key: str, number: int) -> str:
    try:
        return str(await attempt())
    except SourceFailed as error:
        raise error.failure from error
    except WrongLength as error:
        raise ValueError(str(error)) from error
    except PassingFault as fault:
        raise _refused(key, number, fault.detail) from fault
    except CONNECTION_ERRORS as error:
        raise _refused(key, number, describe(error)) from error


def _refused(key: str, number: int, detail: str) -> PartRefused:
    """A part that whoever holds its bytes sends again: counted like the retries that happen here."""
    RETRIES["upload_part"] += 1
    return PartRefused(key=key, number=number, detail=detail)


def _as_listed(part: Part) -> dict[str, Any]:
    """A part as Complete names it; with its checksum, which S3 asks for when the upload was begun with them."""
    checksum = {"ChecksumSHA256": part.checksum} if part.checksum else {}
    return {"PartNumber": part.number, "ETag": f'"{part.etag}"', **checksum}


def _pieces(body: bytes | Pieces) -> Pieces:
    return (body,) if isinstance(body, bytes) else body


def _bare(etag: str) -> str:
    return etag.strip('"')
