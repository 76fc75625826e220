"""The upload benchmarks from beginning to end."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from benchmarks.stage import Figure
from benchmarks.uploads.figures import figures
from benchmarks.uploads.measuring import compare, warm_up
from benchmarks.uploads.scenarios import SCENARIOS
from benchmarks.uploads.servers import Server, ours, peer
from benchmarks.uploads.stores import STORES, Store
from benchmarks.uploads.wishes import Wishes
from fileserver.services import Services

NAMES = tuple(scenario.name for scenario in SCENARIOS)


async def run(services: Services, wishes: Wishes) -> list[Figure]:
    """Every wanted figure. Raises PeerMissing, ClientFailed."""
    found = list[Figure]()
    wanted = [scenario for scenario in SCENARIOS if wishes.wants(scenario.name)]
    for name in wishes.stores if wanted else ():
        async with _standing(services, name) as (store, servers):
            for scenario in wanted:
                sized = scenario.sized(store.name, quick=wishes.quick)
                found += figures(sized, store, await compare(sized, store, servers, wishes))
    return found


@asynccontextmanager
async def _standing(services: Services, name: str) -> AsyncIterator[tuple[Store, list[Server]]]:
    """A store and both servers before it, warm."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(STORES[name](services))
        servers = [
            await stack.enter_async_context(ours(services, store.settings)),
            await stack.enter_async_context(peer(store.settings)),
        ]
        for server in servers:
            await warm_up(server)
        yield store, servers
