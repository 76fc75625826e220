"""A node that appends and sequences, until it is killed: what a server does for the log, without the rest of it.

What was acknowledged is written to a file before anything else happens: one `write`, which the kernel keeps when the
process dies. So is what was rolled back on purpose.
"""

import asyncio
import os
import random
import secrets
import signal
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from compliance import ledger
from compliance.events import Act, Event, Trail
from compliance.keys import KeyRing, MasterKey
from compliance.ledger import Alone
from compliance.sequencing import Batch, LedgerWatch, Sequencer, open_ledger
from fileserver.services import utc_now
from storage.database import Database
from storage.errors import StorageError
from tests.crash.lives import CONTEXT, READY_POLL_S, READY_TIMEOUT_S, Life, settle

ORIGIN = "crash.example/ledger"
WRITERS = 6
TOGETHER_MAX = 3  # events of one transaction
ALONE, UNDONE, SLOW = 0.5, 0.1, 0.1  # of one: how often an event stands alone, is rolled back, commits late
SLOW_S = 0.3
AWAY_S = 0.1
TURN_TIMEOUT_S, TURN_POLL_S = 2.0, 0.0005
AT_IT, IDLE = b"1", b"0"


class Undone(Exception):
    """A transaction that changed its mind."""


@dataclass(frozen=True)
class Notes:
    """Where a node's lives write what they know."""

    acknowledged: Path
    undone: Path
    turn: Path  # a byte: whether the node is at its turn of the sequencer

    def read(self) -> tuple[set[str], set[str]]:
        """(acknowledged, rolled back), of all lives until now."""
        return _lines(self.acknowledged), _lines(self.undone)


class Appender(Life):
    """One node after the other."""

    def __init__(self, database_url: str, master: bytes, folder: Path, name: str) -> None:
        super().__init__((), {}, folder / f"{name}.log")
        self.notes = Notes(*(folder / f"{name}.{each}" for each in ("acknowledged", "undone", "turn")))
        self._url, self._master, self._name, self._had = database_url, master, name, 0

    async def until_acknowledged(self) -> None:
        """Returns when this life has acknowledged something; RuntimeError when it has ended by itself."""
        async with asyncio.timeout(READY_TIMEOUT_S):
            while _size(self.notes.acknowledged) == self._had:
                if not self.lives:
                    raise RuntimeError(f"a node ended by itself; its log: {self.log}")
                await asyncio.sleep(READY_POLL_S)

    async def until_its_turn(self) -> bool:
        """Returns in the middle of a turn of the sequencer's, which takes milliseconds; False if none comes in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(TURN_TIMEOUT_S):
                while self.lives:
                    if self.notes.turn.read_bytes() == AT_IT:
                        return True
                    await asyncio.sleep(TURN_POLL_S)
        return False

    def _made(self) -> ForkServerProcess:
        self.notes.turn.write_bytes(IDLE)
        self._had = _size(self.notes.acknowledged)
        seed = f"{self._name} {self.count}"
        return CONTEXT.Process(target=_live, args=(self._url, self._master, self.notes, seed, str(self.log)))


class _Watched(Sequencer):
    """Writes down when it is at its turn."""

    turns: int

    async def turn(self) -> Batch:
        """As ever."""
        os.pwrite(self.turns, AT_IT, 0)
        try:
            return await super().turn()
        finally:
            os.pwrite(self.turns, IDLE, 0)


def _live(url: str, master: bytes, notes: Notes, seed: str, log: str) -> None:
    settle(log)
    asyncio.run(_node(url, master, notes, random.Random(seed)))


async def _node(url: str, master: bytes, notes: Notes, chance: random.Random) -> None:
    """Begins again whenever PostgreSQL is away, and looks at the tree each time, as a server does."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    turns = os.open(notes.turn, os.O_WRONLY)
    while not ended.is_set():
        database = Database(url)
        with suppress(StorageError):
            keys = KeyRing(MasterKey(master))
            await keys.refresh(database)
            await open_ledger(database, keys, named=ORIGIN, otherwise=ORIGIN)
            sequencer = _Watched(database, keys, LedgerWatch(30), utc_now)
            sequencer.turns = turns
            async with sequencer.running():
                await _write(database, notes, chance, ended)
        await database.close()
        await asyncio.sleep(AWAY_S)


async def _write(database: Database, notes: Notes, chance: random.Random, ended: asyncio.Event) -> None:
    alone = Alone(database, utc_now)
    acknowledged, undone = _open(notes.acknowledged), _open(notes.undone)

    async def writer() -> None:
        while not ended.is_set():
            ids = [secrets.token_hex(8) for _ in range(chance.randint(1, TOGETHER_MAX))]
            try:
                await _append(database, alone, ids, chance)
            except Undone:
                os.write(undone, _text(ids))
            else:
                os.write(acknowledged, _text(ids))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(WRITERS):
                group.create_task(writer())
    except* StorageError as errors:
        raise StorageError from errors
    finally:
        os.close(acknowledged)
        os.close(undone)


async def _append(database: Database, alone: Alone, ids: list[str], chance: random.Random) -> None:
    kind = chance.random()
    if kind < ALONE:
        for each in ids:
            await alone.append(_event(each))
        return
    async with database.transaction() as tx:
        for each in ids:
            await ledger.append(tx, _event(each))
        if kind > 1 - SLOW:
            await asyncio.sleep(chance.uniform(0, SLOW_S))
        elif kind > 1 - SLOW - UNDONE:
            raise Undone


def _event(name: str) -> Event:
    return Trail(role="system").event(Act.SYSTEM_UPLOAD_EXPIRE, obj=f"upload:{name}")


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _text(ids: list[str]) -> bytes:
    return "".join(f"{each}\n" for each in ids).encode()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _lines(path: Path) -> set[str]:
    return set(path.read_text().split()) if path.exists() else set()
