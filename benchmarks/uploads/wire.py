"""HTTP/1.1 over plain sockets, many connections in one thread, bodies straight from memory by sendfile.

Promises to cost a client so little that the server is what is measured. A lane is a connection with a script: a
generator that yields requests and is given their answers.
"""

import os
import selectors
import socket
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

BLOCK_BYTES = 1 << 20
WITH_HEAD_MAX_BYTES = 64 << 10
SALT_BYTES = 16
READ_BYTES = 64 << 10
SILENCE_MAX_S = 600
END = b"\r\n\r\n"
NO_CONTENT = 204


@dataclass(frozen=True)
class Ask:
    """A request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body_bytes: int = 0


@dataclass(frozen=True)
class Told:
    """Its answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]


Script = Generator[Ask, Told, None]


class Broken(Exception):
    """The server closed a connection or said something that is no answer."""


class Block:
    """Random bytes in memory, sent again and again without a copy in this process."""

    def __init__(self) -> None:
        self._file = os.memfd_create("block")
        self._head = os.urandom(WITH_HEAD_MAX_BYTES)
        os.write(self._file, os.urandom(BLOCK_BYTES))

    def beginning(self, size_bytes: int) -> bytes:
        """The first bytes of a body, different each time: no two files are the same, so none is taken for another."""
        return (os.urandom(SALT_BYTES) + self._head)[:size_bytes]

    def send(self, sock: socket.socket, sent_bytes: int, size_bytes: int) -> int:
        """As much as fits now of a body of which some was sent. Raises BlockingIOError."""
        start = sent_bytes % BLOCK_BYTES
        return os.sendfile(sock.fileno(), self._file, start, min(size_bytes - sent_bytes, BLOCK_BYTES - start))


class Lane:
    """One connection on its way through its script; another takes its place when the server says that it closes it."""

    def __init__(self, address: tuple[str, int], script: Script, block: Block) -> None:
        self.sock = _connected(address)
        self._address, self._script, self._block = address, script, block
        self._out, self._sent_bytes, self._in = b"", 0, b""
        self._ask = Ask("", "", {})
        self._begin(next(script, None))

    @property
    def events(self) -> int:
        """What this lane waits for; 0 when its script is done."""
        if self._is_done:
            return 0
        return selectors.EVENT_WRITE if self._is_sending else selectors.EVENT_READ

    def step(self) -> None:
        """Go on as far as possible. Raises Broken."""
        try:
            self._send() if self._is_sending else self._read()
        except BlockingIOError:
            return
        except ConnectionError as error:
            raise Broken(f"{self._ask.method} {self._ask.path}: {type(error).__name__}, {self._rest()}") from error

    @property
    def _is_sending(self) -> bool:
        return bool(self._out) or self._sent_bytes < self._ask.body_bytes

    def _begin(self, ask: Ask | None) -> None:
        self._is_done = ask is None
        if ask is None:
            self.sock.close()
            return
        self._ask, self._sent_bytes = ask, 0
        first = self._block.beginning(min(ask.body_bytes, WITH_HEAD_MAX_BYTES))
        self._out, self._sent_bytes = written(ask, self._address) + first, len(first)

    def _send(self) -> None:
        if self._out:
            self._out = self._out[self.sock.send(self._out) :]
        else:
            self._sent_bytes += self._block.send(self.sock, self._sent_bytes, self._ask.body_bytes)

    def _read(self) -> None:
        piece = self.sock.recv(READ_BYTES)
        if not piece:
            raise Broken(f"{self._ask.method} {self._ask.path}: closed after {self._in!r}")
        self._in += piece
        told, self._in = parse(self._in, bodiless=self._ask.method == "HEAD")
        if told is not None:
            if told.headers.get("connection", "").lower() == "close":
                self.sock, spent = _connected(self._address), self.sock
                spent.close()
            try:
                self._begin(self._script.send(told))
            except StopIteration:
                self._begin(None)

    def _rest(self) -> str:
        """What the server said before it closed."""
        try:
            return repr(self.sock.recv(READ_BYTES))
        except OSError:
            return "nothing said"


def _connected(address: tuple[str, int]) -> socket.socket:
    sock = socket.create_connection(address, timeout=SILENCE_MAX_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.settimeout(0)
    return sock


def written(ask: Ask, address: tuple[str, int]) -> bytes:
    """A request's head."""
    headers = {"Host": f"{address[0]}:{address[1]}", "Content-Length": str(ask.body_bytes), **ask.headers}
    lines = [f"{ask.method} {ask.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + END


def parse(data: bytes, *, bodiless: bool) -> tuple[Told | None, bytes]:
    """The first answer in `data` if all of it is there, and what follows it. Interim answers are skipped."""
    head, found, rest = data.partition(END)
    if not found:
        return None, data
    first, *lines = head.decode("latin-1").split("\r\n")
    status = int(first.split(" ")[1])
    if status < 200:  # noqa: PLR2004  # HTTP's own number: the real answer follows
        return parse(rest, bodiless=bodiless)
    pairs = (line.partition(":") for line in lines)
    told = Told(status, {name.strip().lower(): value.strip() for name, _, value in pairs})
    if bodiless or status == NO_CONTENT:
        return told, rest
    if told.headers.get("transfer-encoding") == "chunked":
        end = rest.find(b"0" + END)
        return (None, data) if end < 0 else (told, rest[end + 1 + len(END) :])
    size = int(told.headers.get("content-length", "0"))
    return (None, data) if len(rest) < size else (told, rest[size:])


def drive(lanes: Sequence[Lane]) -> None:
    """Until every script has ended. Raises Broken, and what scripts raise."""
    with selectors.DefaultSelector() as selector:
        for lane in lanes:
            if lane.events:
                selector.register(lane.sock, lane.events, lane)
        while selector.get_map():
            ready = selector.select(SILENCE_MAX_S)
            if not ready:
                raise Broken(f"no answer for {SILENCE_MAX_S} s")
            for key, _ in ready:
                key.data.step()
                _watch(selector, key, key.data)


def _watch(selector: selectors.BaseSelector, key: selectors.SelectorKey, lane: Lane) -> None:
    """Wait for what the lane waits for now, on the connection that it has now."""
    if lane.events and lane.sock.fileno() == key.fd:
        if lane.events != key.events:
            selector.modify(key.fd, lane.events, lane)
        return
    selector.unregister(key.fd)
    if lane.events:
        selector.register(lane.sock, lane.events, lane)
