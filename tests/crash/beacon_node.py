"""A node that takes reports of reading, until it is killed: what a server does for them, without the rest of it.

What was acknowledged is written to a file before anything else happens: one `write`, which the kernel keeps when the
process dies.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from uuid import UUID

from compliance.beacons import Beacon, Intake, Report
from storage.database import Database
from tests.crash.lives import CONTEXT, READY_POLL_S, READY_TIMEOUT_S, Life, settle
from tests.services import Clock

WRITERS = 4  # for each visit: what they send shares commits, and some of it comes too late


@dataclass(frozen=True)
class Read:
    """A visit that is read."""

    visit_id: UUID
    person_id: UUID


class Taker(Life):
    """One node after the other."""

    def __init__(self, database_url: str, visits: Sequence[Read], began: datetime, folder: Path) -> None:
        super().__init__((), {}, folder / "taker.log")
        self._url, self._visits, self._began, self._notes = database_url, tuple(visits), began, folder / "taker.notes"

    def acknowledged_ms(self) -> int:
        """Of all lives until now."""
        return sum(map(int, self._notes.read_text().split()))

    async def until_acknowledged(self, more: int) -> None:
        """Returns when so many more reports were acknowledged; RuntimeError when it has ended by itself."""
        wanted = self._lines() + more
        async with asyncio.timeout(READY_TIMEOUT_S):
            while self._lines() < wanted:
                if not self.lives:
                    raise RuntimeError(f"a node ended by itself; its log: {self.log}")
                await asyncio.sleep(READY_POLL_S)

    def _lines(self) -> int:
        return len(self._notes.read_text().split()) if self._notes.exists() else 0

    def _made(self) -> ForkServerProcess:
        return CONTEXT.Process(
            target=_live, args=(self._url, self._visits, self._began, str(self._notes), str(self.log))
        )


def _live(url: str, visits: tuple[Read, ...], began: datetime, notes: str, log: str) -> None:
    settle(log)
    asyncio.run(_take(url, visits, Clock(began), os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)))


async def _take(url: str, visits: tuple[Read, ...], clock: Clock, notes: int) -> None:
    intake = Intake(Database(url), clock)
    served_at = clock.now - timedelta(hours=1)
    async with asyncio.TaskGroup() as group:
        for read in visits * WRITERS:
            group.create_task(_report(intake, read, clock, served_at, notes))


async def _report(intake: Intake, read: Read, clock: Clock, served_at: datetime, notes: int) -> None:
    seq = 0
    while True:
        seq += 1
        clock.advance(milliseconds=20)
        beacon = Beacon(page=seq % 3 + 1, seq=seq, claimed_ms=1, served_at=served_at)
        said = Report(visit_id=read.visit_id, person_id=read.person_id, at=clock.now, beacons=[beacon])
        taken = await intake.take(said)
        os.write(notes, f"{taken.ms}\n".encode())
        seq = max(seq, taken.seq)
