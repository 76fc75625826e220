"""Which operation a request asks for, and its answer."""

import json
from collections.abc import Callable
from http import HTTPStatus

from benchmarks.uploads.sink import bucket, multiparts
from benchmarks.uploads.sink.answers import Answer, Call, Refused, xml
from benchmarks.uploads.sink.request import Request


def respond(call: Call) -> Answer:
    """Do what the request asks for."""
    name, operation = _operation(call.request)
    if name:
        call.shelf.requests[name] += 1
        call.shelf.received_bytes += call.size_bytes
    try:
        return operation(call)
    except Refused as refused:
        return xml("Error", f"<Code>{refused.code}</Code>", refused.status)


def _operation(request: Request) -> tuple[str, Callable[[Call], Answer]]:
    if request.target.startswith("/-/"):
        return "", _reset if request.method == "POST" else _counts
    if "x-amz-copy-source" in request.headers:
        return "unknown", _unknown
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


# Method, the query's parameter that tells the operation, its name and what does it; the first that fits.
Table = tuple[tuple[str, str, str, Callable[[Call], Answer]], ...]
OBJECT: Table = (
    ("PUT", "partNumber", "UploadPart", multiparts.put_part),
    ("PUT", "", "PutObject", bucket.put_object),
    ("POST", "uploads", "CreateMultipartUpload", multiparts.create),
    ("POST", "uploadId", "CompleteMultipartUpload", multiparts.complete),
    ("GET", "uploadId", "ListParts", multiparts.list_parts),
    ("GET", "", "GetObject", bucket.get_object),
    ("HEAD", "", "HeadObject", bucket.head_object),
    ("DELETE", "uploadId", "AbortMultipartUpload", multiparts.abort),
    ("DELETE", "", "DeleteObject", bucket.delete_object),
)
BUCKET: Table = (
    ("HEAD", "", "HeadBucket", bucket.agree),
    ("GET", "location", "GetBucketLocation", bucket.get_location),
    ("GET", "lifecycle", "GetBucketLifecycle", bucket.get_lifecycle),
    ("GET", "uploads", "ListMultipartUploads", multiparts.list_multiparts),
    ("GET", "", "ListObjects", bucket.list_objects),
    ("POST", "delete", "DeleteObjects", bucket.delete_objects),
    ("PUT", "", "CreateBucket", bucket.agree),
)
