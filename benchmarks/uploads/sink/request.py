"""A request's head and body, as the sink sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.uploads.sink.objects import KEEP_MAX_BYTES

HEAD_BYTES_MAX = 64 << 10
LINE_BYTES_MAX = 4096


@dataclass(frozen=True)
class Request:
    """The head of a request; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]

    @cached_property
    def key(self) -> str:
        """The object's key; empty for the bucket."""
        return unquote(urlsplit(self.target).path).lstrip("/").partition("/")[2]

    @cached_property
    def query(self) -> dict[str, str]:
        """The query, each name's first value."""
        asked = parse_qs(urlsplit(self.target).query, keep_blank_values=True)
        return {name: values[0] for name, values in asked.items()}

    @property
    def wire_bytes(self) -> int | None:
        """The body's length as it travels; None when it is chunked."""
        return None if self._is_chunked else int(self.headers.get("content-length", "0"))

    @property
    def is_framed(self) -> bool:
        """The SDKs' own chunks around the bytes, within the body."""
        return "aws-chunked" in self.headers.get("content-encoding", "")

    @property
    def keeps(self) -> bool:
        """Whether the body's bytes matter: documents of the protocol, and small objects."""
        if self.method != "PUT" or not self.key:
            return True
        announced = self.headers.get("x-amz-decoded-content-length", self.headers.get("content-length"))
        return "partNumber=" not in self.target and announced is not None and int(announced) <= KEEP_MAX_BYTES

    @property
    def _is_chunked(self) -> bool:
        return self.headers.get("transfer-encoding", "").lower() == "chunked"


def parse_head(head: bytes) -> Request:
    """Raises ValueError for what is no HTTP/1.1."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines if line)
    return Request(method, target, {name.strip().lower(): value.strip() for name, _, value in pairs})


class Body:
    """Takes a body's bytes off the wire, with or without HTTP's chunks; keeps them or counts them."""

    def __init__(self, wire_bytes: int | None, *, keep: bool) -> None:
        self.size_bytes = 0
        self.is_done = wire_bytes == 0
        self.kept = bytearray() if keep else None
        self._chunked = wire_bytes is None
        self._left = wire_bytes or 0
        self._line = b""
        self._ending = False

    def take(self, view: memoryview) -> memoryview:
        """What is left of the view behind this body, or behind the piece it took."""
        if self._left:
            return self._take_bytes(view)
        return self._take_line(view)

    def _take_bytes(self, view: memoryview) -> memoryview:
        mine = view[: self._left]
        if self.kept is not None:
            self.kept += mine
        self.size_bytes += len(mine)
        self._left -= len(mine)
        self.is_done = not (self._left or self._chunked)
        return view[len(mine) :]

    def _take_line(self, view: memoryview) -> memoryview:
        """A chunk's size, the empty line behind its bytes, or a trailer."""
        piece = bytes(view[:LINE_BYTES_MAX])
        end = piece.find(b"\n") + 1 or len(piece)
        self._line += piece[:end]
        if len(self._line) > LINE_BYTES_MAX:
            raise ValueError("a line of a chunked body is too long")
        if self._line.endswith(b"\n"):
            line, self._line = self._line.strip(), b""
            self._read_line(line)
        return view[end:]

    def _read_line(self, line: bytes) -> None:
        if self._ending:
            self.is_done = not line
        elif line:
            self._left = int(line.partition(b";")[0], 16)
            self._ending = not self._left


def unframed(body: bytes) -> bytes:
    """The bytes inside the SDKs' chunks; signatures and trailers are dropped."""
    pieces, position = list[bytes](), 0
    while True:
        end = body.index(b"\r\n", position)
        size = int(body[position:end].partition(b";")[0], 16)
        if not size:
            return b"".join(pieces)
        pieces.append(body[end + 2 : end + 2 + size])
        position = end + 4 + size
