"""How a confined process serves its parent: one reply to every request, whatever goes wrong inside one.

Promises: it shuts itself in (`confinement`) before it reads; a reply may come in parts, all but the last saying `more`;
an error becomes a reply with a slug; it ends when its input does. Trusts its parent, not the bytes that it is given.
Leaves what is done to the session, and wall-clock limits, and replacing a process that died, to the parent. Every
request carries `op` and `cpu_s`.
"""

import argparse
import os
import sys
from collections.abc import Callable
from typing import BinaryIO, Protocol

from watermark.confinement import allow_cpu, confine, shut_in
from watermark.errors import RenderMemory, WatermarkError
from watermark.framing import PREFIX, Header, head, lengths, parsed

DRAIN_BYTES = 64 * 1024
Reply = tuple[Header, bytes]
Emit = Callable[[bytes], None]


class Session(Protocol):
    """The operations of one kind of process."""

    def handle(self, request: Header, payload: bytes, emit: Emit, /) -> Reply:
        """Carry out one request; `emit` sends a part of a long reply before its end.

        Raises WatermarkError, MemoryError, or whatever a decoder let out.
        """


def run(session: Callable[[], Session], *, threads: bool = False) -> None:
    """The life of a process: take the pipes, shut it in, confine it, serve.

    `session` is made in between: it may start threads, and reads nothing but Python and its libraries. With `threads`
    the process may start them afterwards, too.
    """
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--memory-max-bytes", type=int, required=True)
    memory_max_bytes = arguments.parse_args().memory_max_bytes
    # Whatever a library prints must not end up among the frames.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    shut_in()
    made = session()
    confine(memory_max_bytes, threads=threads)
    serve(made, sys.stdin.buffer, replies)


def serve(session: Session, requests: BinaryIO, replies: BinaryIO) -> None:
    """Say that the process is ready, then answer requests until the input ends."""
    _send(replies, {}, b"")
    while prefix := requests.read(PREFIX.size):
        _send(replies, *_answer(session, requests, prefix, lambda part: _send(replies, {"more": True}, part)))


def _send(replies: BinaryIO, header: Header, payload: bytes) -> None:
    replies.write(head(header, len(payload)))
    replies.write(payload)
    replies.flush()


def _answer(session: Session, requests: BinaryIO, prefix: bytes, emit: Emit) -> Reply:
    header_bytes, payload_bytes = lengths(prefix)
    request = parsed(requests.read(header_bytes))
    allow_cpu(request["cpu_s"])
    try:
        return session.handle(request, _payload(requests, payload_bytes), emit)
    except WatermarkError as error:
        return _refusal(error)
    except MemoryError:
        return _refusal(RenderMemory())
    except Exception:  # noqa: BLE001  # whatever a decoder let out, the parent gets a reply and the process goes on
        return _refusal(WatermarkError())


def _payload(requests: BinaryIO, payload_bytes: int) -> bytes:
    try:
        payload = requests.read(payload_bytes)
    except MemoryError:
        # Nothing was read yet: the bytes still in the pipe must go, or they would be taken for the next request.
        while payload_bytes:
            payload_bytes -= len(_read_some(requests, min(payload_bytes, DRAIN_BYTES)))
        raise
    if len(payload) < payload_bytes:
        sys.exit()  # the parent went away in the middle of a request
    return payload


def _read_some(requests: BinaryIO, bytes_max: int) -> bytes:
    return requests.read(bytes_max) or sys.exit()


def _refusal(error: WatermarkError) -> Reply:
    return {"error": error.slug, "params": dict(error.params)}, b""
