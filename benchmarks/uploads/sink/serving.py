"""HTTP/1.1 at the price of a copy: the kernel writes into one buffer, and what is not kept is overwritten there."""

import asyncio
from http import HTTPStatus
from typing import cast

from benchmarks.uploads.sink.answers import Answer, Call
from benchmarks.uploads.sink.objects import Shelf
from benchmarks.uploads.sink.operations import respond
from benchmarks.uploads.sink.request import HEAD_BYTES_MAX, Body, Request, parse_head, unframed

BUFFER_BYTES = 256 << 10
LOOPBACK = "127.0.0.1"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
END = b"\r\n\r\n"
# Read into and looked at before the next read, so that all connections can share it.
BUFFER = memoryview(bytearray(BUFFER_BYTES))


class Connection(asyncio.BufferedProtocol):
    """One client: request after request."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._head = bytearray()
        self._request: Request | None = None
        self._body = Body(0, keep=False)
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        self._transport = cast("asyncio.Transport", transport)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # the buffer has one size
        """Where to read into."""
        return BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        """Take what came; a client that speaks no HTTP is cut off."""
        view = BUFFER[:nbytes]
        try:
            while view:
                view = self._take(view)
        except ValueError:
            self._send(Answer(HTTPStatus.BAD_REQUEST))
            if self._transport:
                self._transport.close()

    def _take(self, view: memoryview) -> memoryview:
        view = self._take_head(view) if self._request is None else self._body.take(view)
        if self._request is not None and self._body.is_done:
            self._answer(self._request, self._body)
            self._request = None
        return view

    def _take_head(self, view: memoryview) -> memoryview:
        searched = max(0, len(self._head) - len(END))
        had = len(self._head)
        self._head += view[:HEAD_BYTES_MAX]
        end = self._head.find(END, searched)
        if end < 0:
            if len(self._head) > HEAD_BYTES_MAX:
                raise ValueError("a head that is too long")
            return view[HEAD_BYTES_MAX:]
        request = parse_head(bytes(self._head[:end]))
        self._head.clear()
        self._request, self._body = request, Body(request.wire_bytes, keep=request.keeps)
        if "expect" in request.headers and self._transport:
            self._transport.write(CONTINUE)
        return view[end + len(END) - had :]

    def _answer(self, request: Request, body: Body) -> None:
        kept, size_bytes = None if body.kept is None else bytes(body.kept), body.size_bytes
        if request.is_framed:
            size_bytes = int(request.headers["x-amz-decoded-content-length"])
            kept = None if kept is None else unframed(kept)
        answer = respond(Call(self._shelf, request, size_bytes, kept))
        self._send(answer, bodiless=request.method == "HEAD")

    def _send(self, answer: Answer, *, bodiless: bool = False) -> None:
        size_bytes = len(answer.body) if answer.size_bytes is None else answer.size_bytes
        lines = [f"HTTP/1.1 {int(answer.status)} {HTTPStatus(answer.status).phrase}", f"Content-Length: {size_bytes}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        head = "\r\n".join(lines).encode("latin-1") + END
        if self._transport:
            self._transport.write(head if bodiless else head + answer.body)


async def listen(shelf: Shelf, port: int) -> asyncio.Server:
    """Serves the shelf from now on; port 0 takes a free one."""
    return await asyncio.get_running_loop().create_server(lambda: Connection(shelf), LOOPBACK, port)


async def serve(port: int) -> None:
    """Serve an empty shelf until cancelled."""
    async with await listen(Shelf(), port) as server:
        await server.serve_forever()
