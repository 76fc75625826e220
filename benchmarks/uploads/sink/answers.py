"""S3's operations on a shelf. Errors are S3's codes: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape, unescape
from http import HTTPStatus
from typing import Any

from benchmarks.uploads.sink.objects import Multipart, Shelf, Stored
from benchmarks.uploads.sink.request import Request

PAGE_MAX = 1000
DATE = "2026-01-01T00:00:00.000Z"
HTTP_DATE = "Thu, 01 Jan 2026 00:00:00 GMT"
LISTED_PART = re.compile(r"<Part\b.*?</Part>", re.DOTALL)
NUMBER = re.compile(r"<PartNumber>\s*(\d+)\s*</PartNumber>")
ETAG = re.compile(r"<ETag>(.*?)</ETag>", re.DOTALL)
KEY = re.compile(r"<Key>(.*?)</Key>", re.DOTALL)


@dataclass(frozen=True)
class Call:
    """A request with its body: `body` is None when its bytes were dropped."""

    shelf: Shelf
    request: Request
    size_bytes: int
    body: bytes | None

    @property
    def text(self) -> str:
        """The body as a document."""
        return (self.body or b"").decode()

    def kept_headers(self) -> dict[str, str]:
        """What belongs to the object."""
        sent = self.request.headers.items()
        return {name: value for name, value in sent if name == "content-type" or name.startswith("x-amz-meta-")}


@dataclass(frozen=True)
class Answer:
    """A response; `size_bytes` where a HEAD tells of a body that it doesn't send."""

    status: int = HTTPStatus.OK
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    size_bytes: int | None = None


class Refused(Exception):
    """An S3 error."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


def respond(call: Call) -> Answer:
    """Do what the request asks for."""
    name, operation = _operation(call.request)
    if name:
        call.shelf.requests[name] += 1
        call.shelf.received_bytes += call.size_bytes
    try:
        return operation(call)
    except Refused as refused:
        return _xml("Error", f"<Code>{refused.code}</Code>", refused.status)


def _operation(request: Request) -> tuple[str, Callable[[Call], Answer]]:
    if request.target.startswith("/-/"):
        return "", _reset if request.method == "POST" else _counts
    names = OBJECT if request.key else BUCKET
    for method, parameter, name, operation in names:
        if request.method == method and (not parameter or parameter in request.query):
            return name, operation
    return "unknown", _unknown


def _counts(call: Call) -> Answer:
    return Answer(body=json.dumps(call.shelf.counts()).encode())


def _reset(call: Call) -> Answer:
    call.shelf.reset()
    return Answer(HTTPStatus.NO_CONTENT)


def _unknown(_call: Call) -> Answer:
    raise Refused(HTTPStatus.NOT_IMPLEMENTED, "NotImplemented")


def _done(_call: Call) -> Answer:
    return Answer()


def _location(_call: Call) -> Answer:
    return _xml("LocationConstraint", "")


def _no_lifecycle(_call: Call) -> Answer:
    raise Refused(HTTPStatus.NOT_FOUND, "NoSuchLifecycleConfiguration")


def _put(call: Call) -> Answer:
    key, shelf = call.request.key, call.shelf
    if call.request.headers.get("if-none-match") == "*" and key in shelf.objects:
        raise Refused(HTTPStatus.PRECONDITION_FAILED, "PreconditionFailed")
    stored = Stored(call.size_bytes, shelf.etag(call.size_bytes), call.kept_headers(), call.body)
    shelf.objects[key] = stored
    return Answer(headers={"ETag": stored.etag})


def _put_part(call: Call) -> Answer:
    multipart = _multipart(call)
    stored = Stored(call.size_bytes, call.shelf.etag(call.size_bytes))
    multipart.parts[int(call.request.query["partNumber"])] = stored
    return Answer(headers={"ETag": stored.etag})


def _multipart(call: Call) -> Multipart:
    multipart = call.shelf.multiparts.get(call.request.query["uploadId"])
    if multipart is None or multipart.key != call.request.key:
        raise Refused(HTTPStatus.NOT_FOUND, "NoSuchUpload")
    return multipart


def _begin(call: Call) -> Answer:
    upload_id = call.shelf.begin(call.request.key, call.kept_headers())
    inner = f"<Bucket>sink</Bucket><Key>{escape(call.request.key)}</Key><UploadId>{upload_id}</UploadId>"
    return _xml("InitiateMultipartUploadResult", inner)


def _complete(call: Call) -> Answer:
    multipart = _multipart(call)
    listed = [_listed(entry) for entry in LISTED_PART.findall(call.text)]
    parts = [multipart.parts.get(number) for number, _ in listed]
    if not parts:
        raise Refused(HTTPStatus.BAD_REQUEST, "MalformedXML")
    if any(part is None or part.etag != etag for part, (_, etag) in zip(parts, listed, strict=True)):
        raise Refused(HTTPStatus.BAD_REQUEST, "InvalidPart")
    size_bytes = sum(part.size_bytes for part in parts if part)
    stored = Stored(size_bytes, call.shelf.etag(size_bytes), multipart.headers)
    call.shelf.objects[multipart.key] = stored
    del call.shelf.multiparts[call.request.query["uploadId"]]
    inner = f"<Bucket>sink</Bucket><Key>{escape(multipart.key)}</Key><ETag>{escape(stored.etag)}</ETag>"
    return _xml("CompleteMultipartUploadResult", inner)


def _listed(entry: str) -> tuple[int, str]:
    """A part's number and its ETag, in quotes whether it came in quotes or not."""
    number, etag = NUMBER.search(entry), ETAG.search(entry)
    if number is None or etag is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "MalformedXML")
    return int(number[1]), f'"{unescape(etag[1]).strip().strip(chr(34))}"'


def _abort(call: Call) -> Answer:
    _multipart(call)
    del call.shelf.multiparts[call.request.query["uploadId"]]
    return Answer(HTTPStatus.NO_CONTENT)


def _list_parts(call: Call) -> Answer:
    parts, query = _multipart(call).parts, call.request.query
    behind = sorted(number for number in parts if number > int(query.get("part-number-marker") or 0))
    page = behind[: int(query.get("max-parts", PAGE_MAX))]
    entries = "".join(
        f"<Part><PartNumber>{number}</PartNumber><LastModified>{DATE}</LastModified>"
        f"<ETag>{escape(parts[number].etag)}</ETag><Size>{parts[number].size_bytes}</Size></Part>"
        for number in page
    )
    marker = f"<NextPartNumberMarker>{page[-1]}</NextPartNumberMarker>" if page else ""
    return _xml("ListPartsResult", f"{_truncated(behind, page)}{marker}{entries}")


def _list_multiparts(call: Call) -> Answer:
    query = call.request.query
    found = sorted(
        (each.key, upload_id)
        for upload_id, each in call.shelf.multiparts.items()
        if each.key.startswith(query.get("prefix", ""))
    )
    mark = (query.get("key-marker", ""), query.get("upload-id-marker", ""))
    behind = [each for each in found if each > mark]
    page = behind[: int(query.get("max-uploads", PAGE_MAX))]
    entries = "".join(
        f"<Upload><Key>{escape(key)}</Key><UploadId>{upload_id}</UploadId><Initiated>{DATE}</Initiated></Upload>"
        for key, upload_id in page
    )
    markers = (
        f"<NextKeyMarker>{escape(page[-1][0])}</NextKeyMarker><NextUploadIdMarker>{page[-1][1]}</NextUploadIdMarker>"
        if page
        else ""
    )
    return _xml("ListMultipartUploadsResult", f"{_truncated(behind, page)}{markers}{entries}")


def _list(call: Call) -> Answer:
    query, objects = call.request.query, call.shelf.objects
    after = query.get("continuation-token") or query.get("start-after", "")
    behind = sorted(key for key in objects if key.startswith(query.get("prefix", "")) and key > after)
    page = behind[: int(query.get("max-keys", PAGE_MAX))]
    entries = "".join(
        f"<Contents><Key>{escape(key)}</Key><LastModified>{DATE}</LastModified>"
        f"<ETag>{escape(objects[key].etag)}</ETag><Size>{objects[key].size_bytes}</Size></Contents>"
        for key in page
    )
    more = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if len(page) < len(behind) else ""
    return _xml("ListBucketResult", f"<KeyCount>{len(page)}</KeyCount>{_truncated(behind, page)}{more}{entries}")


def _truncated(every: list[Any], page: list[Any]) -> str:
    return f"<IsTruncated>{str(len(page) < len(every)).lower()}</IsTruncated>"


def _delete(call: Call) -> Answer:
    call.shelf.objects.pop(call.request.key, None)
    return Answer(HTTPStatus.NO_CONTENT)


def _delete_many(call: Call) -> Answer:
    for key in KEY.findall(call.text):
        call.shelf.objects.pop(unescape(key), None)
    return _xml("DeleteResult", "")


def _head(call: Call) -> Answer:
    stored = _stored(call)
    return Answer(headers=_described(stored), size_bytes=stored.size_bytes)


def _get(call: Call) -> Answer:
    stored = _stored(call)
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", call.request.headers.get("range", ""))
    if asked is None:
        return Answer(body=stored.read(0, stored.size_bytes), headers=_described(stored))
    start, stop = int(asked[1]), min(int(asked[2] or stored.size_bytes) + 1, stored.size_bytes)
    if start >= stop:
        raise Refused(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "InvalidRange")
    extent = {"Content-Range": f"bytes {start}-{stop - 1}/{stored.size_bytes}"}
    return Answer(HTTPStatus.PARTIAL_CONTENT, stored.read(start, stop), _described(stored) | extent)


def _stored(call: Call) -> Stored:
    stored = call.shelf.objects.get(call.request.key)
    if stored is None:
        raise Refused(HTTPStatus.NOT_FOUND, "NoSuchKey")
    return stored


def _described(stored: Stored) -> dict[str, str]:
    return {"ETag": stored.etag, "Last-Modified": HTTP_DATE, "Accept-Ranges": "bytes", **stored.headers}


def _xml(name: str, inner: str, status: int = HTTPStatus.OK) -> Answer:
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}>{inner}</{name}>'
    return Answer(status, document.encode(), {"Content-Type": "application/xml"})


# Method, the query's parameter that tells the operation, its name and what does it; the first that fits.
Table = tuple[tuple[str, str, str, Callable[[Call], Answer]], ...]
OBJECT: Table = (
    ("PUT", "partNumber", "UploadPart", _put_part),
    ("PUT", "", "PutObject", _put),
    ("POST", "uploads", "CreateMultipartUpload", _begin),
    ("POST", "uploadId", "CompleteMultipartUpload", _complete),
    ("GET", "uploadId", "ListParts", _list_parts),
    ("GET", "", "GetObject", _get),
    ("HEAD", "", "HeadObject", _head),
    ("DELETE", "uploadId", "AbortMultipartUpload", _abort),
    ("DELETE", "", "DeleteObject", _delete),
)
BUCKET: Table = (
    ("HEAD", "", "HeadBucket", _done),
    ("GET", "location", "GetBucketLocation", _location),
    ("GET", "lifecycle", "GetBucketLifecycle", _no_lifecycle),
    ("GET", "uploads", "ListMultipartUploads", _list_multiparts),
    ("GET", "", "ListObjects", _list),
    ("POST", "delete", "DeleteObjects", _delete_many),
    ("PUT", "", "CreateBucket", _done),
)
