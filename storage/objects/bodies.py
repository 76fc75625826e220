"""The body of an answer from the store, in pieces, by the cheapest way there is.

Promises every byte of the body once and in order, or an error of the connection; a store that falls silent is given
up; other tasks get their turn after each piece. A large body over plain TCP is read from the socket itself once aiohttp
has parsed the head, which costs half the processor time: no second copy of each byte, and no waking for every few KiB.
A connection used so is closed and not kept. TLS and small bodies go through aiohttp as always. Leaves to `download`
which bytes they are, and going on where a connection broke.
"""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp.connector import Connection

FROM_SOCKET_BYTES_MIN = 1 << 20
PIECE_BYTES = 1 << 20
SILENCE_S = 60.0


@dataclass(frozen=True)
class BareBody:
    """A body whose rest is in a socket: what aiohttp had read of it (it is taken once), and how many bytes follow."""

    raw: socket.socket
    parsed: list[bytes]
    missing_bytes: int

    def take_parsed(self) -> bytes:
        """All that aiohttp had read; who moves the rest for minutes need not keep it."""
        parsed = b"".join(self.parsed)
        self.parsed.clear()
        return parsed


async def pieces_of(response: aiohttp.ClientResponse) -> AsyncGenerator[bytes]:
    """The body of an answer with Content-Length. Raises aiohttp.ClientError or OSError if its end can't be reached."""
    with bared(response) as bare:
        if bare is None:
            async for piece, _ in response.content.iter_chunks():
                yield piece
            return
        if parsed := bare.take_parsed():
            yield parsed
        missing_bytes = bare.missing_bytes
        while missing_bytes:
            piece = await next_piece(bare.raw, min(PIECE_BYTES, missing_bytes))
            missing_bytes -= len(piece)
            yield piece


@contextmanager
def bared(response: aiohttp.ClientResponse) -> Iterator[BareBody | None]:
    """The body taken from aiohttp, for as long as the block lasts; None where that can't be, or isn't worth it."""
    connection = response.connection
    if connection is None or not _is_plain(connection) or _missing_bytes(response) < FROM_SOCKET_BYTES_MIN:
        yield None
        return
    try:
        with _socket_of(connection) as raw:
            yield _taken(raw, response, connection)
    finally:
        response.close()


def _taken(raw: socket.socket, response: aiohttp.ClientResponse, connection: Connection) -> BareBody:
    parsed_pieces: list[bytes] = []
    # Without a wait in between: first all that aiohttp has read (it may hold some back), then it reads no more.
    while parsed := response.content.read_nowait():
        parsed_pieces.append(parsed)
    missing_bytes = _missing_bytes(response)
    if missing_bytes and connection.protocol is not None:
        connection.protocol.pause_reading()
    return BareBody(raw, parsed_pieces, missing_bytes)


async def next_piece(raw: socket.socket, size_max_bytes: int) -> bytes:
    """What has arrived; when nothing has, waits for it. Raises OSError, also at the end and after a long silence."""
    try:
        piece = raw.recv(size_max_bytes)
    except BlockingIOError:
        async with asyncio.timeout(SILENCE_S):
            piece = await asyncio.get_running_loop().sock_recv(raw, size_max_bytes)
    else:
        await asyncio.sleep(0)  # with a fast store and a fast reader nothing else would give others their turn
    if not piece:
        raise ConnectionError("the store closed the connection early")
    return piece


def _is_plain(connection: Connection) -> bool:
    """Whether the socket carries the answer as it is: no TLS in between."""
    transport = connection.transport
    return transport is not None and not transport.is_closing() and transport.get_extra_info("sslcontext") is None


def _socket_of(connection: Connection) -> socket.socket:
    """The connection's socket under a descriptor of our own: event loops guard those of their transports."""
    if connection.transport is None:
        raise ConnectionError("the connection is gone")
    return socket.socket(fileno=os.dup(connection.transport.get_extra_info("socket").fileno()))


def _missing_bytes(response: aiohttp.ClientResponse) -> int:
    """How many bytes of the body aiohttp has not read."""
    return (response.content_length or 0) - response.content.total_bytes
