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
from typing import Self
from urllib.parse import urlsplit

from benchmarks.stage import Figure
from benchmarks.uploads.figures import at_most
from benchmarks.uploads.servers import OURS, Server
from benchmarks.uploads.stores import Store
from benchmarks.uploads.wire import Ask, Block, Broken, Told, parse, written
from benchmarks.uploads.wishes import Wishes

LENGTH_BYTES = 64 << 20
# A part or two, and something that fills none.
DELIVERED_BYTES = (20 << 20) + 12_345
WAYS = {"cut": 0.2, "silent": 0.3}
ASK_EVERY_S = 0.005
GIVE_UP_S = 30.0
OCTETS = {"Content-Type": "application/offset+octet-stream"}
TUS = {"Tus-Resumable": "1.0.0"}


def steps(wishes: Wishes) -> int:
    """How many times `advance` will be told of a step before one store."""
    return 2 * len(WAYS) * wishes.rounds


async def resume(store: Store, servers: Sequence[Server], wishes: Wishes) -> list[Figure]:
    """Seconds, for both accidents and both servers."""
    taken: dict[tuple[str, str], list[float]] = {(way, server.name): [] for way in WAYS for server in servers}
    for _ in range(wishes.rounds):
        for way in WAYS:
            for server in servers:
                wishes.advance(f"resume, {store.name}: {server.name}, {way}")
                taken[way, server.name].append(await asyncio.to_thread(_resumed_s, server, way))
    return [_figure(store, way, name, statistics.median(each)) for (way, name), each in taken.items()]


def _figure(store: Store, way: str, name: str, seconds: float) -> Figure:
    title = f"resume after a {way} client, {store.name}: {name}"
    if name == OURS:
        return at_most(title, seconds, WAYS[way], "s")
    return Figure(title, seconds, "s", f"given up after {GIVE_UP_S:.0f} s" if seconds >= GIVE_UP_S else "")


def _resumed_s(server: Server, way: str) -> float:
    headers = {**TUS, **server.headers}
    with _Talk(server) as talk:
        created = talk.ask(Ask("POST", server.path, {**headers, "Upload-Length": str(LENGTH_BYTES)}))
    path = urlsplit(created.headers["location"]).path
    first = _Talk(server)
    first.deliver(Ask("PATCH", path, {**headers, **OCTETS, "Upload-Offset": "0"}, LENGTH_BYTES), DELIVERED_BYTES)
    if way == "cut":
        first.close()
    started = time.perf_counter()
    with _Talk(server) as talk:
        seconds = _until_known(talk, path, headers, started)
        if seconds < GIVE_UP_S:
            place = {**headers, **OCTETS, "Upload-Offset": str(DELIVERED_BYTES)}
            told = talk.ask(Ask("PATCH", path, place, LENGTH_BYTES - DELIVERED_BYTES))
            if told.headers.get("upload-offset") != str(LENGTH_BYTES):
                raise Broken(f"{server.name} did not take the rest: {told}")
    first.close()
    return seconds


def _until_known(talk: "_Talk", path: str, headers: dict[str, str], started: float) -> float:
    while (passed := time.perf_counter() - started) < GIVE_UP_S:
        told = talk.ask(Ask("HEAD", path, headers))
        if told.headers.get("upload-offset") == str(DELIVERED_BYTES):
            return time.perf_counter() - started
        time.sleep(ASK_EVERY_S)
    return passed


class _Talk:
    """One blocking connection."""

    def __init__(self, server: Server) -> None:
        self._address = (server.host, server.port)
        self._sock = socket.create_connection(self._address, timeout=GIVE_UP_S)
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
        for start in range(0, size_bytes, 1 << 18):
            self._sock.sendall(self._block.beginning(min(1 << 18, size_bytes - start)))
