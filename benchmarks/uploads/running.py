"""The upload benchmarks from beginning to end."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from benchmarks.stage import Figure
from benchmarks.uploads import memory, resuming
from benchmarks.uploads.figures import figures
from benchmarks.uploads.least import PATHS, least
from benchmarks.uploads.measuring import compare, warm_up
from benchmarks.uploads.scenarios import SCENARIOS, Scenario
from benchmarks.uploads.servers import OURS, THEIRS, Server, ours, peer
from benchmarks.uploads.stores import SEAWEEDFS, SINK, STORES, Store
from benchmarks.uploads.wishes import Wishes
from fileserver.services import Services

RESUME, MEMORY = "resume", "memory"
NAMES = (*(scenario.name for scenario in SCENARIOS), RESUME, MEMORY)
CONTENDERS = {SINK: 3, SEAWEEDFS: 4}


def steps(wishes: Wishes) -> int:
    """How many times `wishes.advance` will be told of a step."""
    found = 0
    for name in wishes.stores:
        found += sum(wishes.rounds * _contenders(each, name) for each in _scenarios(wishes))
        found += resuming.steps(wishes) if wishes.wants(RESUME) else 0
        found += memory.STEPS if wishes.wants(MEMORY) and name == SINK else 0
    return found


def _contenders(scenario: Scenario, store: str) -> int:
    beside = len(PATHS) if scenario.is_small and store != SINK else 0
    return CONTENDERS[store] + 2 * scenario.has_parts(store) + beside


async def run(services: Services, wishes: Wishes) -> list[Figure]:
    """Every wanted figure. Raises PeerMissing, ClientFailed."""
    found = list[Figure]()
    for name in wishes.stores:
        async with STORES[name](services) as store:
            found += await _rates(services, store, wishes)
            if wishes.wants(MEMORY) and name == SINK:
                found += await memory.memory(store, _starts(services, store), wishes)
    return [*found, _load()]


def _load() -> Figure:
    """How busy this machine was at last: with much more than one for each core, only processor times mean something."""
    return Figure("load average over 5 minutes", os.getloadavg()[1], "tasks", f"{os.cpu_count()} cores")


def _starts(services: Services, store: Store) -> dict[str, memory.Start]:
    return {OURS: lambda: ours(services, store.settings), THEIRS: lambda: peer(store.settings)}


def _scenarios(wishes: Wishes) -> list[Scenario]:
    return [scenario for scenario in SCENARIOS if wishes.wants(scenario.name)]


async def _rates(services: Services, store: Store, wishes: Wishes) -> list[Figure]:
    """What needs both servers side by side."""
    found, wanted = list[Figure](), _scenarios(wishes)
    if not wanted and not wishes.wants(RESUME):
        return []
    async with _standing(services, store) as servers:
        for scenario in wanted:
            sized = scenario.sized(quick=wishes.quick)
            async with _least(services, store, sized) as beside:
                found += figures(sized, store, await compare(sized, store, [*servers, *beside], wishes))
        if wishes.wants(RESUME):
            found += await resuming.resume(store, servers, wishes)
    return found


@asynccontextmanager
async def _least(services: Services, store: Store, scenario: Scenario) -> AsyncIterator[list[Server]]:
    """What any server could do at best, beside small files on their way to a real store."""
    if not scenario.is_small or store.counts:
        yield []
        return
    async with least(services, store.settings) as beside:
        for server in beside:
            await warm_up(server)
        yield beside


@asynccontextmanager
async def _standing(services: Services, store: Store) -> AsyncIterator[list[Server]]:
    """Both servers before the store, warm."""
    async with AsyncExitStack() as stack:
        servers = [
            await stack.enter_async_context(ours(services, store.settings)),
            await stack.enter_async_context(peer(store.settings)),
        ]
        for server in servers:
            await warm_up(server)
        yield servers
