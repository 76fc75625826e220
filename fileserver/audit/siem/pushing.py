"""Pushing: one worker leads, and follows the log for each target until it is asked to stop."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from uuid import UUID

import structlog

from compliance import checkpoints
from fileserver.audit.labels import unlabelled
from fileserver.audit.siem.figures import Lags
from fileserver.audit.siem.sending import Batch, PushFailed, Sender
from fileserver.audit.siem.targets import sender_of
from fileserver.services import Services
from storage.database import Transaction
from storage.errors import StorageError
from storage.leading import leading, still_leading
from storage.rows import ledger, siem
from storage.rows.events import EventRow
from storage.rows.siem import TargetRow

LEADING = "siem"
REFRESH_S = 2.0  # until a new, a removed or a paused target is noticed, and a lost lock
LEAD_AGAIN_S = 5.0
IDLE_S = 0.5  # between looks for new events
BATCH_EVENTS_MAX = 500
BATCH_BYTES_MAX = 256 << 10  # of leaves; OCSF makes some four times that of them
DELAY_FIRST_S, DELAY_MAX_S = 0.5, 60.0
DOUBLED_MAX = 16  # times: by then it is DELAY_MAX_S
MISSING = "entry-missing"

Sleep = Callable[[float], Awaitable[None]]

log = structlog.get_logger(__name__)


def delay_s(failures: int, chance: float) -> float:
    """How long to wait after so many failures in a row; `chance` in 0…1 spreads several that failed at once."""
    doubled: float = DELAY_FIRST_S * 2.0 ** min(failures - 1, DOUBLED_MAX)
    return min(doubled, DELAY_MAX_S) * (0.5 + chance / 2)


@asynccontextmanager
async def pushing(
    services: Services, lags: Lags, *, refresh_s: float = REFRESH_S, again_s: float = LEAD_AGAIN_S
) -> AsyncIterator[None]:
    """Pushes, or waits to, as long as the block lasts."""
    task = asyncio.create_task(_lead_forever(services, lags, refresh_s, again_s))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _lead_forever(services: Services, lags: Lags, refresh_s: float, again_s: float) -> None:
    while True:
        try:
            async with leading(services.database, LEADING) as lock:
                if lock is not None:
                    await _Leader(services, lags, lock).lead(refresh_s)
        except StorageError as error:
            log.warning("push to SIEM interrupted", error=error.slug)
        except Exception:  # whatever it was, a log that is no longer pushed helps nobody
            log.exception("push to SIEM broke off")
        lags.forget()
        await asyncio.sleep(again_s)


class _Leader:
    """The one that pushes: a task for each target that is not paused."""

    def __init__(self, services: Services, lags: Lags, lock: Transaction) -> None:
        self._services, self._lags, self._lock = services, lags, lock
        self._following: dict[TargetRow, asyncio.Task[None]] = {}

    async def lead(self, refresh_s: float) -> None:
        """Until cancelled. Raises when the lock is lost."""
        try:
            while True:
                await still_leading(self._lock)
                async with self._services.database.statements() as tx:
                    progress = await siem.progress(tx)
                self._lags.now(progress, self._services.clock())
                self._adjust({each.target for each in progress if each.target.paused_at is None})
                await asyncio.sleep(refresh_s)
        finally:
            tasks = list(self._following.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _adjust(self, wanted: set[TargetRow]) -> None:
        for target in [each for each, task in self._following.items() if each not in wanted or task.done()]:
            task = self._following.pop(target)
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                log.error("push to a target broke off", target=target.name, exc_info=error)
            task.cancel()
        for target in wanted - set(self._following):
            sender = sender_of(self._services, target)
            self._following[target] = asyncio.create_task(Follower(self._services, target.id, sender).follow())


def _within(rows: Sequence[EventRow], first: int) -> list[EventRow]:
    """As many of the rows as a batch may hold, at least one of several, with their places."""
    size_bytes = 0
    kept: list[EventRow] = []
    for index, row in enumerate(rows, start=first):
        size_bytes += len(row.leaf)
        if kept and size_bytes > BATCH_BYTES_MAX:
            break
        kept.append(replace(row, index=index))
    return kept


@dataclass
class Follower:
    """One target's way through the log."""

    services: Services
    target_id: UUID
    sender: Sender
    sleep: Sleep = asyncio.sleep
    _batch: Batch | None = None  # what is under way: sent again as it is, until it is acknowledged
    _failures: int = 0

    async def follow(self) -> None:
        """Pushes what there is, waits for more, and tries again what failed, until cancelled or the target is gone."""
        while (pause_s := await self.step()) is not None:
            if pause_s:
                await self.sleep(pause_s)

    async def step(self) -> float | None:
        """One batch; how long to wait before the next, None when the target is gone."""
        try:
            if self._batch is None and (found := await self._next()) is not None:
                self._batch = found
            if self._batch is None:
                return None
            if not self._batch.events:
                self._batch = None
                return IDLE_S
            await self.sender.send(self._batch)
            await self._acknowledged(self._batch)
        except PushFailed as error:
            return await self._failed(error.reason)
        except StorageError as error:
            self._failures += 1
            log.warning("push waits for the database", error=error.slug)
            return delay_s(self._failures, random.random())  # noqa: S311  # protects nothing
        return 0.0

    async def _next(self) -> Batch | None:
        """What lies behind the cursor in the signed log, perhaps nothing; None for a target that is gone."""
        async with self.services.database.transaction() as tx:
            first = await siem.next_index_of(tx, self.target_id)
            if first is None:
                return None
            head = await checkpoints.latest(tx)
            end = min(first + BATCH_EVENTS_MAX, head.size if head else 0)
            rows = await ledger.entries(tx, first, end) if first < end else ()
            if len(rows) < end - first and first < (least := await ledger.minimum_index(tx)):
                await siem.advance(tx, self.target_id, before=first, after=least, now=self.services.clock())
                log.warning("push passes over pruned events", target_id=str(self.target_id), first=first, least=least)
                return Batch(least, ())
        if len(rows) < end - first:
            raise PushFailed(MISSING)
        return Batch(first, unlabelled(_within(rows, first)))

    async def _acknowledged(self, batch: Batch) -> None:
        """Moves the cursor. Where another has moved it meanwhile, the next step begins at what it says now."""
        async with self.services.database.transaction() as tx:
            await siem.advance(tx, self.target_id, before=batch.first, after=batch.after, now=self.services.clock())
        self._batch, self._failures = None, 0

    async def _failed(self, reason: str) -> float:
        self._failures += 1
        log.warning("push to a target failed", target_id=str(self.target_id), reason=reason, failures=self._failures)
        with suppress(StorageError):
            async with self.services.database.transaction() as tx:
                await siem.note_failure(tx, self.target_id, reason, self.services.clock())
        return delay_s(self._failures, random.random())  # noqa: S311  # protects nothing
