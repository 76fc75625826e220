"""One scenario before one store: every contender in turn, round after round."""

import asyncio
import os
import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from benchmarks.processes import Tree
from benchmarks.uploads.jobs import Job, Result, Shape, Way, perform
from benchmarks.uploads.scenarios import GIB, MIB, Scenario
from benchmarks.uploads.servers import OURS, Server
from benchmarks.uploads.stores import Store
from benchmarks.uploads.wishes import Wishes

LOAD, STRAIGHT = "benchmarks.uploads.load", "benchmarks.uploads.plain"
SLOWEST = 0.99
RAW, PLAIN, RELAY, DIRECT = "raw", "plain", "relay", "direct"
CHECKED: Way = "checked"
DIRECT_PATH = "/uploads/s3/multipart"
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
Contender = Callable[[], Awaitable[Run]]


def middle(runs: Sequence[Run], of: Callable[[Run], float]) -> float:
    """The median."""
    return statistics.median(of(run) for run in runs)


async def compare(scenario: Scenario, store: Store, servers: Sequence[Server], wishes: Wishes) -> Runs:
    """Every contender's rounds; who begins changes from round to round. Raises ClientFailed."""
    contenders = _contenders(scenario, store, servers)
    runs: Runs = {name: [] for name in contenders}
    names = list(contenders)
    for number in range(wishes.rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            wishes.advance(f"{scenario.name}, {store.name}: {name}")
            store.forget()
            await asyncio.to_thread(os.sync)  # what one has left to be written would slow the next down
            runs[name].append(await contenders[name]())
    return runs


async def warm_up(server: Server) -> None:
    """Small files, so that no round pays for first connections and imports."""
    await perform(LOAD, server.job(WARM_UP))


async def through(shape: Shape, store: Store, server: Server, *, announced_bytes: int = 0) -> Run:
    """Uploads through a server, and what it spends on them. `announced_bytes`: see Job."""
    rest, cpu_s, database_cpu_s = server.tree.rest(), server.tree.cpu_s(), _cpu_s(server.database)
    result = await perform(LOAD, server.job(shape, announced_bytes=announced_bytes))
    return Run(
        total_bytes=shape["files"] * shape["file_bytes"],
        result=result,
        cpu_s=server.tree.cpu_s() - cpu_s,
        database_cpu_s=_cpu_s(server.database) - database_cpu_s,
        grown_bytes=rest.grown_bytes(),
        written_bytes=rest.since_written_bytes(),
        requests=store.requests(),
    )


def _contenders(scenario: Scenario, store: Store, servers: Sequence[Server]) -> dict[str, Contender]:
    """Both servers; and what needs none: the raw client before the sink, presigned requests before a real store."""
    found: dict[str, Contender] = {server.name: partial(through, scenario.shape, store, server) for server in servers}
    if store.tree is None:
        found |= {PLAIN: partial(_plain, scenario, store), RELAY: partial(_plain, scenario, store, relay=store.relay)}
        mine = next(server for server in servers if server.name == OURS)
        if not scenario.has_parts(store.name):
            return found
        checked = partial(_plain, scenario, store, way=CHECKED)
        return found | {CHECKED: checked, DIRECT: partial(_direct, scenario, store, mine)}
    return found | {RAW: partial(_raw, scenario, store, store.tree)}


async def _raw(scenario: Scenario, store: Store, tree: Tree) -> Run:
    host, port = store.address
    cpu_s = tree.cpu_s()
    result = await perform(LOAD, Job(way="put", host=host, port=port, path="/raw/raw", **scenario.shape))
    return Run(total_bytes=scenario.total_bytes, result=result, cpu_s=tree.cpu_s() - cpu_s)


async def _direct(scenario: Scenario, store: Store, server: Server) -> Run:
    cpu_s, database_cpu_s = server.tree.cpu_s(), _cpu_s(server.database)
    path, headers = f"http://{server.host}:{server.port}{DIRECT_PATH}", server.headers
    job = replace(_job(scenario, store), way="direct", path=path, headers=headers)
    return Run(
        total_bytes=scenario.total_bytes,
        result=await perform(STRAIGHT, job),
        cpu_s=server.tree.cpu_s() - cpu_s,
        database_cpu_s=_cpu_s(server.database) - database_cpu_s,
    )


async def _plain(scenario: Scenario, store: Store, *, way: Way = "presigned", relay: int = 0) -> Run:
    job = replace(_job(scenario, store), way=way, relay=relay)
    return Run(total_bytes=scenario.total_bytes, result=await perform(STRAIGHT, job))


def _job(scenario: Scenario, store: Store) -> Job:
    """Straight to the store."""
    host, port = store.address
    return Job(
        way="presigned", host=host, port=port, path="", at_once=scenario.parts_at_once, store=store.credentials,
        **scenario.shape,
    )  # fmt: skip


def _cpu_s(tree: Tree | None) -> float:
    return tree.cpu_s() if tree else 0.0
