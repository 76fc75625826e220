"""One very long file, interrupted again and again: the client walks away, or the server is killed.

Its bytes are made while they are sent, from a seed, so that no copy of the file exists anywhere but in the store.
"""

import asyncio
import hashlib
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from yarl import URL

from fileserver.services import s3_settings
from storage.objects import ObjectStore
from tests.crash.check import look
from tests.crash.client import PAUSE_S, patience
from tests.crash.files import MIB
from tests.crash.journal import Journal, Told
from tests.crash.later import later
from tests.crash.lives import Life
from tests.crash.rows import Rows
from tests.crash.stage import Stage, stage
from tests.crash.tus import Answer, Cut, Door, body, opened_door, patch_headers

BLOCK_BYTES = MIB
SLICE_BYTES = 256 << 10
NUMBER_BYTES = 8
VERIFY_PATIENCE_S = 3600.0
DAY = timedelta(days=1)

Say = Callable[[int], None]  # hears how many bytes are acknowledged


@dataclass(frozen=True)
class LongFile:
    """A file of any length: each block is a rotation of a random one, with its number in front."""

    length: int
    seed: int
    _base: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_base", random.Random(f"long {self.seed}").randbytes(2 * BLOCK_BYTES))

    def block(self, number: int) -> bytes:
        """The whole block, also if the file ends within it."""
        start = number * 7919 % BLOCK_BYTES
        return number.to_bytes(NUMBER_BYTES, "big") + self._base[start : start + BLOCK_BYTES - NUMBER_BYTES]

    def slices(self, start: int, stop: int) -> Iterator[memoryview]:
        """These bytes in pieces."""
        while start < stop:
            number, inside = divmod(start, BLOCK_BYTES)
            block = memoryview(self.block(number))[inside : inside + min(BLOCK_BYTES - inside, stop - start)]
            for begin in range(0, len(block), SLICE_BYTES):
                yield block[begin : begin + SLICE_BYTES]
            start += len(block)

    def sha256(self) -> str:
        """Of all bytes, which are made for it once."""
        sha256 = hashlib.sha256()
        for piece in self.slices(0, self.length):
            sha256.update(piece)
        return sha256.hexdigest()


@dataclass(frozen=True)
class LongPlan:
    """How long, and how often interrupted."""

    length: int
    cuts: int
    seed: int


@dataclass
class LongRun:
    """One upload on its way through all interruptions."""

    plan: LongPlan
    staged: Stage
    door: Door
    journal: Journal
    file: LongFile
    told: Told
    cuts: list[int]  # offsets still to come
    chance: random.Random
    say: Say
    sent_bytes: int = 0
    idle_bytes: int = 0
    peak_bytes: int = 0
    rising: asyncio.Task[None] | None = None  # a server that was killed and begins again

    @property
    def node(self) -> Life:
        """The only server."""
        return self.staged.nodes[0]

    async def bring(self) -> None:
        """Every byte."""
        offset = 0
        while offset < self.file.length:
            await self._send(offset)
            offset = await self._ask()
            self.say(offset)

    async def _send(self, offset: int) -> None:
        length = self.file.length - offset
        self.told.sent_end = self.file.length
        pause_at = max(0, self.cuts[0] - offset) if self.cuts else None
        pieces = body(self.file.slices(offset, self.file.length), self._sent, pause_at, self._interrupt)
        await self._request("PATCH", self.told.path, patch_headers(offset, length), pieces)
        if self.rising:
            await self.rising
        self.peak_bytes = max(self.peak_bytes, memory_of(self.node.pid, "VmHWM"))

    async def _interrupt(self) -> None:
        """At the next cut: the server dies, or the client goes."""
        self.cuts.pop(0)
        self.peak_bytes = max(self.peak_bytes, memory_of(self.node.pid, "VmHWM"))
        if self.chance.random() < 0.5:
            self.journal.kills["server"] += 1
            self.rising = asyncio.create_task(self._next_life())
            await asyncio.shield(self.rising)  # the end of its connection ends this request, hence this wait
        else:
            self.journal.acts["walked away"] += 1
        raise Cut

    async def _next_life(self) -> None:
        await self.node.kill()
        await self.begin_server()

    async def begin_server(self) -> None:
        """Its next life, and how big it is before it has done anything."""
        self.node.begin()
        await self.staged.nodes[0].until_ready()
        self.idle_bytes = max(self.idle_bytes, memory_of(self.node.pid, "VmRSS"))

    async def _ask(self) -> int:
        for _ in patience("HEAD"):
            answer = await self._request("HEAD", self.told.path)
            if answer and answer.status == HTTPStatus.OK and answer.offset is not None:
                self.told.hears(self.journal, answer.offset, "HEAD")
                return answer.offset
            await asyncio.sleep(PAUSE_S)
        raise AssertionError("patience() raises")

    async def told_sha256(self) -> str | None:
        """The server's, once it knows it."""
        for _ in patience("the SHA-256", VERIFY_PATIENCE_S):
            answer = await self._request("GET", f"/api/v1{self.told.path}")
            if answer and answer.status == HTTPStatus.OK and answer.document["state"] in ("complete", "failed"):
                return str(answer.document["sha256"])
            await asyncio.sleep(PAUSE_S)
        return None

    def _sent(self, count: int) -> None:
        self.sent_bytes += count

    async def _request(self, method: str, path: str, *more: Any) -> Answer | None:
        return await self.door.ask(method, path, self.staged.tokens[0], *more)


async def run_long(plan: LongPlan, say: Say = lambda _: None) -> dict[str, Any]:
    """The summary; its violations are empty if every promise was kept."""
    chance, file, journal = random.Random(f"cuts {plan.seed}"), LongFile(plan.length, plan.seed), Journal()
    expected = await asyncio.to_thread(file.sha256)
    with tempfile.TemporaryDirectory(prefix="sealshare-crash-") as folder:
        async with (
            stage(Path(folder), nodes=1, people=1) as staged,
            opened_door([staged.nodes[0].url], chance, journal) as door,
            ObjectStore(s3_settings(staged.config)) as store,
        ):
            cuts = sorted(chance.randrange(plan.length) for _ in range(plan.cuts))
            one = LongRun(plan, staged, door, journal, file, Told(""), cuts, chance, say)
            times = await _bring_and_verify(one, expected)
            await _compare_and_forget(one, store, expected)
    return _summary(one, times)


async def _bring_and_verify(one: LongRun, expected: str) -> dict[str, float]:
    one.staged.worker.begin()
    await one.begin_server()
    began_s = time.monotonic()
    created = await one.door.ask("POST", "/uploads/", one.staged.tokens[0], {"Upload-Length": str(one.file.length)})
    assert created is not None
    one.told.path = URL(created.headers["Location"]).path
    await one.bring()
    brought_s = time.monotonic()
    if (told := await one.told_sha256()) != expected:
        one.journal.violated("wrong SHA-256", one.told.path, f"{told} instead of {expected}")
    return {"upload_s": brought_s - began_s, "until_sha256_s": time.monotonic() - brought_s}


async def _compare_and_forget(one: LongRun, store: ObjectStore, expected: str) -> None:
    """Reads the object back, deletes the upload, and looks for what is left."""
    staged, sha256 = one.staged, hashlib.sha256()
    rows = Rows(staged.config.database_url.get_secret_value())
    async for piece in store.read(await rows.object_key(one.told.path.rpartition("/")[2])):
        sha256.update(piece)
    if sha256.hexdigest() != expected:
        one.journal.violated("wrong bytes", one.told.path, f"stored are {sha256.hexdigest()}")
    await one.door.ask("DELETE", one.told.path, staged.tokens[0])
    for life in (*staged.nodes, staged.worker):
        await life.stop()
    async with later(staged.config, rows) as time_after:
        await time_after.pass_by(DAY)
    found = await look(rows, store, s3_settings(staged.config))
    one.journal.violations += [*found.broken, *found.orphans, *found.leftovers]


def memory_of(pid: int, line: str) -> int:
    """A figure of proc_pid_status(5) in bytes; 0 when the process is gone."""
    try:
        found = re.search(rf"{line}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def _summary(one: LongRun, times: dict[str, float]) -> dict[str, Any]:
    return {
        "target": "long",
        "seed": one.plan.seed,
        "bytes": one.plan.length,
        "cuts": {**one.journal.kills, **one.journal.acts},
        **{name: round(value, 1) for name, value in times.items()},
        "mib_per_s": round(one.plan.length / MIB / times["upload_s"], 1),
        "sent_twice_bytes": one.sent_bytes - one.plan.length,
        "server_idle_mib": one.idle_bytes // MIB,
        "server_peak_mib": one.peak_bytes // MIB,
        "answers": dict(sorted(one.journal.answers.items())),
        "violations": [asdict(each) for each in one.journal.violations],
    }
