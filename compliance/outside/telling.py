"""Telling every place in its turn: by one process at a time, in every process that runs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import structlog

from compliance import checkpoints
from compliance.events import Act, Result, Trail
from compliance.ledger import append
from compliance.outside.places import Clock, Conflict, ConflictKind, Ledger, Place, PlaceFailed, Told
from compliance.outside.standing import OutsideWatch
from storage.database import Database
from storage.errors import StorageError
from storage.rows import places as rows
from storage.rows.ledger import CheckpointRow
from storage.rows.places import PlaceRow

LOOK_S = 1.0
TURN = timedelta(seconds=30)  # a process that took a turn and died keeps the others from it for so long
TELL_MAX_S = 15.0  # a place that hangs, such as a folder on a server that is away, holds up nobody for longer
RETRY_S = 5.0  # a place that failed is tried again after so long, if that is sooner than its next turn
SYSTEM = Trail(role="system")

log = structlog.get_logger(__name__)


class Teller:
    """The places of one process. Without any, nothing runs and nothing is asked."""

    def __init__(
        self,
        database: Database,
        places: Sequence[Place],
        ledger: Ledger,
        watch: OutsideWatch,
        clock: Clock,
        *,
        every_s: float,
    ) -> None:
        self._database, self._ledger, self._watch, self._clock = database, ledger, watch, clock
        self._places = {place.name: place for place in places}
        self._every_s = every_s

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Asks every place once, then tells each in its turn as long as the block lasts.

        Enter it before a sequencer runs: on a restored old copy it would sign a second head of a size that others have.

        Raises LedgerConflict when a place contradicts the log and that shall end it: such a process must not serve.
        """
        if not self._places:
            yield
            return
        await self.tell_all()
        self._watch.require_sound()
        task = asyncio.create_task(self._tell_forever())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def tell_all(self) -> None:
        """Every place now, whoever's turn it is."""
        async with self._database.transaction() as tx:
            await rows.enrol(tx, self._places)
            found = await rows.places(tx, self._places)
            head = await checkpoints.latest(tx)
        if head is not None:
            await self._tell(found, head)
        await self._look()

    async def tell_due(self) -> int:
        """Every place whose turn has come, if another process is not at it; how many."""
        now = self._clock()
        async with self._database.statements() as tx:
            head = await checkpoints.latest(tx)
            due = () if head is None else await rows.take_turns(tx, self._places, now=now, until=now + TURN)
        if head is not None:
            await self._tell(due, head)
        await self._look()
        return len(due)

    async def _tell_forever(self) -> None:
        while True:
            try:
                await self.tell_due()
            except StorageError as error:  # the log's own watch sees to a database that is away
                log.warning("nobody outside was told", error=error.slug)
            except Exception:  # whatever it was, a teller that is gone helps nobody
                log.exception("nobody outside was told")
            await asyncio.sleep(LOOK_S)

    async def _look(self) -> None:
        async with self._database.statements() as tx:
            self._watch.see(await rows.places(tx, self._places))

    async def _tell(self, found: Sequence[PlaceRow], head: CheckpointRow) -> None:
        """Witnesses first: what the others keep shall hold their cosignatures."""
        for witnesses in (True, False):
            told = [(self._places[row.name], row) for row in found if self._places[row.name].witness is witnesses]
            await asyncio.gather(*(self._tell_one(place, row, head) for place, row in told))

    async def _tell_one(self, place: Place, row: PlaceRow, head: CheckpointRow) -> None:
        try:
            async with asyncio.timeout(TELL_MAX_S):
                told = await place.tell(head, row.size, self._ledger)
        except Conflict as conflict:
            if conflict.kind is ConflictKind.SHRUNK and await self._has_grown_to(conflict.size):
                await self._failed(place, "another process told it more meanwhile")
                return
            await self._contradicted(place, conflict, head)
        except TimeoutError:
            await self._failed(place, "timeout")
        except PlaceFailed as failure:
            await self._failed(place, failure.reason)
        except StorageError as error:
            await self._failed(place, str(error.params.get("code") or error.params.get("detail") or error.slug))
        else:
            await self._took(place, told, head)

    async def _has_grown_to(self, size: int) -> bool:
        """Whether the log has this size by now: what was offered was read a while ago, and others tell places too."""
        async with self._database.statements() as tx:
            head = await checkpoints.latest(tx)
        return head is not None and head.size >= size

    async def _took(self, place: Place, told: Told, head: CheckpointRow) -> None:
        now = self._clock()
        async with self._database.transaction() as tx:
            if told.line and told.made_at is not None:
                await rows.keep_cosignature(
                    tx, size=head.size, witness=place.name, line=told.line, made_at=told.made_at
                )
            await rows.note_told(tx, place.name, size=head.size, now=now, next_at=self._next(self._every_s))

    async def _failed(self, place: Place, reason: str) -> None:
        log.warning("a place outside took no checkpoint", place=place.name, reason=reason)
        next_at = self._next(min(RETRY_S, self._every_s))
        async with self._database.transaction() as tx:
            await rows.note_failure(tx, place.name, failure=reason, now=self._clock(), next_at=next_at)

    async def _contradicted(self, place: Place, conflict: Conflict, head: CheckpointRow) -> None:
        """The loudest alarm that there is: told every time, and written into the log the first time."""
        log.error(
            "A PLACE OUTSIDE CONTRADICTS THE LEDGER: was an old database restored, or the log rewritten?",
            place=place.name,
            conflict=conflict.kind.value,
            their_size=conflict.size,
            our_size=head.size,
        )
        async with self._database.transaction() as tx:
            news = await rows.note_conflict(
                tx, place.name, conflict=conflict.kind, size=conflict.size, next_at=self._next(self._every_s)
            )
            if news:
                det: dict[str, str | int] = {"conflict": conflict.kind.value, "size": conflict.size, "ours": head.size}
                event = SYSTEM.event(Act.SYSTEM_LEDGER_CONFLICT, res=Result.ERROR, det=det)
                await append(tx, event, now=self._clock())

    def _next(self, after_s: float) -> datetime:
        return self._clock() + timedelta(seconds=after_s)
