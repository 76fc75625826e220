"""Starting confined processes: each is forked off by a process that has imported what it needs (`compliance.forking`).

Promises: a process within milliseconds, but for the first of its kind; whatever was started ends with this process,
however that ends. All processes of one origin have their memory laid out alike, so an origin is left, with all that it
bore, when one of them dies, is late or speaks nonsense, and when together they have had as many jobs as one process may
have. Until then what a hostile file learns of one without breaking it holds for its siblings too. Leaves what is said
to `child`.
"""

import asyncio
import atexit
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Self, cast

import watermark
from compliance.forking import REQUEST, STATUS
from compliance.rendering.limits import MIB

SPEECH_BUFFER_BYTES = 1 * MIB
IMPORT_ROOT = str(Path(watermark.__file__).parents[1])
# One thread each: the pool is what uses the processors, and a confined process may start no thread (RLIMIT_NPROC).
# The C library keeps freed pixels for the next picture (mallopt(3)): fresh pages cost as much as what is done to them.
# Of small pieces it keeps no lists apart (M_MXFAST): with the millions that a PDF of 100,000 objects is made of,
# sweeping those up again and again took a twentieth of the time.
ENVIRONMENT = {
    "PYTHONPATH": IMPORT_ROOT,
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(128 * MIB),
    "GLIBC_TUNABLES": "glibc.malloc.mxfast=0",
}


class Origin:
    """A process that forks; in a session of its own: Ctrl-C reaches the server only."""

    def __init__(self, module: str, jobs_max: int) -> None:
        self._jobs, self._jobs_max = 0, jobs_max
        self._counting = threading.Lock()
        self._control, theirs = socket.socketpair()
        self._control.settimeout(0)
        with theirs:
            self._process = subprocess.Popen(
                (sys.executable, "-s", "-B", "-P", "-m", "compliance.forking", module),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,
            )

    @property
    def good(self) -> bool:
        """Whether it may bear another, and what it bore may begin another job."""
        return self._control.fileno() >= 0 and self._jobs < self._jobs_max and not self.gone

    def take_job(self) -> bool:
        """Counts a job, of what it bore or is about to bear. False if it is to be left: then nothing is counted."""
        with self._counting:
            good = self.good
            self._jobs += good
        return good

    @property
    def gone(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def bear(self, memory_max_bytes: int, files: Sequence[int] = ()) -> tuple[socket.socket, socket.socket]:
        """What is said to a new process and by it, and its life line. Raises OSError when this one has just ended.

        `files` is the descriptor that it is given besides (`forking.FILE`), if any.
        """
        speech, their_speech = socket.socketpair()
        line, their_line = socket.socketpair()
        with their_speech, their_line:
            try:
                given = [their_speech.fileno(), their_line.fileno(), *files]
                socket.send_fds(self._control, [REQUEST.pack(memory_max_bytes)], given)
            except OSError:
                speech.close()
                line.close()
                raise
        return speech, line

    def leave(self) -> None:
        """It ends when the last of its processes has."""
        self._control.close()

    def end(self) -> None:
        """At once, with its processes."""
        self._control.close()
        self._process.kill()
        self._process.wait()


class Origins:
    """Those of this process: one for each kind of process and number of jobs. Threads may share them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._present: dict[tuple[str, int], Origin] = {}
        self._past: list[Origin] = []

    def of(self, module: str, jobs_max: int) -> Origin:
        """The one in use, or a new one; a job of it is taken already, for the process that it is asked to bear."""
        with self._lock:
            self._past = [each for each in self._past if not each.gone]
            origin = self._present.get((module, jobs_max))
            if origin is not None and not origin.take_job():
                origin.leave()
                self._past.append(origin)
                origin = None
            if origin is None:
                origin = self._present[module, jobs_max] = Origin(module, jobs_max)
                origin.take_job()
            return origin

    def end(self) -> None:
        """All of them, with whatever they bore."""
        with self._lock:
            for each in (*self._present.values(), *self._past):
                each.end()
            self._present, self._past = {}, []


ORIGINS = Origins()
atexit.register(ORIGINS.end)


class LifeLine(asyncio.Protocol):
    """Let go, it is the process's end; told the exit status when that has come."""

    def __init__(self) -> None:
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._told = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Of `asyncio.Protocol`."""
        # Not asked whether it is one: uvloop's, on which servers and workers run, are of no class of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Of `asyncio.Protocol`."""
        self._told += data

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        """Of `asyncio.Protocol`."""
        if not self.ended.done():
            self.ended.set_result(STATUS.unpack(self._told)[0] if len(self._told) == STATUS.size else 1)

    def let_go(self) -> None:
        """Once; its end is told later."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write_eof()


class Confined:
    """A process, seen from the event loop: a stream to it, a stream from it, and its end."""

    def __init__(
        self, origin: Origin, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], line: LifeLine
    ) -> None:
        self.origin = origin
        self.replies, self.requests = streams
        self._line, self._killed = line, False

    @classmethod
    async def start(cls, module: str, memory_max_bytes: int, jobs_max: int, files: Sequence[int] = ()) -> Self:
        """One that runs `main` of `module`, given `files` as `Origin.bear` has it, for one job. Raises OSError."""
        origin = ORIGINS.of(module, jobs_max)
        try:
            speech, line_end = origin.bear(memory_max_bytes, files)
        except OSError:
            origin.leave()
            raise
        loop = asyncio.get_running_loop()
        try:
            _, line = await loop.create_unix_connection(LifeLine, sock=line_end)
        except BaseException:
            speech.close()
            raise
        try:
            streams = await asyncio.open_unix_connection(sock=speech, limit=SPEECH_BUFFER_BYTES)
        except BaseException:
            line.let_go()
            raise
        started = cls(origin, streams, line)
        line.ended.add_done_callback(started._note_end)
        return started

    def _note_end(self, _ended: asyncio.Future[int]) -> None:
        if not self._killed:
            self.origin.leave()

    @property
    def returncode(self) -> int | None:
        """The exit status, minus the signal's number; None while it lives."""
        return self._line.ended.result() if self._line.ended.done() else None

    def kill(self) -> None:
        """By letting its life line go."""
        if not self._killed and self.returncode is None:
            self._killed = True
            self._line.let_go()

    async def wait(self) -> int:
        """Until the system has forgotten it; its status."""
        return await asyncio.shield(self._line.ended)
