"""The sequencer of one process: works when something was appended here, and looks whether something was elsewhere.

Every `serve` and every `worker` has one. They need not know of each other: whoever finds the turn free has it. An event
appended in this process is told of by the database's `news`; of events of other processes, which may be dead by now,
and of those that committed late, it learns by looking twice a second. PostgreSQL's NOTIFY would tell sooner, but makes
all that commit with it wait for one another.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import structlog

from compliance.errors import KeyUnavailable, LedgerBroken
from compliance.keys import KeyRing
from compliance.sequencing.batch import BEAT_S, Batch, KeysChanged, TreeUnfit, sequence, sequence_alone
from compliance.sequencing.watch import LedgerWatch
from storage.database import Database
from storage.errors import StorageError
from storage.rows.sequencing import wait_for_turn

LOOK_S = 0.5
GATHER_S = 0.6  # what comes within it shares a checkpoint, and no turn is in anybody's way meanwhile
BUSY_GATHER_S, BUSY = 0.1, 1_024  # after a batch of so many: a checkpoint is a second old at most
BEHIND_S = 1.0  # how often it looks for numbers below those it has taken: they committed late
RETRY_S = 1.0

log = structlog.get_logger(__name__)


class Sequencer:
    """Gives events their places, whenever it is its turn."""

    def __init__(
        self,
        database: Database,
        keys: KeyRing,
        watch: LedgerWatch,
        clock: Callable[[], datetime],
        *,
        held: Callable[[], bool] = lambda: False,
    ) -> None:
        """While `held`, events wait: on a log that somebody outside contradicts, nothing more may be signed."""
        self._database = database
        self._held = held
        self._keys = keys
        self._watch = watch
        self._clock = clock
        self._behind = 0
        self._all_at = float("-inf")
        self._busy = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Works as long as the block lasts. What is under way when it ends is finished by another process."""
        tasks = [asyncio.create_task(self._watch_forever()), asyncio.create_task(self._sequence_forever())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task

    async def turn(self) -> Batch:
        """One batch, committed. Raises as `sequence`, and StoreUnavailable."""
        if self._held():
            return Batch(busy=True)
        now_s = asyncio.get_running_loop().time()
        everything = now_s - self._all_at >= BEHIND_S
        after = 0 if everything else self._behind
        try:
            batch = await self._commit(after)
        except KeysChanged:
            await self._keys.refresh(self._database)
            batch = await self._commit(after)
        if everything and not batch.busy:
            self._behind, self._all_at = batch.last_id or self._behind, now_s
        else:
            self._behind = max(self._behind, batch.last_id)
        return batch

    async def _commit(self, after: int) -> Batch:
        try:
            async with self._database.driver() as driver:
                return await sequence_alone(driver, self._keys, now=self._clock(), after=after)
        except TreeUnfit:
            async with self._database.transaction() as tx:
                await wait_for_turn(tx)  # or another is at it, and what is wrong would go unnamed
                return await sequence(tx, self._keys, now=self._clock(), after=after)  # which says where

    async def catch_up(self, *, through: float = float("inf")) -> Batch:
        """Batches until nothing waits that has a number up to `through`, or another has the turn (`busy`).

        For commands, which append and then end, and for whoever needs an event's place now. Raises as `turn`.
        """
        while True:
            self._all_at = float("-inf")
            batch = await self.turn()
            if not batch.taken or batch.last_id >= through:
                return batch

    async def _watch_forever(self) -> None:
        while True:
            found = await self._look()
            if found:
                self._database.news.set()
            await asyncio.sleep(LOOK_S)

    async def _look(self) -> bool:
        """Whether there is something to do."""
        try:
            found = await self._watch.look(self._database)
        except Exception:  # a watch that is gone would let everything pass, or nothing
            log.exception("ledger not looked at")
            return False
        if found is None:
            return False
        return found.waits_s is not None or found.size is None or (found.beat_ago_s or 0.0) >= BEAT_S

    async def _sequence_forever(self) -> None:
        while True:
            await self._database.news.wait()
            await asyncio.sleep(BUSY_GATHER_S if self._busy else GATHER_S)
            self._database.news.clear()
            if not await self._turns():
                await asyncio.sleep(RETRY_S)

    async def _turns(self) -> bool:
        """As many batches as wait. False if something kept it from working, which is told."""
        try:
            while (batch := await self.turn()).full:
                self._busy = True
            self._busy = batch.taken >= BUSY
        except LedgerBroken as error:
            log.error("ledger is broken", index=error.index, detail=error.detail)  # noqa: TRY400  # no defect of ours
            self._watch.fault(f"the ledger is not what was signed, from index {error.index} on")
        except KeyUnavailable:
            self._watch.fault("there is no key to sign the log with")
        except StorageError as error:
            log.warning("not sequenced", error=str(error))
            self._watch.hindered(str(error.params.get("detail", error.slug)))
        except Exception:  # whatever it was, a sequencer that is gone helps nobody
            log.exception("not sequenced")
        else:
            if not batch.busy:  # who finds another at it has not looked at the tree
                self._watch.sound()
            return True
        return False
