"""Who kills what, and when: each at random moments, as often as asked, and whatever was killed begins anew."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tests.crash.journal import Journal
from tests.crash.stage import Stage

SERVER_LIFE_MAX_S = 0.8  # until the next kill, of any of the nodes
ENGINE_LIFE_MAX_S = 3.0
BEFORE_READY = 0.1  # of one: how often a node is killed while it still starts
WITH_WORKER = 0.04  # of one: how often the worker dies too
BACKEND = 0.5  # of one: how often it is one session of PostgreSQL and not all of it
MOVE_POLL_S = 0.05
TARGETS = ("server", "seaweedfs", "postgres", "moves", "all")
RARER = 10


@dataclass(frozen=True)
class Leg:
    """A stretch of a run: what is killed, and how often."""

    target: str
    deaths: int


def legs_of(target: str, deaths: int) -> tuple[Leg, ...]:
    """One stretch, or for "all" every kind one after the other, the engines a tenth as often."""
    if target != "all":
        return (Leg(target, deaths),)
    rarer = max(1, deaths // RARER)
    return (Leg("server", deaths), Leg("seaweedfs", rarer), Leg("postgres", rarer), Leg("moves", rarer))


Say = Callable[[Journal, Leg, int], None]  # hears how many deaths of the leg there have been


@dataclass(frozen=True)
class Killer:
    """Sees to every death of a run."""

    stage: Stage
    chance: random.Random
    journal: Journal

    async def servers(self) -> None:
        """One node, and now and then the worker."""
        await asyncio.sleep(self.chance.uniform(0, SERVER_LIFE_MAX_S))
        node = self.chance.choice(self.stage.nodes)
        if self.chance.random() >= BEFORE_READY:
            await node.until_ready()
        await node.kill()
        node.begin()
        self.journal.kills["server"] += 1
        if self.chance.random() < WITH_WORKER:
            await self.stage.worker.kill()
            self.stage.worker.begin()
            self.journal.kills["worker"] += 1

    async def seaweedfs(self) -> None:
        """The object store."""
        await asyncio.sleep(self.chance.uniform(0, ENGINE_LIFE_MAX_S))
        await self.stage.kill_seaweedfs()
        self.journal.kills["seaweedfs"] += 1

    async def postgres(self) -> None:
        """All of it, or one of its sessions, upon which it throws out the others."""
        await asyncio.sleep(self.chance.uniform(0, ENGINE_LIFE_MAX_S))
        if self.chance.random() < BACKEND:
            self.journal.kills["postgres session"] += self.stage.kill_backend(self.chance)
        else:
            await self.stage.kill_postgres()
            self.journal.kills["postgres"] += 1

    async def moves(self) -> None:
        """Nobody dies: a request is left hanging on one node while the upload goes on at another."""
        await asyncio.sleep(MOVE_POLL_S)

    async def carry_out(self, leg: Leg, say: Say) -> None:
        """As many deaths as ordered; `say` hears of each."""
        journal = self.journal
        ways: Mapping[str, tuple[Callable[[], Awaitable[None]], Callable[[], int]]] = {
            "server": (self.servers, lambda: journal.kills["server"]),
            "seaweedfs": (self.seaweedfs, lambda: journal.kills["seaweedfs"]),
            "postgres": (self.postgres, lambda: journal.kills["postgres"] + journal.kills["postgres session"]),
            "moves": (self.moves, lambda: journal.acts["left hanging"]),
        }
        death, count = ways[leg.target]
        before = count()
        while count() - before < leg.deaths:
            await death()
            say(journal, leg, count() - before)
