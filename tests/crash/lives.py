"""Processes of `sealshare` that begin at once and end by kill -9.

A start from nothing takes seconds, most of them spent on imports. So lives are forked from a process that has imported
everything, read the texts (ready.py) and done nothing else (multiprocessing's fork server); from there on each runs the
very command that an operator types. None outlives the harness.
"""

import asyncio
import ctypes
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from fileserver.cli import main, serve, worker  # noqa: F401  # the two commands are what is to be there before the fork
from fileserver.uploads import layout

PR_SET_PDEATHSIG = 1
READY_TIMEOUT_S = 60.0
READY_POLL_S = 0.01
STOP_TIMEOUT_S = 40.0
HOST = "127.0.0.1"
STEP_BYTES = 2 << 20  # of lives that receive every part in steps, as files of 370 GiB are

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["__main__", __name__, "tests.crash.ready"])


class Life:
    """One process after the other with the same command, settings and log."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._arguments, self._environment, self.log = tuple(arguments), dict(environment), log
        self.count = 0
        self._process: ForkServerProcess | None = None

    @property
    def pid(self) -> int:
        """The process that lives now; 0 for none."""
        return (self._process.pid if self._process else None) or 0

    @property
    def lives(self) -> bool:
        """Whether there is one."""
        return self._process is not None and self._process.is_alive()

    def begin(self) -> None:
        """The next life."""
        self.count += 1
        self._process = self._made()
        self._process.start()

    def _made(self) -> ForkServerProcess:
        return CONTEXT.Process(target=_live, args=(self._arguments, self._environment, str(self.log)))

    async def kill(self) -> None:
        """SIGKILL, whatever it is doing; returns when it is gone."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """As an operator ends it."""
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.pid and process.is_alive():
            os.kill(process.pid, number)
        await asyncio.to_thread(process.join, STOP_TIMEOUT_S)
        if process.is_alive():
            process.kill()
            await asyncio.to_thread(process.join)
        process.close()


class Node(Life):
    """A server on one port, life after life. `in_steps` says whether the next one receives parts in steps."""

    def __init__(
        self, port: int, environment: Mapping[str, str], log: Path, in_steps: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__(("serve", "--host", HOST, "--port", str(port)), environment, log)
        self.port, self._in_steps = port, in_steps

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    def _made(self) -> ForkServerProcess:
        return CONTEXT.Process(target=_live, args=(self._arguments, self._environment, str(self.log), self._in_steps()))

    async def until_ready(self) -> None:
        """Returns when it accepts connections; TimeoutError when it doesn't, RuntimeError when it has ended."""
        async with asyncio.timeout(READY_TIMEOUT_S):
            while not _accepts(self.port):
                if not self.lives:
                    raise RuntimeError(f"a server ended by itself; its log: {self.log}")
                await asyncio.sleep(READY_POLL_S)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _live(arguments: tuple[str, ...], environment: dict[str, str], log: str, in_steps: bool = False) -> None:  # noqa: FBT001, FBT002  # the fork server passes them by position
    os.environ.clear()
    os.environ.update(environment)
    settle(log)
    if in_steps:
        layout.RETAINED_MAX_BYTES, layout.STEP_BYTES = 2 * STEP_BYTES, STEP_BYTES
    main(list(arguments), prog_name="sealshare")


def settle(log: str) -> None:
    """What every life begins with: it ends with the harness, and what it prints goes into its log."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
