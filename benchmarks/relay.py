"""`python -m benchmarks.relay PORT HOST STORE_PORT`: the least that can stand between a client and a store.

It takes presigned requests, hands their bytes on over a kept connection as they arrive, computes each body's SHA-256 in
a thread beside, and gives the store's answer back. No protocol, no rights, no rows, no second try. What it loses
against the same requests straight to the store is what any server loses that reads each byte once on this machine.
"""

import asyncio
import hashlib
import re
import socket
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from queue import SimpleQueue
from urllib.parse import urlsplit

from benchmarks.node import working_folder
from benchmarks.processes import HERE
from fileserver.demo import household
from fileserver.demo.crew import python_order
from fileserver.demo.ports import reserved_port
from storage.engines.child import start_child
from storage.settings import S3Settings

BLOCK_BYTES = 1 << 20
BLOCKS = 16
HEAD_MAX_BYTES = 64 << 10
TIMEOUT_S = 10.0
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
END = b"\r\n\r\n"


class Hashing:
    """SHA-256 of one body after the other, in a thread of its own."""

    def __init__(self) -> None:
        self._pieces: SimpleQueue[memoryview | None] = SimpleQueue()
        self._done: SimpleQueue[str] = SimpleQueue()
        threading.Thread(target=self._run, daemon=True).start()

    def add(self, piece: memoryview) -> None:
        """It must stay as it is until `digest`."""
        self._pieces.put(piece)

    def digest(self) -> str:
        """Of what was added since the last one, in hexadecimal."""
        self._pieces.put(None)
        return self._done.get()

    def _run(self) -> None:
        while True:
            sha256 = hashlib.sha256()
            while (piece := self._pieces.get()) is not None:
                sha256.update(piece)
            self._done.put(sha256.hexdigest())


class Lane:
    """One client connection and the store connection behind it."""

    def __init__(self, client: socket.socket, store: socket.socket) -> None:
        self._client, self._store, self._hashing = client, store, Hashing()
        self._blocks = [memoryview(bytearray(BLOCK_BYTES)) for _ in range(BLOCKS)]

    def run(self) -> None:
        """Until the client goes."""
        with self._client, self._store:
            while request := _head(self._client):
                head, body = request
                self._store.sendall(head)
                self._hand_on(body, _length(head))
                self._answer()

    def _answer(self) -> None:
        answer = _head(self._store)
        if answer is None:
            raise ConnectionError("the store went without an answer")
        head, body = answer
        self._client.sendall(head + body)
        left = _length(head) - len(body)
        while left > 0 and (count := self._store.recv_into(self._blocks[0][:left])):
            self._client.sendall(self._blocks[0][:count])
            left -= count

    def _hand_on(self, begun: bytes, size_bytes: int) -> None:
        self._hashing.add(memoryview(begun))
        self._store.sendall(begun)
        left, number = size_bytes - len(begun), 0
        while left:
            block = self._blocks[number % BLOCKS][:left]
            count = self._client.recv_into(block, len(block), socket.MSG_WAITALL)
            if not count:
                raise ConnectionError("the client went in the middle")
            self._hashing.add(block[:count])
            self._store.sendall(block[:count])
            left, number = left - count, number + 1
            if number % BLOCKS == 0:
                self._hashing.digest()  # the blocks are used again
        self._hashing.digest()


def _head(connection: socket.socket) -> tuple[bytes, bytes] | None:
    """A head with its empty line, and what came behind it; None at the end."""
    had = b""
    while END not in had:
        piece = connection.recv(HEAD_MAX_BYTES)
        if not piece:
            return None
        had += piece
    head, _, rest = had.partition(END)
    return head + END, rest


def _length(head: bytes) -> int:
    found = LENGTH.search(head)
    return int(found[1]) if found else 0


def serve(listening: socket.socket, store: tuple[str, int]) -> None:
    """Until killed, or until the listening socket is shut down."""
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        lane = Lane(client, socket.create_connection(store))
        threading.Thread(target=lane.run, daemon=True).start()


@asynccontextmanager
async def relay(store: S3Settings) -> AsyncIterator[int]:
    """The port of a relay process before the store; it ends with the block."""
    at = urlsplit(store.endpoint_url)
    with ExitStack() as stack:
        folder = stack.enter_context(working_folder())
        port = stack.enter_context(reserved_port(None, 0, lambda _line: None))
        program = ("benchmarks.relay", str(port), at.hostname or "", str(at.port))
        child = start_child(python_order("relay", folder / "relay", program, HERE))
        stack.callback(child.stop)
        await asyncio.to_thread(child.wait_ready, lambda: _listens(port))
        yield port


def _listens(port: int) -> bool:
    try:
        socket.create_connection((household.HOST, port), TIMEOUT_S).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as at_port:
        serve(at_port, (sys.argv[2], int(sys.argv[3])))
