"""What an operation is given and gives back. Errors are S3's codes, in AmazonS3/latest/API/ErrorResponses.html."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from benchmarks.uploads.sink.objects import Shelf
from benchmarks.uploads.sink.request import Request

PAGE_MAX = 1000
DATE = "2026-01-01T00:00:00.000Z"


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


def xml(name: str, inner: str, status: int = HTTPStatus.OK) -> Answer:
    """A document."""
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}>{inner}</{name}>'
    return Answer(status, document.encode(), {"Content-Type": "application/xml"})


def truncated(every: list[Any], page: list[Any]) -> str:
    """Whether there is more than the page."""
    return f"<IsTruncated>{str(len(page) < len(every)).lower()}</IsTruncated>"
