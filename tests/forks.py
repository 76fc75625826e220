"""The `sealshare` command as processes that begin at once, for tests of what a server, a worker or a command does.

They are forked from a process that has imported everything (tests/crash/lives.py); from there on each runs the very
command that an operator types, with an environment, a standard output and a standard error of its own. Starts from
nothing, imports and all, are what tests/contract/test_demo.py and test_witness.py are about.
"""

import asyncio
import ctypes
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

from fileserver.cli import main
from tests.crash.lives import CONTEXT, PR_SET_PDEATHSIG
from tests.processes import LIMIT_S

Program = Callable[[], Any]


class Fork:
    """One process, with what tests ask of those of asyncio."""

    def __init__(self, process: ForkServerProcess, *said: tuple[asyncio.StreamReader, asyncio.BaseTransport]) -> None:
        self._process = process
        (self.stdout, self.stderr), self._pipes = zip(*said, strict=True)

    @classmethod
    async def start(cls, program: Program, environment: dict[str, str]) -> "Fork":
        """One that runs this function, which can be pickled."""
        (out, their_out), (err, their_err) = CONTEXT.Pipe(duplex=False), CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(target=_live, args=(program, environment, their_out, their_err))
        with out, err:
            with their_out, their_err:
                await asyncio.to_thread(process.start)  # the first one waits for the imports
            return cls(process, await _reader(out), await _reader(err))

    @property
    def pid(self) -> int:
        """As the system has it."""
        return self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """The exit status, minus the signal's number; None while it lives."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """By SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """By SIGTERM."""
        self.send_signal(signal.SIGTERM)

    async def wait(self) -> int:
        """Until it has ended; its status."""
        await asyncio.to_thread(self._process.join)
        status = self.returncode
        assert status is not None
        return status

    async def communicate(self) -> tuple[bytes, bytes]:
        """All that it says until its end."""
        said = await asyncio.gather(self.stdout.read(), self.stderr.read())
        for each in self._pipes:
            each.close()
        await self.wait()
        return said[0], said[1]


@asynccontextmanager
async def forked(program: Program, environment: dict[str, str]) -> AsyncIterator[Fork]:
    """In the background; killed at the end if it still lives."""
    process = await Fork.start(program, environment)
    try:
        yield process
    finally:
        process.kill()
        await process.communicate()


@asynccontextmanager
async def running(*arguments: str, environment: dict[str, str]) -> AsyncIterator[Fork]:
    """The command in the background, its log on the process's `stderr`; killed at the end if it still lives."""
    async with forked(partial(_sealshare, arguments), environment) as process:
        yield process


def sealshare(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end; standard output and error are kept."""

    async def run() -> subprocess.CompletedProcess[str]:
        async with running(*arguments, environment=environment) as process, asyncio.timeout(LIMIT_S):
            out, err = await process.communicate()
        return subprocess.CompletedProcess(arguments, await process.wait(), out.decode(), err.decode())

    return asyncio.run(run())


def _sealshare(arguments: tuple[str, ...]) -> None:
    main(list(arguments), prog_name="sealshare")


async def _reader(end: Connection) -> tuple[asyncio.StreamReader, asyncio.BaseTransport]:
    """A stream from this end of a pipe, of which it takes a copy, and what is to be closed after it."""
    reader = asyncio.StreamReader()
    pipe = os.fdopen(os.dup(end.fileno()), "rb", 0)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader, transport


def _live(program: Program, environment: dict[str, str], out: Connection, err: Connection) -> None:
    """In the new process, which ends with the tests."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also below a shell that started the tests with `&`
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.environ.clear()
    os.environ.update(environment)
    for standard, end in enumerate((out, err), 1):
        os.dup2(end.fileno(), standard)
        end.close()
    program()
