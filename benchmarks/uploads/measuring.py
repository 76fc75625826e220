"""One scenario before one store: every server in turn, round after round, and the client without any server."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.processes import Tree
from benchmarks.uploads.jobs import Job, Result, Shape, perform
from benchmarks.uploads.scenarios import GIB, MIB, Scenario
from benchmarks.uploads.servers import Server
from benchmarks.uploads.stores import Store
from benchmarks.uploads.wishes import Wishes

LOAD = "benchmarks.uploads.load"
SLOWEST = 0.99
RAW = "raw"
WARM_UP = Shape(files=8, file_bytes=MIB, request_bytes=0, lanes=1)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One contender's round."""

    total_bytes: int
    result: Result
    cpu_s: float = 0.0
    database_cpu_s: float = 0.0
    grown_bytes: int = 0
    written_bytes: int = 0
    requests: dict[str, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Bytes per second."""
        return self.total_bytes / self.result.took_s

    @property
    def files_rate(self) -> float:
        """Files per second."""
        return len(self.result.files_s) / self.result.took_s

    @property
    def slowest_s(self) -> float:
        """What 99 of 100 files did not exceed."""
        return sorted(self.result.files_s)[int(SLOWEST * (len(self.result.files_s) - 1))]

    def per_gib(self, amount: float) -> float:
        """The amount for each GiB of files."""
        return amount * GIB / self.total_bytes


Runs = dict[str, list[Run]]


def middle(runs: Sequence[Run], of: Callable[[Run], float]) -> float:
    """The median."""
    return statistics.median(of(run) for run in runs)


async def compare(scenario: Scenario, store: Store, servers: Sequence[Server], wishes: Wishes) -> Runs:
    """Every contender's rounds. Raises ClientFailed."""
    runs: Runs = {server.name: [] for server in servers}
    for number in range(wishes.rounds):
        turn = number % len(servers)
        for server in [*servers[turn:], *servers[:turn]]:
            wishes.advance(f"{scenario.name}, {store.name}: {server.name}")
            runs[server.name].append(await _through(scenario, store, server))
        if store.tree is not None:
            wishes.advance(f"{scenario.name}, {store.name}: {RAW}")
            runs.setdefault(RAW, []).append(await _raw(scenario, store, store.tree))
    return runs


async def warm_up(server: Server) -> None:
    """Small files, so that no round pays for first connections and imports."""
    await perform(LOAD, server.job(WARM_UP))


async def _through(scenario: Scenario, store: Store, server: Server) -> Run:
    store.forget()
    rest, cpu_s, database_cpu_s = server.tree.rest(), server.tree.cpu_s(), _cpu_s(server.database)
    result = await perform(LOAD, server.job(scenario.shape))
    return Run(
        total_bytes=scenario.total_bytes,
        result=result,
        cpu_s=server.tree.cpu_s() - cpu_s,
        database_cpu_s=_cpu_s(server.database) - database_cpu_s,
        grown_bytes=rest.grown_bytes(),
        written_bytes=rest.since_written_bytes(),
        requests=store.requests(),
    )


async def _raw(scenario: Scenario, store: Store, tree: Tree) -> Run:
    host, port = store.address
    store.forget()
    cpu_s = tree.cpu_s()
    job = Job(way="put", host=host, port=port, path="/raw/raw", **scenario.shape)
    result = await perform(LOAD, job)
    return Run(total_bytes=scenario.total_bytes, result=result, cpu_s=tree.cpu_s() - cpu_s, requests=store.requests())


def _cpu_s(tree: Tree | None) -> float:
    return tree.cpu_s() if tree else 0.0
