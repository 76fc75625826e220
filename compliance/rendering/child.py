"""One confined process, seen from the event loop.

Promises: a request gets a reply in time, or the process is of no further use and the job knows why; an error reply is
raised as the `WatermarkError` it names. Leaves which process does what, and ending it, to `pool`. The process is not
trusted: replies are bounded and checked, and its environment is empty.
"""

import asyncio
import signal
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable
from contextlib import suppress
from enum import IntEnum
from typing import Self, TypeVar

from compliance.forking import FILE
from compliance.rendering.limits import MIB, RenderLimits
from compliance.rendering.origin import Confined
from compliance.rendering.source_file import SourceFile
from watermark.errors import RenderCrashed, RenderMemory, RenderTimeout, SourceIncomplete, WatermarkError, error_of
from watermark.framing import PREFIX, BadFrame, Header, head, lengths, parsed

REPLY_MAX_BYTES = 1024 * MIB
SOURCE_PATH = f"/proc/self/fd/{FILE}"
REAP_TIMEOUT_S = 5
START_TIMEOUT_S = 30
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

    def __init__(self, process: Confined, limits: RenderLimits, file: SourceFile | None = None) -> None:
        self._process, self._limits, self._file = process, limits, file
        self._requests, self._replies = process.requests, process.replies
        self._job_left_s = limits.job_timeout_s
        self._known: OrderedDict[str, None] = OrderedDict()
        self._in_conversation = False

    @property
    def usable(self) -> bool:
        """Whether another request may be sent."""
        return not self._in_conversation and self._process.returncode is None

    @property
    def fresh(self) -> bool:
        """Whether another job might be begun: it is usable, no sibling broke, and they haven't had all their jobs."""
        return self.usable and self._process.origin.good

    @classmethod
    async def start(cls, module: str, limits: RenderLimits, *, by_file: bool = False) -> Self:
        """A fresh process that runs `module`, ready for one job. Raises RenderCrashed.

        With `by_file` it may be given sources as files in memory, where the system has such.
        """
        file = SourceFile.if_any() if by_file else None
        child = cls(await _begun(module, limits, file), limits, file)
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
        except TimeoutError as error:
            self._process.origin.end()  # stopped or stuck: it would act on no life line either
            raise RenderCrashed from error
        except (asyncio.IncompleteReadError, ConnectionError, BadFrame) as error:
            self._process.origin.leave()
            raise RenderCrashed from error

    def distrust(self) -> None:
        """It spoke nonsense, so whoever made it may know how its siblings lie in memory: all are of no further use."""
        self._in_conversation = True
        self._process.origin.leave()

    def begin_another_job(self) -> bool:
        """Whether another job may be begun; then the next requests are it, with its whole time before it."""
        self._job_left_s = self._limits.job_timeout_s
        return self.usable and self._process.origin.take_job()

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
        """As `call_streaming`, for a reply that comes in parts: the last one has no `more`. Close it (`aclosing`).

        The source is no payload but a file, whose path the request then names (`source`), where the process has one.
        """
        self._in_conversation = True
        try:
            await self._give(request, source, size_bytes)
            while True:
                header, payload = await self._within_limits(self._read_frame())
                if not header.get("more"):
                    break
                yield header, payload
        finally:
            if self._file is not None:
                self._file.empty()
        yield self._ended(header, payload)

    async def _give(self, request: Header, source: AsyncIterable[bytes], size_bytes: int) -> None:
        if self._file is None:
            await self._within_limits(self._send(self._head(request, size_bytes)))
            await self._send_all(source, size_bytes)
            return
        await self._file.fill(source, size_bytes)
        await self._within_limits(self._send(self._head({**request, "source": SOURCE_PATH}, 0)))

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
        self._process.kill()
        if self._file is not None:
            self._file.close()
        if await self._exited() is None:
            self._process.origin.end()  # it does not act on life lines

    async def _exited(self) -> int | None:
        """The exit status (minus the signal's number), or None when the process still lives."""
        self._requests.transport.abort()
        with suppress(TimeoutError):
            async with asyncio.timeout(REAP_TIMEOUT_S):
                await self._process.wait()
        return self._process.returncode

    async def _cause_of_death(self) -> WatermarkError:
        match await self._exited():
            case Death.OUT_OF_MEMORY:
                return RenderMemory()
            case Death.OUT_OF_CPU:
                return RenderTimeout(limit_s=round(self._limits.page_timeout_s))
            case None:  # it closed its stream, and lives
                self.distrust()
                return RenderCrashed()
            case _:
                return RenderCrashed()

    def _head(self, request: Header, payload_bytes: int) -> bytes:
        return head({**request, "cpu_s": self._limits.page_timeout_s}, payload_bytes)

    async def _send(self, *pieces: bytes) -> None:
        if self._requests.transport.is_closing():  # uvloop would raise a RuntimeError for what is written to it
            raise ConnectionResetError("the process has been ended")
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
            self._process.origin.leave()
            raise RenderTimeout(limit_s=round(limit_s)) from error
        except BadFrame as error:
            self.distrust()
            raise RenderCrashed from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise await self._cause_of_death() from error
        finally:
            self._job_left_s -= clock() - started


async def _begun(module: str, limits: RenderLimits, file: SourceFile | None) -> Confined:
    given = () if file is None else (file.given,)
    try:
        return await Confined.start(module, limits.memory_max_bytes, limits.jobs_per_process_max, given)
    except BaseException as error:
        if file is not None:
            file.close()
        if isinstance(error, OSError):
            raise RenderCrashed from error
        raise


def _error_in(header: Header) -> WatermarkError:
    params = header.get("params")
    named = params.items() if isinstance(params, dict) else ()
    return error_of(str(header["error"]), {name: value for name, value in named if isinstance(value, str | int)})
