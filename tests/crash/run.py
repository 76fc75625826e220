"""One run: clients upload while something is killed again and again; then time passes, and everything is looked at."""

import asyncio
import hashlib
import json
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from fileserver.services import s3_settings
from storage.objects import ObjectStore
from tests.crash.check import Found, look
from tests.crash.client import Manners
from tests.crash.direct import EitherWay
from tests.crash.files import Files
from tests.crash.journal import Journal, Violation
from tests.crash.killers import Killer, Leg, Say, legs_of
from tests.crash.later import later
from tests.crash.rows import Rows
from tests.crash.stage import Stage, stage
from tests.crash.tus import opened_door

KILLS_PER_PERSON = 25  # each kill may leave an upload whose maker never learns its address, and a person may have 100
PEOPLE_MIN = 8
HANGING_IN_MOVES = 0.6  # of one: how many PATCHes
IN_STEPS = 0.5  # of one: how many lives of servers receive parts in steps; an upload may go on in one that doesn't
EVIDENCE = Path(".cache/crash")
DAY = timedelta(days=1)
LOG_BYTES_MAX = 8 << 20


@dataclass(frozen=True)
class Plan:
    """What to run."""

    target: str  # of killers.TARGETS
    kills: int
    seed: int
    clients: int = 4
    nodes: int = 2

    @property
    def legs(self) -> tuple[Leg, ...]:
        """What is killed one after the other."""
        return legs_of(self.target, self.kills)

    @property
    def deaths(self) -> int:
        """In all."""
        return sum(leg.deaths for leg in self.legs)

    @property
    def evidence_folder(self) -> Path:
        """Where rows and logs go if a promise was broken."""
        return EVIDENCE / f"{self.target}-{self.kills}-{self.seed}"


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    plan: Plan
    journal: Journal
    found: tuple[Found, Found]  # when everybody had finished, and after what was unfinished had expired
    failed_jobs: int
    lives: int
    took_s: float

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Everything that may not be. What crashes left may be there until the sweep has been."""
        settled, in_the_end = self.found
        looked = (*settled.broken, *in_the_end.broken, *in_the_end.orphans, *in_the_end.leftovers)
        return (*self.journal.violations, *dict.fromkeys(looked))

    def summary(self) -> dict[str, Any]:
        """For people and programs."""
        journal = self.journal
        return {
            "target": self.plan.target,
            "seed": self.plan.seed,
            "kills": dict(journal.kills),
            "lives": self.lives,
            "took_s": round(self.took_s, 1),
            "files": journal.finished,
            "bytes": journal.finished_bytes,
            "sent_bytes": journal.sent_bytes,
            "acts": dict(journal.acts),
            "answers": dict(sorted(journal.answers.items())),
            "left_until_swept": len(self.found[0].orphans) + len(self.found[0].leftovers),
            "failed_jobs": self.failed_jobs,
            "violations": [asdict(each) for each in self.violations],
        }


async def run(plan: Plan, say: Say = lambda *_: None) -> Outcome:
    """The whole of it. Violations are in the outcome, and their evidence in a folder of its own."""
    began_s, journal = time.monotonic(), Journal()
    with tempfile.TemporaryDirectory(prefix="sealshare-crash-") as folder:
        people = max(PEOPLE_MIN, plan.deaths // KILLS_PER_PERSON)
        lives = random.Random(f"lives {plan.seed}")
        in_steps = partial(_happens, lives, IN_STEPS)
        async with stage(Path(folder), nodes=plan.nodes, people=people, in_steps=in_steps) as staged:
            rows = Rows(staged.config.database_url.get_secret_value())
            async with ObjectStore(s3_settings(staged.config)) as store:
                await _kill_and_upload(plan, staged, rows, store, journal, say)
                found = await _look_twice(staged, rows, store, journal)
            failed = await rows.query("SELECT 1 FROM procrastinate_jobs WHERE status = 'failed'")
            count = sum(node.count for node in staged.nodes)
            outcome = Outcome(plan, journal, found, len(failed), count, time.monotonic() - began_s)
            if outcome.violations:
                await _keep_evidence(outcome, rows, [staged.worker.log, *(node.log for node in staged.nodes)])
    return outcome


async def _kill_and_upload(
    plan: Plan, staged: Stage, rows: Rows, store: ObjectStore, journal: Journal, say: Say
) -> None:
    files, killer = Files(plan.seed), Killer(staged, random.Random(f"kills {plan.seed}"), journal)
    manners, over = Manners(), asyncio.Event()
    for life in (*staged.nodes, staged.worker):
        life.begin()
    for node in staged.nodes:
        await node.until_ready()
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        for number in range(plan.clients):
            chance = random.Random(f"client {number} {plan.seed}")
            door = await stack.enter_async_context(opened_door([node.url for node in staged.nodes], chance, journal))
            client = EitherWay(door, journal, files, rows, store, staged.tokens, manners)
            group.create_task(client.run(over.is_set))
        for leg in plan.legs:
            manners.leaves_hanging = HANGING_IN_MOVES if leg.target == "moves" else Manners.leaves_hanging
            await killer.carry_out(leg, say)
        over.set()
        for node in staged.nodes:
            await node.until_ready()
    for life in (*staged.nodes, staged.worker):
        await life.stop()


async def _look_twice(staged: Stage, rows: Rows, store: ObjectStore, journal: Journal) -> tuple[Found, Found]:
    """First what may still go on; then, after all that has expired, what is left."""
    settings = s3_settings(staged.config)
    async with later(staged.config, rows) as time_after:
        await time_after.pass_by(timedelta(0))
        settled = await look(rows, store, settings)
        await time_after.pass_by(timedelta(seconds=staged.config.upload_expiry_s) + DAY)
        in_the_end = await look(rows, store, settings)
    for path, sha256 in journal.kept.items():
        upload_id = path.rpartition("/")[2]
        if await _sha256(rows, store, upload_id) != sha256:
            journal.violated("wrong bytes", upload_id, "in the end")
    return settled, in_the_end


def _happens(chance: random.Random, how_often: float) -> bool:
    return chance.random() < how_often


async def _sha256(rows: Rows, store: ObjectStore, upload_id: str) -> str:
    sha256 = hashlib.sha256()
    async for piece in store.read(await rows.object_key(upload_id)):
        sha256.update(piece)
    return sha256.hexdigest()


async def _keep_evidence(outcome: Outcome, rows: Rows, logs: Sequence[Path]) -> None:
    folder = outcome.plan.evidence_folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in (("summary", outcome.summary()), ("rows", await rows.dump())):
        text = json.dumps(document, indent=2, default=str, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    for log in logs:
        if log.exists():
            (folder / log.name).write_bytes(log.read_bytes()[-LOG_BYTES_MAX:])
