"""Calls that come at the same time, done together: one transaction for many small acts, each with its own outcome."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
BATCH_MAX = 64


class Batches(Generic[Item]):
    """`work` gets what gathered while it was busy, at most `batch_max`, and says for each what went wrong, or None."""

    def __init__(
        self, work: Callable[[Sequence[Item]], Awaitable[Sequence[Exception | None]]], batch_max: int = BATCH_MAX
    ) -> None:
        self._work = work
        self._batch_max = batch_max
        self._waiting: list[tuple[Item, asyncio.Future[None]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def do(self, item: Item) -> None:
        """Returns once it is done. Raises its own failure, or what made the whole batch fail."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._run())
        await done

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._batch_max], self._waiting[self._batch_max :]
            for (_, done), failure in zip(batch, await self._outcomes(batch), strict=True):
                if done.done():  # its caller has left
                    continue
                if failure is None:
                    done.set_result(None)
                else:
                    done.set_exception(failure)

    async def _outcomes(self, batch: Sequence[tuple[Item, asyncio.Future[None]]]) -> Sequence[Exception | None]:
        try:
            return await self._work([item for item, _ in batch])
        except Exception as failure:  # noqa: BLE001  # everybody's, told to each
            return [failure] * len(batch)
