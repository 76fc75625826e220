"""Ends: told until the log has them, whatever fails in between."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from compliance.events import Act, Trail
from compliance.exit import ends as module
from compliance.exit.ends import DELAY_FIRST_S, End, Ends
from storage.errors import StoreUnavailable

PASSAGE: Any = SimpleNamespace(obj="version:1", end_act=Act.VIEWER_COPY_END)


class Log:
    """Takes what it is told, unless it fails: the next `failing` times, or for who in `never`."""

    def __init__(self, failing: int = 0, never: frozenset[int] = frozenset()) -> None:
        self.failing, self.never = failing, never
        self.told: list[int] = []
        self.failures = 0
        self.rests_s: list[float] = []

    async def write(self, end: End) -> None:
        """Takes the sum."""
        if self.failing or end.size_bytes in self.never:
            self.failing = max(0, self.failing - 1)
            raise StoreUnavailable(store="postgresql", detail="full")
        self.told.append(end.size_bytes)

    def failed(self) -> None:
        """One more couldn't be told."""
        self.failures += 1

    async def rest(self, seconds: float) -> None:
        """Doesn't."""
        self.rests_s.append(seconds)
        await asyncio.sleep(0)


def ends_of(log: Log) -> Ends:
    """The ends that this log is told."""
    return Ends(log.write, log.failed, sleep=log.rest)


def end(size_bytes: int) -> End:
    """One, of so many bytes."""
    return End(PASSAGE, Trail(), size_bytes, ranges=2)


async def test_what_the_log_cannot_take_is_told_again() -> None:
    """Each time later, until it is taken, and every failure is heard."""
    log = Log(failing=3)
    ends = ends_of(log)
    await ends.tell(end(5))
    assert (1, []) == (ends.untold, log.told)
    for _ in range(20):  # turns of the loop; the rests take none of the clock's time
        await asyncio.sleep(0)
    assert (0, [5], 3) == (ends.untold, log.told, log.failures)
    assert sorted(log.rests_s) == log.rests_s
    assert DELAY_FIRST_S == log.rests_s[0]


async def test_one_that_can_never_be_told_keeps_no_other_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are told; it is said in the log of the process, with its sum, and kept."""
    monkeypatch.setattr(module, "SETTLE_S", 0.05)
    log = Log(failing=2, never=frozenset({7}))
    ends = ends_of(log)
    await asyncio.gather(*(ends.tell(end(size_bytes)) for size_bytes in (7, 1, 2)))
    with capture_logs() as lines:
        await ends.settle()
    assert ({1, 2}, 1) == (set(log.told), ends.untold)
    assert [(7, 2)] == [(line["bytes"], line["ranges"]) for line in lines if line["event"] == "end not told"]


async def test_one_that_is_just_being_told_again_is_told_once() -> None:
    """A process that ends while the log takes it waits for that: cut off behind the commit, it would be told twice."""
    log, taken, answering = Log(failing=1), asyncio.Event(), asyncio.Event()

    async def write(each: End) -> None:
        await log.write(each)
        taken.set()
        await answering.wait()

    ends = Ends(write, log.failed, sleep=log.rest)
    await ends.tell(end(5))
    await taken.wait()
    settling = asyncio.create_task(ends.settle())
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.01, answering.set)
    await settling
    assert (0, [5]) == (ends.untold, log.told)


async def test_a_rest_ends_with_the_process() -> None:
    """Whoever rests between two tries tries again at once."""
    log, forever = Log(failing=2), asyncio.Event()

    async def sleep(_seconds: float) -> None:
        await forever.wait()

    ends = Ends(log.write, log.failed, sleep=sleep)
    await ends.tell(end(5))
    await asyncio.sleep(0.01)
    assert (1, 2) == (ends.untold, log.failures)
    await ends.settle()
    assert (0, [5]) == (ends.untold, log.told)
