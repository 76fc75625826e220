"""Confined processes come from one that has imported everything: what they inherit, and when that one is left."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psutil
import pytest

from compliance.forking import REQUEST, STATUS
from compliance.reading.processes import EXTRACTOR
from compliance.rendering.child import RenderChild
from compliance.rendering.limits import RenderLimits
from compliance.rendering.origin import ENVIRONMENT, Confined, Origins
from compliance.rendering.renderer import DRAWING
from compliance.rendering.sealer import SEALING
from compliance.scanning.inspectors import INSPECTING
from compliance.tracing.examiner import TRACING
from tests import intruder
from tests.processes import confined
from watermark.errors import RenderCrashed
from watermark.framing import PREFIX

MIB = 1024 * 1024
LIMITS = RenderLimits(memory_max_bytes=2048 * MIB)
KINDS = (DRAWING, SEALING, TRACING, EXTRACTOR, INSPECTING)


@asynccontextmanager
async def started(module: str, limits: RenderLimits = LIMITS) -> AsyncIterator[psutil.Process]:
    """A process as the product starts it, that says it is ready."""
    child = await RenderChild.start(module, limits)
    try:
        yield confined(module)[-1]
    finally:
        await child.end()


@contextmanager
def by_itself(module: str, speech: int) -> Iterator[psutil.Process]:
    """The same, started anew with a Python of its own, that is spoken to through this descriptor."""
    command = (sys.executable, "-s", "-B", "-P", "-m", module, "--memory-max-bytes", str(LIMITS.memory_max_bytes))
    process = subprocess.Popen(
        command, stdin=speech, stdout=speech, stderr=subprocess.DEVNULL, cwd="/", env=ENVIRONMENT
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


def confinement(process: psutil.Process) -> dict[str, object]:
    """What the kernel holds it to, as everybody may read."""
    about = Path(f"/proc/{process.pid}")
    rows = [line.partition(":") for line in (about / "status").read_text(encoding="ascii").splitlines()]
    told = {name: value.strip() for name, _, value in rows}
    return {
        "limits": [line for line in (about / "limits").read_text().splitlines() if "cpu time" not in line],
        "signals": [told[each] for each in ("SigBlk", "SigIgn", "SigCgt")],
        "privileges": [told[each] for each in ("NoNewPrivs", "Seccomp", "CapEff", "Threads")],
        "filters": int(told["Seccomp_filters"]),
    }


async def told_by(child: RenderChild) -> dict[str, object]:
    """What it alone can see; where things lie in its memory is another matter."""
    told, _ = await child.call({"op": "tell"})
    return {name: value for name, value in told.items() if name != "place"}


@pytest.mark.parametrize("module", KINDS)
async def test_a_forked_process_is_confined_like_one_started_anew(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same limits, descriptors, environment and signals; a session of its own; and somebody who counts threads."""
    monkeypatch.setitem(ENVIRONMENT, intruder.TOLD, json.dumps({"kind": module}))
    ours, theirs = socket.socketpair()
    async with telling() as (child, forked):
        with ours, theirs, by_itself(intruder.__name__, theirs.fileno()) as alone, ours.makefile("rwb") as conversation:
            told = await asyncio.to_thread(intruder.asked, "tell", conversation)
            del told["place"]
            assert told == await told_by(child)
            assert confinement(alone) | {"filters": 2} == confinement(forked) | {"filters": 2}
            assert [1, 2] == [confinement(each)["filters"] for each in (alone, forked)]
        assert forked.pid == os.getsid(forked.pid)
        assert 1 == origin_of(forked).num_threads()


@asynccontextmanager
async def telling() -> AsyncIterator[tuple[RenderChild, psutil.Process]]:
    """A process that tells of itself, of an origin of its own."""
    child = await RenderChild.start(intruder.__name__, LIMITS)
    try:
        yield child, confined(intruder.__name__)[-1]
    finally:
        child.distrust()
        await child.end()


def origin_of(process: psutil.Process) -> psutil.Process:
    """What it was forked off by."""
    origin = process.parent()
    assert origin is not None
    return origin


async def place(child: RenderChild) -> object:
    """Where its libraries lie."""
    return (await child.call({"op": "tell"}))[0]["place"]


async def test_a_process_that_broke_takes_its_layout_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Siblings lie alike in memory; when one dies none of them begins another job, and the next lies elsewhere."""
    monkeypatch.setitem(ENVIRONMENT, intruder.TOLD, json.dumps({"kind": DRAWING}))
    one, other = [await RenderChild.start(intruder.__name__, LIMITS) for _ in range(2)]
    first = confined(intruder.__name__)[-2]
    before = await place(one)
    assert before == await place(other)
    fresh = [other.fresh]
    first.send_signal(signal.SIGSEGV)
    with pytest.raises(RenderCrashed):
        await one.call({"op": "close"})
    assert [True, False] == [*fresh, other.fresh]
    await asyncio.gather(one.end(), other.end())
    async with telling() as (third, _):
        assert before != await place(third)


async def test_a_process_that_is_ended_leaves_the_next_one_its_origin() -> None:
    """A conversation that somebody broke off costs a process, and no new start."""
    async with started(SEALING) as first:
        origin = origin_of(first)
    async with started(SEALING) as second:
        assert origin == origin_of(second)
        assert first != second


async def test_an_origin_takes_its_processes_with_it() -> None:
    """Killed itself, it leaves none, and the next process comes from a new one."""
    child = await RenderChild.start(SEALING, LIMITS)
    process = confined(SEALING)[-1]
    origin_of(process).kill()
    assert not psutil.wait_procs([process], timeout=10)[1]
    await child.end()
    async with started(SEALING) as next_one:
        assert process.pid != next_one.pid


def test_origins_end_with_the_process_that_has_them() -> None:
    """Whoever is killed, a process it started ends, and so does what forked that off."""
    code = f"""
import asyncio, os, signal
from compliance.rendering.child import RenderChild
from compliance.rendering.limits import RenderLimits

async def main():
    child = await RenderChild.start({SEALING!r}, RenderLimits())
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ})
    assert process.stdout is not None
    with process.stdout:
        assert b"ready\n" == process.stdout.readline()
        below = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
    assert 2 == len(below)
    assert not psutil.wait_procs(below, timeout=10)[1]


async def test_ends_with_all_it_bore() -> None:
    """At the end of this process nothing is left of its origins."""
    origins = Origins()
    origin = origins.of(SEALING, 1)
    speech, line = origin.bear(LIMITS.memory_max_bytes)
    with speech, line:
        origins.end()
        assert b"" == line.recv(1)
    assert origin.gone


async def test_a_process_whose_program_is_missing_is_a_crash() -> None:
    """What can't even be imported is told as a process that died."""
    with pytest.raises(RenderCrashed):
        await RenderChild.start("watermark.no_such_module", LIMITS)


async def test_an_origin_that_is_stopped_costs_one_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waited in vain for a process of it is told, it is ended, and the next process comes from another."""
    async with started(INSPECTING) as first:
        origin = origin_of(first)
    origin.suspend()
    with monkeypatch.context() as impatient:
        impatient.setattr("compliance.rendering.child.START_TIMEOUT_S", 0.1)
        with pytest.raises(RenderCrashed):
            await RenderChild.start(INSPECTING, LIMITS)
    assert not origin.is_running()
    async with started(INSPECTING) as second:
        assert origin != origin_of(second)


async def test_an_origin_without_descriptors_costs_one_start() -> None:
    """Whose request could not be taken is told; those at work go on, and the next process comes from another."""
    at_work = await RenderChild.start(INSPECTING, LIMITS)
    process = confined(INSPECTING)[-1]
    origin = origin_of(process)
    origin.rlimit(psutil.RLIMIT_NOFILE, (origin.num_fds() + 1,) * 2)
    with pytest.raises(RenderCrashed):
        await RenderChild.start(INSPECTING, LIMITS)
    assert at_work.usable
    assert process.is_running()
    async with started(INSPECTING) as next_one:
        assert origin != origin_of(next_one)
    await at_work.end()


REFUSED_ONE_FORK = """
import os, socket, sys
from compliance import forking

forks = iter([None, os.fork])

def fork():
    if (real := next(forks)) is None:
        raise BlockingIOError
    return real()

os.fork = fork
forking.Forebear("test", lambda: os.write(1, b"born"), socket.socket(fileno=os.dup(0)), None).run()
"""


def test_a_fork_that_the_system_refuses_costs_one_start() -> None:
    """Both ends of that one are closed, and the next is born."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-c", REFUSED_ONE_FORK], stdin=theirs.fileno(), env={**os.environ}
            )
        assert [(b"", b""), (b"born", STATUS.pack(0))] == [asked(ours) for _ in range(2)]
    assert process.wait() == 0


def asked(control: socket.socket) -> tuple[bytes, bytes]:
    """What a new process says, and what is told of its end."""
    speech, their_speech = socket.socketpair()
    line, their_line = socket.socketpair()
    with speech, line:
        with their_speech, their_line:
            given = [their_speech.fileno(), their_line.fileno()]
            socket.send_fds(control, [REQUEST.pack(LIMITS.memory_max_bytes)], given)
        return speech.recv(4), line.recv(STATUS.size)


async def test_a_process_that_speaks_nonsense_costs_its_origin() -> None:
    """What is no frame ends the conversation; no sibling begins another job."""
    one, other = [await RenderChild.start(INSPECTING, LIMITS) for _ in range(2)]
    one._replies = asyncio.StreamReader()
    one._replies.feed_data(b"\xff" * PREFIX.size)
    with pytest.raises(RenderCrashed):
        await one.call({"op": "close"})
    assert not other.fresh
    await asyncio.gather(one.end(), other.end())


async def test_the_status_of_a_death_is_told() -> None:
    """As subprocess has it: minus the signal's number."""
    process = await Confined.start(SEALING, LIMITS.memory_max_bytes, 1)
    assert await process.replies.readexactly(1)
    assert process.returncode is None
    confined(SEALING)[-1].send_signal(signal.SIGXCPU)
    assert -signal.SIGXCPU == await process.wait()
    process.requests.transport.abort()
