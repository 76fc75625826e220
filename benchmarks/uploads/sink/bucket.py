"""S3's operations on the bucket and on whole objects."""

import re
from html import escape, unescape
from http import HTTPStatus

from benchmarks.uploads.sink.answers import DATE, PAGE_MAX, Answer, Call, Refused, truncated, xml
from benchmarks.uploads.sink.objects import Stored

HTTP_DATE = "Thu, 01 Jan 2026 00:00:00 GMT"
KEY = re.compile(r"<Key>(.*?)</Key>", re.DOTALL)


def agree(_call: Call) -> Answer:
    """Whatever it was."""
    return Answer()


def get_location(_call: Call) -> Answer:
    """The default region."""
    return xml("LocationConstraint", "")


def get_lifecycle(_call: Call) -> Answer:
    """There are no rules."""
    raise Refused(HTTPStatus.NOT_FOUND, "NoSuchLifecycleConfiguration")


def list_objects(call: Call) -> Answer:
    """A page of keys."""
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
    return xml("ListBucketResult", f"<KeyCount>{len(page)}</KeyCount>{truncated(behind, page)}{more}{entries}")


def put_object(call: Call) -> Answer:
    """Keeps a small object, counts a big one."""
    key, shelf = call.request.key, call.shelf
    if call.request.headers.get("if-none-match") == "*" and key in shelf.objects:
        raise Refused(HTTPStatus.PRECONDITION_FAILED, "PreconditionFailed")
    stored = Stored(call.size_bytes, shelf.etag(call.size_bytes), call.kept_headers(), call.body)
    shelf.objects[key] = stored
    return Answer(headers={"ETag": stored.etag})


def head_object(call: Call) -> Answer:
    """What is known of an object."""
    stored = _stored(call)
    return Answer(headers=_described(stored), size_bytes=stored.size_bytes)


def get_object(call: Call) -> Answer:
    """An object, or a range of it."""
    stored = _stored(call)
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", call.request.headers.get("range", ""))
    if asked is None:
        return Answer(body=stored.read(0, stored.size_bytes), headers=_described(stored))
    start, stop = int(asked[1]), min(int(asked[2] or stored.size_bytes) + 1, stored.size_bytes)
    if start >= stop:
        raise Refused(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "InvalidRange")
    extent = {"Content-Range": f"bytes {start}-{stop - 1}/{stored.size_bytes}"}
    return Answer(HTTPStatus.PARTIAL_CONTENT, stored.read(start, stop), _described(stored) | extent)


def delete_object(call: Call) -> Answer:
    """Forgets one."""
    call.shelf.objects.pop(call.request.key, None)
    return Answer(HTTPStatus.NO_CONTENT)


def delete_objects(call: Call) -> Answer:
    """Forgets several."""
    for key in KEY.findall(call.text):
        call.shelf.objects.pop(unescape(key), None)
    return xml("DeleteResult", "")


def _stored(call: Call) -> Stored:
    stored = call.shelf.objects.get(call.request.key)
    if stored is None:
        raise Refused(HTTPStatus.NOT_FOUND, "NoSuchKey")
    return stored


def _described(stored: Stored) -> dict[str, str]:
    return {"ETag": stored.etag, "Last-Modified": HTTP_DATE, "Accept-Ranges": "bytes", **stored.headers}
