"""How soon a client that comes back is told the offset that counts all it had delivered.

One connection delivers the beginning of a PATCH (the kernel's word for it: nothing is left unacknowledged) and is then
closed, or falls silent and stays open. A new connection asks HEAD again and again. Then the rest is sent, to see that
the answer was true.
"""

import asyncio
import fcntl
import socket
import statistics
import struct
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlsplit

from benchmarks.stage import Figure
from benchmarks.uploads.figures import at_most
from benchmarks.uploads.servers import OURS, Server
from benchmarks.uploads.stores import Store
from benchmarks.uploads.wire import WITH_HEAD_MAX_BYTES, Ask, Block, Broken, Told, parse, written
from benchmarks.uploads.wishes import Wishes

LENGTH_BYTES = 64 << 20
# A part or two, and something that fills none.
DELIVERED_BYTES = (20 << 20) + 12_345
WAYS = {"cut": 0.2, "silent": 0.3}
ASK_EVERY_S = 0.005
GIVE_UP_S = 10.0
SILENCE_MAX_S = 60.0
OCTETS = {"Content-Type": "application/offset+octet-stream"}
TUS = {"Tus-Resumable": "1.0.0"}


def steps(wishes: Wishes) -> int:
    """How many times `advance` will be told of a step before one store."""
    return 2 * len(WAYS) * wishes.rounds


@dataclass(frozen=True)
class Return:
    """How long it took until HEAD told all that was delivered, or how far it told when that was given up."""

    seconds: float
    told_bytes: int

    @property
    def is_whole(self) -> bool:
        """Nothing that was delivered is missing."""
        return self.told_bytes == DELIVERED_BYTES


async def resume(store: Store, servers: Sequence[Server], wishes: Wishes) -> list[Figure]:
    """Seconds, for both accidents and both servers."""
    taken: dict[tuple[str, str], list[Return]] = {(way, server.name): [] for way in WAYS for server in servers}
    for _ in range(wishes.rounds):
        for way in WAYS:
            for server in servers:
                wishes.advance(f"resume, {store.name}: {server.name}, {way}")
                taken[way, server.name].append(await asyncio.to_thread(_return, server, way))
    return [_figure(store, way, name, each) for (way, name), each in taken.items()]


def _figure(store: Store, way: str, name: str, returns: list[Return]) -> Figure:
    title = f"resume after a {way} client, {store.name}: {name}"
    seconds = statistics.median(each.seconds for each in returns)
    lost = [each.told_bytes for each in returns if not each.is_whole]
    note = f"{len(lost)} of {len(returns)} never told more than {max(lost)} of {DELIVERED_BYTES} bytes" if lost else ""
    if name != OURS:
        return Figure(title, seconds, "s", note)
    figure = at_most(title, seconds, WAYS[way], "s")
    return replace(figure, note=f"{figure.note}; {note}", passed=False) if lost else figure


def _return(server: Server, way: str) -> Return:
    headers = {**TUS, **server.headers}
    with _Talk(server) as talk:
        created = talk.ask(Ask("POST", server.path, {**headers, "Upload-Length": str(LENGTH_BYTES)}))
    path = urlsplit(created.headers["location"]).path
    with _Talk(server) as first:
        first.deliver(Ask("PATCH", path, {**headers, **OCTETS, "Upload-Offset": "0"}, LENGTH_BYTES), DELIVERED_BYTES)
        if way == "cut":
            first.close()
        started = time.perf_counter()
        with _Talk(server) as talk:
            found = _asked(talk, path, headers, started)
            place = {**headers, **OCTETS, "Upload-Offset": str(found.told_bytes)}
            told = talk.ask(Ask("PATCH", path, place, LENGTH_BYTES - found.told_bytes))
    if told.headers.get("upload-offset") != str(LENGTH_BYTES):
        raise Broken(f"{server.name} did not take the rest: {told}")
    return found


def _asked(talk: "_Talk", path: str, headers: dict[str, str], started: float) -> Return:
    while True:
        told = talk.ask(Ask("HEAD", path, headers))
        found = Return(time.perf_counter() - started, int(told.headers.get("upload-offset", 0)))
        if found.is_whole or found.seconds > GIVE_UP_S:
            return found
        time.sleep(ASK_EVERY_S)


class _Talk:
    """One blocking connection."""

    def __init__(self, server: Server) -> None:
        self._address = (server.host, server.port)
        self._sock = socket.create_connection(self._address, timeout=SILENCE_MAX_S)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._block = Block()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._sock.close()

    def ask(self, ask: Ask) -> Told:
        """A whole request, and its answer."""
        self._send(ask, ask.body_bytes)
        data = b""
        while True:
            told, _ = parse(data, bodiless=ask.method == "HEAD")
            if told is not None:
                return told
            piece = self._sock.recv(1 << 16)
            if not piece:
                raise Broken(f"{ask.method} {ask.path}: closed after {data!r}")
            data += piece

    def deliver(self, ask: Ask, size_bytes: int) -> None:
        """The head and that much of the body, until the other side's kernel has confirmed every byte."""
        self._send(ask, size_bytes)
        while struct.unpack("i", fcntl.ioctl(self._sock, termios.TIOCOUTQ, b"\0" * 4))[0]:
            time.sleep(ASK_EVERY_S)

    def _send(self, ask: Ask, size_bytes: int) -> None:
        self._sock.sendall(written(ask, self._address))
        for start in range(0, size_bytes, WITH_HEAD_MAX_BYTES):
            self._sock.sendall(self._block.beginning(min(WITH_HEAD_MAX_BYTES, size_bytes - start)))
