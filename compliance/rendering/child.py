"""One rendering process, seen from the event loop.

Promises: a request gets a reply in time, or the process is of no further use and the job knows why; an error reply is
raised as the `WatermarkError` it names. Leaves which process does what, and ending it, to `pool`. The process is not
trusted: replies are bounded and checked, and its environment is empty.
"""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterable, Awaitable
from pathlib import Path
from typing import Self, TypeVar

import watermark.worker
from compliance.rendering.limits import MIB, RenderLimits
from watermark.errors import RenderCrashed, RenderTimeout, SourceIncomplete, WatermarkError, error_of
from watermark.framing import PREFIX, BadFrame, Header, head, lengths, parsed

REPLY_MAX_BYTES = 1024 * MIB
PIPE_BUFFER_BYTES = 1 * MIB
REAP_TIMEOUT_S = 5
WORKER_MODULE = watermark.worker.__name__
IMPORT_ROOT = str(Path(watermark.worker.__file__).parents[1])

Result = TypeVar("Result")
Reply = tuple[Header, bytes]


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
        self.usable = True

    @classmethod
    async def start(cls, limits: RenderLimits) -> Self:
        """A fresh process; in a session of its own, so that Ctrl-C reaches the server only."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-s", "-B", "-P", "-m", WORKER_MODULE),
            *("--memory-max-bytes", str(limits.memory_max_bytes)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd="/",
            env={"PYTHONPATH": IMPORT_ROOT},
            start_new_session=True,
            limit=PIPE_BUFFER_BYTES,
        )
        return cls(process, limits)

    def begin_job(self) -> None:
        """The next requests are another job, with its whole time before it."""
        self.jobs += 1
        self._job_left_s = self._limits.job_timeout_s

    async def call(self, request: Header, payload: bytes = b"") -> Reply:
        """Send one request and take its reply."""
        self.usable = False
        await self._within_limits(self._send(self._head(request, len(payload)), payload))
        return await self._reply()

    async def call_streaming(self, request: Header, source: AsyncIterable[bytes], size_bytes: int) -> Reply:
        """As `call`, the payload taken from `source` as it comes; SourceIncomplete unless that has `size_bytes`."""
        self.usable = False
        await self._within_limits(self._send(self._head(request, size_bytes)))
        left_bytes = size_bytes
        async for piece in source:
            left_bytes -= len(piece)
            if left_bytes < 0:
                break
            await self._within_limits(self._send(piece))
        if left_bytes:
            raise SourceIncomplete(size_bytes=size_bytes)
        return await self._reply()

    async def end(self) -> None:
        """Kill the process and wait until the system has forgotten it."""
        self.usable = False
        if self._process.returncode is None:
            self._process.kill()
        self._requests.close()
        async with asyncio.timeout(REAP_TIMEOUT_S):
            # asyncio tells of the exit only after the pipe was read to its end.
            while await self._replies.read(PIPE_BUFFER_BYTES):
                pass
            await self._process.wait()

    def _head(self, request: Header, payload_bytes: int) -> bytes:
        return head({**request, "cpu_s": self._limits.page_timeout_s}, payload_bytes)

    async def _send(self, *pieces: bytes) -> None:
        self._requests.writelines(pieces)
        await self._requests.drain()

    async def _reply(self) -> Reply:
        header, payload = await self._within_limits(self._read_frame())
        self.usable = True
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
        except (asyncio.IncompleteReadError, ConnectionError, BadFrame) as error:
            raise RenderCrashed from error
        finally:
            self._job_left_s -= clock() - started


def _error_in(header: Header) -> WatermarkError:
    params = header.get("params")
    named = params.items() if isinstance(params, dict) else ()
    return error_of(str(header["error"]), {name: value for name, value in named if isinstance(value, str | int)})
