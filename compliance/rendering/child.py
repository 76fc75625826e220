"""One confined process, seen from the event loop.

Promises: a request gets a reply in time, or the process is of no further use and the job knows why; an error reply is
raised as the `WatermarkError` it names. Leaves which process does what, and ending it, to `pool`. The process is not
trusted: replies are bounded and checked, and its environment is empty.
"""

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from typing import Self, TypeVar

import watermark
from compliance.rendering.limits import MIB, RenderLimits
from watermark.errors import RenderCrashed, RenderMemory, RenderTimeout, SourceIncomplete, WatermarkError, error_of
from watermark.framing import PREFIX, BadFrame, Header, head, lengths, parsed

REPLY_MAX_BYTES = 1024 * MIB
PIPE_BUFFER_BYTES = 1 * MIB
REAP_TIMEOUT_S = 5
START_TIMEOUT_S = 30
IMPORT_ROOT = str(Path(watermark.__file__).parents[1])
# One thread each: the pool is what uses the processors, and a confined process may start no thread (RLIMIT_NPROC).
# The C library keeps freed pixels for the next picture (mallopt(3)): fresh pages cost as much as what is done to them.
ENVIRONMENT = {
    "PYTHONPATH": IMPORT_ROOT,
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(128 * MIB),
}
KNOWN_MAX = 64  # names that are remembered; the process itself decides what it keeps

Result = TypeVar("Result")
Reply = tuple[Header, bytes]


class Death(IntEnum):
    """Exit statuses with a meaning: minus the number of the signal."""

    OUT_OF_MEMORY = -signal.SIGABRT  # PDFium aborts when it gets no memory; Python and Pillow tell it in a reply
    OUT_OF_CPU = -signal.SIGXCPU


class RenderChild:
    """Made by `start`. `usable` is False from the start of a request until its reply is read whole.

    So whatever interrupts a conversation (time-out, crash, cancellation, a source that broke off) leaves it False, and
    `pool` replaces the process.
    """

    def __init__(self, process: Process, limits: RenderLimits) -> None:
        if process.stdin is None or process.stdout is None:
            raise ValueError("a rendering process is spoken to through pipes")
        self._process, self._limits = process, limits
        self._requests, self._replies = process.stdin, process.stdout
        self._job_left_s = limits.job_timeout_s
        self.jobs = 0
        self._known: OrderedDict[str, None] = OrderedDict()
        self._in_conversation = False

    @property
    def usable(self) -> bool:
        """Whether another request may be sent."""
        return not self._in_conversation and self._process.returncode is None

    @classmethod
    async def start(cls, module: str, limits: RenderLimits) -> Self:
        """A fresh process that runs `module`, ready; in a session of its own: Ctrl-C reaches the server only."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-s", "-B", "-P", "-m", module),
            *("--memory-max-bytes", str(limits.memory_max_bytes)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,
            limit=PIPE_BUFFER_BYTES,
        )
        child = cls(process, limits)
        try:
            await child._await_ready()
        except BaseException:
            await child.end()
            raise
        return child

    async def _await_ready(self) -> None:
        """Its first frame, sent when everything is imported: a slow start is not taken from the first job's time."""
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                await self._read_frame()
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError, BadFrame) as error:
            raise RenderCrashed from error

    def begin_job(self) -> None:
        """The next requests are another job, with its whole time before it."""
        self.jobs += 1
        self._job_left_s = self._limits.job_timeout_s

    def knows(self, name: str) -> bool:
        """Whether it was given this base not long ago, and may have kept it."""
        return name in self._known

    def was_given(self, name: str) -> None:
        """It has this base now."""
        self._known[name] = None
        self._known.move_to_end(name)
        while len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)

    async def call(self, request: Header, payload: bytes = b"") -> Reply:
        """Send one request and take its reply."""
        self._in_conversation = True
        await self._within_limits(self._send(self._head(request, len(payload)), payload))
        return await self._reply()

    async def call_streaming(self, request: Header, source: AsyncIterable[bytes], size_bytes: int) -> Reply:
        """As `call`, the payload taken from `source` as it comes; SourceIncomplete unless that has `size_bytes`."""
        self._in_conversation = True
        await self._within_limits(self._send(self._head(request, size_bytes)))
        await self._send_all(source, size_bytes)
        return await self._reply()

    async def call_for_parts(
        self, request: Header, source: AsyncIterable[bytes], size_bytes: int
    ) -> AsyncGenerator[Reply]:
        """As `call_streaming`, for a reply that comes in parts: the last one has no `more`. Close it (`aclosing`)."""
        self._in_conversation = True
        await self._within_limits(self._send(self._head(request, size_bytes)))
        await self._send_all(source, size_bytes)
        while True:
            header, payload = await self._within_limits(self._read_frame())
            if not header.get("more"):
                break
            yield header, payload
        yield self._ended(header, payload)

    async def _send_all(self, source: AsyncIterable[bytes], size_bytes: int) -> None:
        left_bytes = size_bytes
        async for piece in source:
            left_bytes -= len(piece)
            if left_bytes < 0:
                break
            await self._within_limits(self._send(piece))
        if left_bytes:
            raise SourceIncomplete(size_bytes=size_bytes)

    async def end(self) -> None:
        """Kill the process and wait until the system has forgotten it."""
        self._in_conversation = True
        if self._process.returncode is None:
            self._process.kill()
        await self._exited()

    async def _exited(self) -> int | None:
        """The exit status (minus the signal's number), or None when the process still lives."""
        self._requests.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(REAP_TIMEOUT_S):
                # asyncio tells of the exit only after the pipe was read to its end.
                while await self._replies.read(PIPE_BUFFER_BYTES):
                    pass
                await self._process.wait()
        return self._process.returncode

    async def _cause_of_death(self) -> WatermarkError:
        match await self._exited():
            case Death.OUT_OF_MEMORY:
                return RenderMemory()
            case Death.OUT_OF_CPU:
                return RenderTimeout(limit_s=round(self._limits.page_timeout_s))
            case _:
                return RenderCrashed()

    def _head(self, request: Header, payload_bytes: int) -> bytes:
        return head({**request, "cpu_s": self._limits.page_timeout_s}, payload_bytes)

    async def _send(self, *pieces: bytes) -> None:
        self._requests.writelines(pieces)
        await self._requests.drain()

    async def _reply(self) -> Reply:
        return self._ended(*await self._within_limits(self._read_frame()))

    def _ended(self, header: Header, payload: bytes) -> Reply:
        """The last frame of a reply."""
        self._in_conversation = False
        if "error" in header:
            raise _error_in(header)
        return header, payload

    async def _read_frame(self) -> Reply:
        header_bytes, payload_bytes = lengths(await self._replies.readexactly(PREFIX.size))
        if payload_bytes > REPLY_MAX_BYTES:
            raise BadFrame("reply too long")
        header = parsed(await self._replies.readexactly(header_bytes))
        return header, await self._replies.readexactly(payload_bytes)

    async def _within_limits(self, step: Awaitable[Result]) -> Result:
        """Await the process. Only here do failures mean the process: those of a source pass through untouched."""
        clock = asyncio.get_running_loop().time
        limit_s, started = min(self._limits.page_timeout_s, self._job_left_s), clock()
        try:
            async with asyncio.timeout(limit_s):
                return await step
        except TimeoutError as error:
            raise RenderTimeout(limit_s=round(limit_s)) from error
        except BadFrame as error:
            raise RenderCrashed from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise await self._cause_of_death() from error
        finally:
            self._job_left_s -= clock() - started


def _error_in(header: Header) -> WatermarkError:
    params = header.get("params")
    named = params.items() if isinstance(params, dict) else ()
    return error_of(str(header["error"]), {name: value for name, value in named if isinstance(value, str | int)})
