"""Target `ledger`: nodes append and sequence while they, PostgreSQL's sessions and PostgreSQL are killed.

What must hold: every acknowledged event has one place, none that was rolled back has one; a place that was ever seen
keeps its event, and a size its root; the tree that is there in the end is the one that its leaves make, under every
checkpoint that was signed on the way.
"""

import asyncio
import json
import random
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import select

from compliance.keys import KeyRing, MasterKey
from compliance.sequencing import LedgerWatch, Sequencer, check_tree
from fileserver.services import utc_now
from storage.database import Database
from storage.engines.account import engine_account, give
from storage.engines.folder import prepare_folder
from storage.engines.postgres import Postgres, binaries
from storage.engines.seaweedfs import binary
from storage.errors import StorageError
from storage.migrations import migrate
from storage.schema import ledger_checkpoint, ledger_leaf
from tests.contract.ledger.replay import replay
from tests.crash.journal import Violation
from tests.crash.ledger_node import ORIGIN, Appender
from tests.crash.stage import _is_session, _restart

NODE_LIFE_MAX_S = 0.6  # after its first acknowledged event
BEFORE_READY = 0.1  # of one: how often a node is killed while it still starts
AT_ITS_TURN = 0.6  # of one: how often one that works is killed while it sequences
SESSION, SERVER = 0.15, 0.03  # of one: how often a session of PostgreSQL dies, or all of it, and not a node
LOOK_S = 0.05
RECOVERY_MAX_S = 30.0
LOOK_BACK = 500  # places


@dataclass(frozen=True)
class LedgerPlan:
    """What to run."""

    kills: int
    seed: int
    nodes: int = 2


@dataclass
class Seen:
    """What an observer saw on the way."""

    places: dict[int, int] = field(default_factory=dict)
    roots: dict[int, bytes] = field(default_factory=dict)
    contradictions: list[Violation] = field(default_factory=list)

    def see(self, places: dict[int, int], roots: dict[int, bytes]) -> None:
        """Whatever was seen before must be the same."""
        for kind, old, new in (("place", self.places, places), ("size", self.roots, roots)):
            for key in old.keys() & new.keys():
                if old[key] != new[key]:
                    self.contradictions.append(Violation(f"{kind} reused", str(key)))
        self.places |= places
        self.roots |= roots


@dataclass(frozen=True)
class LedgerOutcome:
    """What came of it."""

    plan: LedgerPlan
    kills: Counter[str]
    lives: int
    acknowledged: int
    size: int
    checkpoints: int
    violations: tuple[Violation, ...]
    took_s: float

    def summary(self) -> dict[str, Any]:
        """For people and programs."""
        return {
            "target": "ledger",
            "seed": self.plan.seed,
            "kills": dict(self.kills),
            "lives": self.lives,
            "took_s": round(self.took_s, 1),
            "acknowledged": self.acknowledged,
            "leaves": self.size,
            "checkpoints": self.checkpoints,
            "violations": [asdict(each) for each in self.violations],
        }


async def run_ledger(plan: LedgerPlan, say: Callable[[int], None] = lambda _: None) -> LedgerOutcome:
    """The whole of it."""
    began_s, kills, seen = time.monotonic(), Counter[str](), Seen()
    master = secrets.token_bytes(32)
    with tempfile.TemporaryDirectory(prefix="sealshare-crash-") as name:
        async with _postgres(Path(name) / "engine") as (postgres, url):
            nodes = [Appender(url, master, Path(name), f"node-{number}") for number in range(plan.nodes)]
            async with _observer(url, seen):
                await _kill(plan, postgres, nodes, kills, say)
            return await _looked_at(plan, url, master, nodes, seen, kills, time.monotonic() - began_s)


@asynccontextmanager
async def _postgres(folder: Path) -> AsyncIterator[tuple[Postgres, str]]:
    prepare_folder(folder)
    account = engine_account(folder, binaries(), binary())
    give(folder, account)
    postgres = Postgres(folder / "postgres", account, profile="default")
    url = await asyncio.to_thread(postgres.start, lambda _note: None)
    try:
        await asyncio.to_thread(migrate, url)
        yield postgres, url
    finally:
        await asyncio.to_thread(postgres.stop)


async def _kill(
    plan: LedgerPlan, postgres: Postgres, nodes: list[Appender], kills: Counter[str], say: Callable[[int], None]
) -> None:
    chance = random.Random(f"kills {plan.seed}")
    for node in nodes:
        node.begin()
    lives = 0
    while kills.total() < plan.kills:
        kind = chance.random()
        if kind < SERVER:
            await asyncio.sleep(chance.uniform(0, NODE_LIFE_MAX_S))
            await asyncio.to_thread(_restart, postgres)
            kills["postgres"] += 1
        elif kind < SERVER + SESSION:
            await asyncio.sleep(chance.uniform(0, NODE_LIFE_MAX_S))
            kills["postgres session"] += _kill_session(postgres, chance)
        else:
            kills[await _kill_node(nodes[lives % len(nodes)], chance)] += 1
            lives += 1
        say(kills.total())
    for node in nodes:
        await node.until_acknowledged()
        await node.stop()


async def _kill_node(node: Appender, chance: random.Random) -> str:
    """While it starts, at any moment, or while it sequences; what it was. Another life begins at once."""
    what = "node"
    if chance.random() >= BEFORE_READY:
        await node.until_acknowledged()
        await asyncio.sleep(chance.uniform(0, NODE_LIFE_MAX_S))
        if chance.random() < AT_ITS_TURN and await node.until_its_turn():
            what = "node at its turn"
    await node.kill()
    node.begin()
    return what


def _kill_session(postgres: Postgres, chance: random.Random) -> bool:
    assert postgres.child is not None
    sessions = [each for each in psutil.Process(postgres.child.pid).children() if _is_session(each)]
    if sessions:
        chance.choice(sessions).kill()
    return bool(sessions)


@asynccontextmanager
async def _observer(url: str, seen: Seen) -> AsyncIterator[None]:
    """Looks at the newest places and heads again and again."""
    database = Database(url)

    async def watch() -> None:
        while True:
            with suppress(StorageError):
                await _look(database, seen)
            await asyncio.sleep(LOOK_S)

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await database.close()


async def _look(database: Database, seen: Seen, places_max: int = LOOK_BACK) -> None:
    leaves = select(ledger_leaf.c.index, ledger_leaf.c.event_id).order_by(ledger_leaf.c.index.desc()).limit(places_max)
    heads = select(ledger_checkpoint.c.size, ledger_checkpoint.c.root).order_by(ledger_checkpoint.c.size.desc())
    async with database.transaction() as tx:
        places = {index: event_id for index, event_id in await tx.execute(leaves)}  # noqa: C416  # rows are no pairs
        roots = {size: root for size, root in await tx.execute(heads.limit(places_max))}  # noqa: C416  # likewise
    seen.see(places, roots)


async def _recovered(database: Database) -> None:
    """Returns once the database, of which a part may just have been killed, takes questions again."""
    async with asyncio.timeout(RECOVERY_MAX_S):
        while True:
            try:
                async with database.transaction():
                    return
            except StorageError:
                await asyncio.sleep(0.1)


async def _looked_at(
    plan: LedgerPlan,
    url: str,
    master: bytes,
    nodes: list[Appender],
    seen: Seen,
    kills: Counter[str],
    took_s: float,
) -> LedgerOutcome:
    database, keys = Database(url), KeyRing(MasterKey(master))
    await _recovered(database)
    await keys.refresh(database)
    await Sequencer(database, keys, LedgerWatch(30), utc_now).catch_up()
    async with database.transaction() as tx:
        await check_tree(tx, ORIGIN, keys.ledger)
    leaves = await replay(database, ORIGIN, keys.ledger)
    await _look(database, seen, places_max=len(leaves) + 1)
    await database.close()
    held = Counter(json.loads(leaf)["obj"].removeprefix("upload:") for leaf in leaves)
    acknowledged = set[str]().union(*(node.notes.read()[0] for node in nodes))
    undone = set[str]().union(*(node.notes.read()[1] for node in nodes))
    violations = [
        *seen.contradictions,
        *(Violation("place lost", str(index)) for index in seen.places if index >= len(leaves)),
        *(Violation("lost", each) for each in acknowledged - held.keys()),
        *(Violation("rolled back, and there", each) for each in undone & held.keys()),
        *(Violation("twice", each) for each, count in held.items() if count > 1 and each),
    ]
    return LedgerOutcome(
        plan=plan,
        kills=kills,
        lives=sum(node.count for node in nodes),
        acknowledged=len(acknowledged),
        size=len(leaves),
        checkpoints=len(seen.roots),
        violations=tuple(violations),
        took_s=took_s,
    )
