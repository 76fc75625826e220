"""What a client process is told to do, and what it tells afterwards; both travel as JSON.

The client runs in a process of its own, `python -m MODULE`, which reads one job and writes one result.
"""

import asyncio
import json
import os
import resource
import sys
from dataclasses import asdict, dataclass, field
from typing import Literal, TypedDict

from benchmarks.processes import HERE

JOB_TIMEOUT_S = 1800

Way = Literal["tus", "put", "presigned", "checked", "direct"]


class Shape(TypedDict):
    """How much is sent, and in what pieces."""

    files: int
    file_bytes: int
    request_bytes: int
    lanes: int


@dataclass(frozen=True, kw_only=True)
class Job:
    """Files to send: `lanes` connections at once, each taking the next file when it is free.

    Each file goes in requests of `request_bytes`; 0 is all of it with its creation. By "tus" to the collection `path`;
    by "put", as plain objects below `path`; by "presigned" requests to the bucket of `store`, `at_once` for each file,
    their PUTs by way of the port `relay` if there is one; by "direct", the same, with requests that our server at the
    URL `path` signs. `announced_bytes`: how long tus is told that each file is, of which only the beginning comes then;
    0: as long as it is.
    """

    way: Way
    host: str
    port: int
    path: str
    files: int
    file_bytes: int
    request_bytes: int
    lanes: int
    at_once: int = 1
    announced_bytes: int = 0
    relay: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    store: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Result:
    """From the first byte to the last confirmation; for each file how long it took; what the client spent."""

    took_s: float
    files_s: list[float]
    cpu_s: float


class ClientFailed(Exception):
    """A client process ended without a result."""


async def perform(module: str, job: Job) -> Result:
    """Have a client process do it. Raises ClientFailed with what it printed."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, stdin=pipe, stdout=pipe, stderr=pipe, env={**os.environ, **HERE}
    )
    try:
        async with asyncio.timeout(JOB_TIMEOUT_S):
            out, complaint = await process.communicate(json.dumps(asdict(job)).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise ClientFailed(complaint.decode(errors="replace"))
    return Result(**json.loads(out))


def cpu_s() -> float:
    """In the client process: processor time so far."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def read_job() -> Job:
    """In the client process: what to do."""
    return Job(**json.load(sys.stdin))


def write_result(result: Result) -> None:
    """In the client process: what came of it."""
    json.dump(asdict(result), sys.stdout)
