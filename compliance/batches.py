"""Calls that come at the same time, done together: one transaction for many small acts, each with its own outcome."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar, cast

Item = TypeVar("Item")
BATCH_MAX = 64


class Batches(Generic[Item]):
    """`work` gets what gathered while it was busy, at most `batch_max`, and says for each what went wrong, or None.

    With `at_once` above 1 so many batches may be under way, none waiting for the ones before; of fewer than `worth`
    none is begun beside another, because a small one costs almost what a large one does.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Awaitable[Sequence[Exception | None]]],
        batch_max: int = BATCH_MAX,
        at_once: int = 1,
        worth: int = 1,
    ) -> None:
        self._work = work
        self._batch_max = batch_max
        self._at_once = at_once
        self._worth = worth
        self._waiting: list[tuple[Item, asyncio.Future[None]]] = []
        self._under_way = 0
        self._workers: set[asyncio.Task[None]] = set()

    async def do(self, item: Item) -> None:
        """Returns once it is done. Raises its own failure, or what made the whole batch fail."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if not self._workers or (len(self._workers) < self._at_once and len(self._waiting) >= self._worth):
            self._workers.add(asyncio.create_task(self._run()))
        await done

    async def _run(self) -> None:
        try:
            while self._waiting:
                size = min(self._batch_max, max(self._worth, self._share()))
                batch, self._waiting = self._waiting[:size], self._waiting[size:]
                self._under_way += 1
                outcomes = await self._outcomes(batch)
                self._under_way -= 1
                for (_, done), failure in zip(batch, outcomes, strict=True):
                    if done.done():  # its caller has left
                        continue
                    if failure is None:
                        done.set_result(None)
                    else:
                        done.set_exception(failure)
        finally:  # in the same step that found nothing waiting: whoever comes next begins anew
            self._workers.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    def _share(self) -> int:
        """What those that are not at work yet would take each, so that none waits for all."""
        return -(-len(self._waiting) // (self._at_once - self._under_way))

    async def _outcomes(self, batch: Sequence[tuple[Item, asyncio.Future[None]]]) -> Sequence[Exception | None]:
        try:
            return await self._work([item for item, _ in batch])
        except Exception as failure:  # noqa: BLE001  # everybody's, told to each
            return [failure] * len(batch)
