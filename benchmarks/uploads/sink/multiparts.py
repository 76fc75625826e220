"""S3's operations on multipart uploads."""

import re
from html import escape, unescape
from http import HTTPStatus

from benchmarks.uploads.sink.answers import DATE, PAGE_MAX, Answer, Call, Refused, truncated, xml
from benchmarks.uploads.sink.objects import Multipart, Stored

LISTED_PART = re.compile(r"<Part\b.*?</Part>", re.DOTALL)
NUMBER = re.compile(r"<PartNumber>\s*(\d+)\s*</PartNumber>")
ETAG = re.compile(r"<ETag>(.*?)</ETag>", re.DOTALL)


def create(call: Call) -> Answer:
    """Begins one."""
    upload_id = call.shelf.begin(call.request.key, call.kept_headers())
    inner = f"<Bucket>sink</Bucket><Key>{escape(call.request.key)}</Key><UploadId>{upload_id}</UploadId>"
    return xml("InitiateMultipartUploadResult", inner)


def put_part(call: Call) -> Answer:
    """Counts a part."""
    multipart = _multipart(call)
    stored = Stored(call.size_bytes, call.shelf.etag(call.size_bytes))
    multipart.parts[int(call.request.query["partNumber"])] = stored
    return Answer(headers={"ETag": stored.etag})


def list_parts(call: Call) -> Answer:
    """A page of parts."""
    parts, query = _multipart(call).parts, call.request.query
    behind = sorted(number for number in parts if number > int(query.get("part-number-marker") or 0))
    page = behind[: int(query.get("max-parts", PAGE_MAX))]
    entries = "".join(
        f"<Part><PartNumber>{number}</PartNumber><LastModified>{DATE}</LastModified>"
        f"<ETag>{escape(parts[number].etag)}</ETag><Size>{parts[number].size_bytes}</Size></Part>"
        for number in page
    )
    marker = f"<NextPartNumberMarker>{page[-1]}</NextPartNumberMarker>" if page else ""
    return xml("ListPartsResult", f"{truncated(behind, page)}{marker}{entries}")


def complete(call: Call) -> Answer:
    """Joins the parts that are named by number and ETag."""
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
    return xml("CompleteMultipartUploadResult", inner)


def abort(call: Call) -> Answer:
    """Forgets one."""
    _multipart(call)
    del call.shelf.multiparts[call.request.query["uploadId"]]
    return Answer(HTTPStatus.NO_CONTENT)


def list_multiparts(call: Call) -> Answer:
    """A page of those in progress."""
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
    return xml("ListMultipartUploadsResult", f"{truncated(behind, page)}{markers}{entries}")


def _multipart(call: Call) -> Multipart:
    multipart = call.shelf.multiparts.get(call.request.query["uploadId"])
    if multipart is None or multipart.key != call.request.key:
        raise Refused(HTTPStatus.NOT_FOUND, "NoSuchUpload")
    return multipart


def _listed(entry: str) -> tuple[int, str]:
    """A part's number and its ETag, in quotes whether it came in quotes or not."""
    number, etag = NUMBER.search(entry), ETAG.search(entry)
    if number is None or etag is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "MalformedXML")
    return int(number[1]), f'"{unescape(etag[1]).strip().strip(chr(34))}"'
