"""Ends: how much of something really left, told to the log until the log has it.

Promises: an end that the log can't take is kept, and told again until it takes it or the process ends; what is untold
then is said in the log of the process. An event carries the time at which it was told. Where a connection broke while
an end was committed, it may be told twice. Leaves to the desk what an end says, and what is refused while one waits.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

from compliance.events import Trail
from compliance.exit.gates import Passage

DELAY_FIRST_S, DELAY_MAX_S = 0.5, 30.0
DOUBLED_MAX = 6  # times: by then it is DELAY_MAX_S
SETTLE_S = 10.0  # that a process which ends goes on trying
UNTOLD_MAX = 10_000  # then nothing more is let out

Sleep = Callable[[float], Coroutine[Any, Any, None]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class End:
    """What the log is to be told; `ranges`: of how many it is the sum, None for what left whole."""

    passage: Passage
    trail: Trail
    size_bytes: int
    ranges: int | None = None


@dataclass
class Ends:
    """Those of one process. `write` commits the event of one; `failed` hears each time that it couldn't."""

    write: Callable[[End], Awaitable[None]]
    failed: Callable[[], None]
    sleep: Sleep = asyncio.sleep
    _untold: deque[End] = field(default_factory=deque)
    _telling: set[asyncio.Task[None]] = field(default_factory=set)
    _again: asyncio.Task[None] | None = None
    _resting: asyncio.Task[None] | None = None
    _stopping: bool = False

    @property
    def untold(self) -> int:
        """How many wait to be told again."""
        return len(self._untold)

    def tell(self, end: End) -> asyncio.Task[None]:
        """Tells it, whoever waits for that; done when it is told, or kept."""
        task = asyncio.create_task(self._tell(end))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
        return task

    async def settle(self) -> None:
        """Returns when every end is told; or after a while, with what isn't in the log of the process, and kept."""
        await asyncio.gather(*self._telling, return_exceptions=True)
        if self._resting is not None:
            self._resting.cancel()  # a write goes on: cut off behind its commit, it would be told twice
        if self._untold:
            await asyncio.wait([self._go_on()], timeout=SETTLE_S)
            await self._stop()
        for end in self._untold:
            said = {"who": end.trail.who, "obj": end.passage.obj, "bytes": end.size_bytes, "ranges": end.ranges}
            log.error("end not told", act=end.passage.end_act.value, **said)

    async def _tell(self, end: End) -> None:
        if await self._written(end):
            return
        self._untold.append(end)
        self._go_on()

    def _go_on(self) -> asyncio.Task[None]:
        if self._again is None or self._again.done():
            self._stopping = False
            self._again = asyncio.create_task(self._until_told())
        return self._again

    async def _stop(self) -> None:
        if self._again is not None:
            self._stopping = True  # a driver may make an error of its own of what is cancelled
            self._again.cancel()
            await asyncio.wait([self._again])

    async def _until_told(self) -> None:
        failures = 0
        while self._untold and not self._stopping:
            if failures:
                await self._rest(min(DELAY_FIRST_S * 2.0 ** min(failures - 1, DOUBLED_MAX), DELAY_MAX_S))
            if await self._written(self._untold[0]):
                self._untold.popleft()
                failures = 0
            else:
                self._untold.rotate(-1)  # one that can't be told keeps no other from being told
                failures += 1

    async def _rest(self, seconds: float) -> None:
        """Until the time is over, or the process ends."""
        self._resting = asyncio.create_task(self.sleep(seconds))
        try:
            await asyncio.wait([self._resting])
        finally:
            self._resting.cancel()
            self._resting = None

    async def _written(self, end: End) -> bool:
        try:
            await self.write(end)
        except Exception as error:  # noqa: BLE001  # whatever it is: bytes have left, and only the log can say how many
            log.warning("end waits to be told", obj=end.passage.obj, bytes=end.size_bytes, error=repr(error))
            self.failed()
            return False
        return True
