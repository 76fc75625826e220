"""What the server holds in memory for readers who have stopped reading: many downloads of one original at once.

Each reader takes enough to pass for a fast one, and then nothing more. Measured when nothing moves any more: resident
memory above rest, by download. What the kernel keeps for their sockets is not in it.
"""

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import Sequence
from contextlib import ExitStack

from yarl import URL

from benchmarks.node import Node
from benchmarks.stage import Figure

READERS = 200
TAKEN_BYTES = 12 << 20  # by each, before it stops: a server that trusts fast readers with more memory does so by now
RECEIVE_BYTES = 64 << 10
LOOK_S = 0.5
BAR_MIB = 1.0
MIB = 1 << 20


async def memory(server: Node, url: URL, authorization: str) -> list[Figure]:
    """The figure."""
    request = f"GET {url.raw_path_qs} HTTP/1.1\r\nHost: {url.authority}\r\nAuthorization: {authorization}\r\n\r\n"
    with ExitStack() as stack:
        rest = server.tree.rest()
        readers = [stack.enter_context(_reader()) for _ in range(READERS)]
        await asyncio.gather(*(_take(reader, url, request.encode()) for reader in readers))
        await _until_still(readers)
        mib = rest.grown_bytes() / MIB / READERS
    note = f"{READERS} at once; bar ≤ {BAR_MIB:g}"
    return [Figure("memory of a download that stands still", mib, "MiB each", note, mib <= BAR_MIB)]


def _reader() -> socket.socket:
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    reader.settimeout(0)
    return reader


async def _take(reader: socket.socket, url: URL, request: bytes) -> None:
    loop, left_bytes = asyncio.get_running_loop(), TAKEN_BYTES
    await loop.sock_connect(reader, (url.host, url.port))
    await loop.sock_sendall(reader, request)
    while left_bytes > 0:
        piece = await loop.sock_recv(reader, RECEIVE_BYTES)
        if not piece:
            raise RuntimeError("the server ended a download")
        left_bytes -= len(piece)


async def _until_still(readers: Sequence[socket.socket]) -> None:
    """Until nothing more arrives at any of them."""
    before, now = -1, sum(map(_waiting_bytes, readers))
    while before != now:
        await asyncio.sleep(LOOK_S)
        before, now = now, sum(map(_waiting_bytes, readers))


def _waiting_bytes(reader: socket.socket) -> int:
    waiting: tuple[int] = struct.unpack("i", fcntl.ioctl(reader.fileno(), termios.FIONREAD, b"\0" * 4))
    return waiting[0]
