"""Peak memory of a server above its idle size, for an upload of 1 GiB and one of 10 GiB; and its temporary disk.

Ours also for the first GiB, and the first ten, of a file of 5 TiB, whose parts are too large for memory: they are
received in steps, stored, read back into the part. (The sink's zeros do for that: nothing of it looks at the bytes.)

Each upload meets a server of its own, which has only taken the small files of the warm-up: what an earlier upload has
left in the heap would hide what this one needs.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

from benchmarks.stage import Figure
from benchmarks.uploads.figures import MEMORY_BAR_MIB, at_most
from benchmarks.uploads.jobs import Shape
from benchmarks.uploads.measuring import Run, through, warm_up
from benchmarks.uploads.scenarios import GIB, MIB, QUICK
from benchmarks.uploads.servers import OURS, SIZE_MAX_BYTES, Server
from benchmarks.uploads.stores import Store
from benchmarks.uploads.wishes import Wishes

SIZES = {"1 GiB": 1, "10 GiB": 10}
# How many times `advance` is told of a step, for two servers and ours in steps.
STEPS = 3 * len(SIZES)
IN_STEPS = f"{OURS} in steps"
# "The same at 1 GiB and at 10": within a part, because how many of them are in flight at the peak is chance.
SAME_BAR_MIB = 16
# A line of the log and a page of it; no byte of a file.
DISK_BAR_MIB = 1

Start = Callable[[], AbstractAsyncContextManager[Server]]


async def memory(store: Store, starts: Mapping[str, Start], wishes: Wishes) -> list[Figure]:
    """For each server and size: the peak, and what went to disk."""
    found = list[Figure]()
    for name, start, announced_bytes in (
        *((name, start, 0) for name, start in starts.items()),
        (IN_STEPS, starts[OURS], SIZE_MAX_BYTES),
    ):
        runs = dict[str, Run]()
        for size, gib in SIZES.items():
            wishes.advance(f"memory, {store.name}: {name}, {size}")
            runs[size] = await _fresh(store, start, gib * GIB // (QUICK if wishes.quick else 1), announced_bytes)
        found += _figures(f"memory, {store.name}: {name}", name, runs)
    return found


async def _fresh(store: Store, start: Start, file_bytes: int, announced_bytes: int) -> Run:
    store.forget()
    shape = Shape(files=1, file_bytes=file_bytes, request_bytes=file_bytes, lanes=1)
    async with start() as server:
        await warm_up(server)
        return await through(shape, store, server, announced_bytes=announced_bytes)


def _figures(title: str, name: str, runs: Mapping[str, Run]) -> list[Figure]:
    grown_mib = {size: run.grown_bytes / MIB for size, run in runs.items()}
    disk_mib = max(run.per_gib(run.written_bytes) for run in runs.values()) / MIB
    first, last = list(grown_mib.values())
    if name not in (OURS, IN_STEPS):
        grown = [Figure(f"{title}, above idle, {size}", mib, "MiB") for size, mib in grown_mib.items()]
        return [*grown, Figure(f"{title}, to disk", disk_mib, "MiB/GiB")]
    return [
        *(at_most(f"{title}, above idle, {size}", mib, MEMORY_BAR_MIB, "MiB") for size, mib in grown_mib.items()),
        at_most(f"{title}, 10 GiB beyond 1 GiB", last - first, SAME_BAR_MIB, "MiB"),
        at_most(f"{title}, to disk", disk_mib, DISK_BAR_MIB, "MiB/GiB"),
    ]
