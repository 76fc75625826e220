"""The `sealshare` command as processes of its own, for tests of how it starts, ends and fails."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import psutil
from pydantic import SecretStr

from fileserver.config import Config, variable_of

ROOT = str(Path(__file__).parents[1])
LIMIT_S = 30


def environment_of(config: Config, **changed: str) -> dict[str, str]:
    """The variables that make this configuration, and nothing of the machine's but the path to programs."""
    values = {name: getattr(config, name) for name in config.model_fields_set}
    plain = {name: each.get_secret_value() if isinstance(each, SecretStr) else each for name, each in values.items()}
    settings = {variable_of(name): value for name, value in ({n: _text(v) for n, v in plain.items()} | changed).items()}
    return {"PATH": os.defpath, "PYTHONPATH": ROOT, **settings}


def _text(value: object) -> str:
    """As it stands in the environment."""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def confined(module: str) -> list[psutil.Process]:
    """The processes of this one that run this module, the oldest first; not what they were forked off by."""
    origins = [each for each in psutil.Process().children() if module in words_of(each)]
    found = [child for each in origins for child in each.children()]
    return sorted(found, key=lambda each: (each.create_time(), each.pid))


def words_of(process: psutil.Process) -> list[str]:
    """Its command line; empty when it has ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def sealshare(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end; standard output and error are kept."""
    command = [sys.executable, "-m", "fileserver", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False)


@asynccontextmanager
async def running(*arguments: str, environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """The command in the background, its log on the process's `stderr`; killed at the end if it still lives."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fileserver", *arguments), env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


class Heard(Protocol):
    """A process whose standard error is read."""

    @property
    def stderr(self) -> asyncio.StreamReader | None:
        """The stream."""


async def logged(process: Heard, event: str) -> dict[str, Any]:
    """The next log line about this event; fails when the process ends without one."""
    async with asyncio.timeout(LIMIT_S):
        while line := await _line(process):
            entry: dict[str, Any] = json.loads(line)
            if entry["event"] == event:
                return entry
    raise AssertionError(f"the process ended without {event!r}")


async def _line(process: Heard) -> bytes:
    if process.stderr is None:
        raise TypeError("a process whose log is not read")
    return await process.stderr.readline()


def taken_port() -> socket.socket:
    """A listening socket on a port of its own; close it when done."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(LIMIT_S)
    return listener
