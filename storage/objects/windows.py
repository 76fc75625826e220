"""One stream of bytes out of many answers of the store: a window of the object each, and the next asked for ahead.

A store takes its time to find what it is asked for, and reads no further ahead than its socket takes. A reader that
takes a window in less than `FAST_S` therefore gets the next ones asked for beside it, on connections that are kept for
as long as the object is read; a slower one has one request at a time.

Promises the object's bytes once and in order, or ConnectionError for whatever is not the answer that was asked for:
the caller asks again, as `download` asks, and hears there what is wrong. Plain HTTP/1.1 only.
"""

import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from yarl import URL

WINDOW_BYTES = 32 << 20
AHEAD = 4
FAST_S = 1.0
CONNECT_TIMEOUT_S = 1.0  # the thread hears of nothing else meanwhile
HEAD_MAX_BYTES = 16 << 10
END = b"\r\n\r\n"
PARTIAL_CONTENT = b"206"


class Taking(Protocol):
    """What takes bytes out of a socket (`carriers`)."""

    def take(self, source: socket.socket, size_max_bytes: int) -> int:
        """Raises BlockingIOError, OSError; 0 at the end."""


@dataclass(frozen=True)
class Rest:
    """The bytes behind the first answer: from `start` up to `end`, of an object of `total_bytes` with this ETag."""

    presign: Callable[[], URL]
    start: int
    end: int
    total_bytes: int
    etag: str


@dataclass(frozen=True)
class _Asked:
    """A window that is to come on this connection."""

    connection: socket.socket
    start: int
    stop: int


class Windows:
    """Used from one thread at a time. `socket` is where the next bytes come from.

    `raw` is the connection of the first answer, of which `left_bytes` are still to come; it stays its owner's.
    """

    def __init__(self, raw: socket.socket, left_bytes: int, rest: Rest | None = None) -> None:
        self.socket = raw
        self.missing_bytes = left_bytes + (rest.end - rest.start if rest else 0)
        self._left_bytes, self._rest = left_bytes, rest
        self._next = rest.start if rest else 0
        self._asked = deque[_Asked]()
        self._free = list[socket.socket]()
        self._made = list[socket.socket]()
        self._head = b""
        self._since_s = time.monotonic()

    def take(self, carrier: Taking) -> int:
        """A load of it. Raises BlockingIOError when nothing has come, OSError."""
        if not self._left_bytes:
            self._left_bytes = self._begun(self._asked[0])
            self._asked.popleft()
        count = carrier.take(self.socket, self._left_bytes)
        if not count:
            raise ConnectionError("the store closed the connection early")
        self._left_bytes -= count
        self.missing_bytes -= count
        if not self._left_bytes and self.missing_bytes:
            self._go_on()
        return count

    def close(self) -> None:
        """What was asked for and has not come is cut off."""
        for made in self._made:
            made.close()

    def _go_on(self) -> None:
        """The window is through: its connection is free for another, and the one asked for next has its turn."""
        now_s = time.monotonic()
        is_fast, self._since_s = now_s - self._since_s < FAST_S, now_s
        self._free.append(self.socket)
        while self._rest and self._next < self._rest.end and len(self._asked) < (1 + AHEAD if is_fast else 1):
            self._ask(self._rest)
        self.socket = self._asked[0].connection

    def _ask(self, rest: Rest) -> None:
        stop = min(self._next + WINDOW_BYTES, rest.end)
        asked = _Asked(self._free.pop() if self._free else self._connected(), self._next, stop)
        request = _request(rest.presign(), asked, rest.etag)
        if asked.connection.send(request) != len(request):
            raise ConnectionError("the store takes no request")
        self._asked.append(asked)
        self._next = stop

    def _connected(self) -> socket.socket:
        host, port, *_ = self.socket.getpeername()
        made = socket.create_connection((host, port), CONNECT_TIMEOUT_S)
        self._made.append(made)
        made.settimeout(0)
        return made

    def _begun(self, asked: _Asked) -> int:
        """How many bytes follow the head, which is taken up to its end. Raises BlockingIOError until it is there."""
        while END not in self._head:
            seen = asked.connection.recv(HEAD_MAX_BYTES, socket.MSG_PEEK)
            if not seen:
                raise ConnectionError("the store gave no answer")
            before = len(self._head)
            end = (self._head + seen).find(END)
            self._head += asked.connection.recv(len(seen) if end < 0 else end + len(END) - before)
            if end < 0 and len(self._head) >= HEAD_MAX_BYTES:
                raise ConnectionError("the store's answer does not begin")
        head, self._head = self._head, b""
        if self._rest is None or not _is_answer(head, asked, self._rest):
            raise ConnectionError("the store gave another answer")
        return asked.stop - asked.start


def _request(url: URL, asked: _Asked, etag: str) -> bytes:
    lines = (
        f"GET {url.raw_path_qs} HTTP/1.1",
        f"Host: {url.host_port_subcomponent}",
        f"Range: bytes={asked.start}-{asked.stop - 1}",
        f"If-Match: {etag}",
        "Accept-Encoding: identity",
    )
    return "\r\n".join(lines).encode("latin-1") + END


def _is_answer(head: bytes, asked: _Asked, rest: Rest) -> bool:
    """Whether exactly the bytes that were asked for follow, of the object that they were asked of."""
    first, *lines = head.split(b"\r\n")
    pairs = (line.partition(b":") for line in lines)
    headers = {name.strip().lower(): value.strip().decode("latin-1") for name, _, value in pairs}
    return (
        first.split(b" ")[1:2] == [PARTIAL_CONTENT]
        and headers.get(b"content-range") == f"bytes {asked.start}-{asked.stop - 1}/{rest.total_bytes}"
        and headers.get(b"content-length") == str(asked.stop - asked.start)
        and headers.get(b"etag") == rest.etag
    )
