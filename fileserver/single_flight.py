"""One piece of work for all who ask for the same at the same time.

Whoever asks shares a run that has not begun yet: nobody gets an answer older than the question, however many ask.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Runs by key: at most one at work, and one that waits for it and gathers those who ask meanwhile."""

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[T]] = {}
        self._next: dict[Hashable, asyncio.Task[T]] = {}

    async def share(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` answers, or an equal one's that begins after this call. Raises what it raises."""
        task = self._next.get(key)
        if task is None:
            task = self._next[key] = asyncio.create_task(self._run(key, work))
        return await asyncio.shield(task)  # one who leaves takes nobody's answer along

    async def _run(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        before = self._running.get(key)
        if before is not None:
            await asyncio.wait({before})
        self._running[key] = self._next.pop(key)
        try:
            return await work()
        finally:
            del self._running[key]
