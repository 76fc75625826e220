"""A few confined processes of one kind, kept warm.

Promises: at most `processes` at once, each with one job at a time; started when first needed, replaced when its
conversation broke off or its jobs are used up; none is left when `close` returns. Leaves the jobs to `renderer` and
`sealer`.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from compliance.rendering.child import RenderChild
from compliance.rendering.limits import RenderLimits
from watermark.errors import RenderBusy, RenderCrashed


class RenderPool:
    """Lends processes out; the one used last goes out first, as its fonts and tiles are still drawn."""

    def __init__(self, module: str, processes: int, limits: RenderLimits, *, by_file: bool = False) -> None:
        """`by_file` is of `RenderChild.start`."""
        self._module = module
        self._limits = limits
        self._by_file = by_file
        self._free = asyncio.Semaphore(processes)
        self._idle: list[RenderChild] = []
        self._lent: set[RenderChild] = set()
        self._closed = False

    @asynccontextmanager
    async def child(self, *, wait_s: float | None, knowing: str = "") -> AsyncGenerator[RenderChild]:
        """A process for one job, if there is a choice one that has the base `knowing`.

        Raises RenderBusy when none came free within `wait_s`.
        """
        try:
            async with asyncio.timeout(wait_s):
                await self._free.acquire()
        except TimeoutError as error:
            raise RenderBusy(limit_s=round(wait_s or 0)) from error
        try:
            child = await self._take(knowing)
            try:
                yield child
            except RenderCrashed:
                child.distrust()  # also for a reply that only its reader found to be nonsense
                raise
            finally:
                await self._put_back(child)
        finally:
            self._free.release()

    def anybody_knows(self, name: str) -> bool:
        """Whether a process may have this base."""
        return any(each.knows(name) for each in (*self._idle, *self._lent))

    async def close(self) -> None:
        """End every process, at work or not; jobs under way fail with RenderCrashed."""
        self._closed = True
        children = [*self._idle, *self._lent]
        self._idle.clear()
        await asyncio.gather(*(child.end() for child in children))

    async def _take(self, knowing: str) -> RenderChild:
        child = await self._idle_or_new(knowing)
        self._lent.add(child)
        return child

    async def _idle_or_new(self, knowing: str) -> RenderChild:
        while self._idle:
            child = next((each for each in self._idle if each.knows(knowing)), self._idle[-1])
            self._idle.remove(child)
            if child.begin_another_job():
                return child
            await child.end()  # it died between two jobs, or a sibling broke
        self._refuse_when_closed()
        child = await RenderChild.start(self._module, self._limits, by_file=self._by_file)
        try:
            self._refuse_when_closed()  # meanwhile
        except RenderCrashed:
            await child.end()
            raise
        return child

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise RenderCrashed

    async def _put_back(self, child: RenderChild) -> None:
        self._lent.discard(child)
        if child.fresh and not self._closed:
            self._idle.append(child)
        else:
            await child.end()


class Pooled:
    """What works with a pool of its own. Use it as an async context manager, one for a server."""

    def __init__(self, module: str, processes: int, limits: RenderLimits, *, by_file: bool = False) -> None:
        self._limits = limits
        self._pool = RenderPool(module, processes, limits, by_file=by_file)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the processes; jobs under way fail with RenderCrashed."""
        await self._pool.close()
