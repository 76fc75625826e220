"""What trees cost: one of a million computed at once, and a large one that the follower keeps up, with its page."""

import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from benchmarks.stage import Figure, stage
from compliance.events import Act, Event, leaf_of
from compliance.spreading.cascades import FirstOpen, cascade_of, shape_of, sums_of
from compliance.spreading.following import spread_step
from compliance.spreading.growth import WINDOW
from fileserver.services import Services
from storage.database import Database, Transaction
from storage.rows import spread_figures as figures
from storage.rows.spread_counts import Dim
from storage.rows.spread_dashboard import Among
from storage.rows.spread_figures import Scope

COMPUTED = 1_000_000
TREE_BAR_S = 10.0
PEOPLE = 100_000
HANDS_MAX = 9
FORWARDING = 0.3  # of those who open
ROUNDS = 3
BAR_MS = 200.0
BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
MATERIAL, ROOT = UUID(int=1), UUID(int=2)
SCOPE = Scope(MATERIAL)
SUBJECT = Among(Dim.MATERIAL, (str(MATERIAL),))


def told(people: int) -> list[bytes]:
    """The leaves of one share that reached so many: each comes by the link of somebody who came before."""
    chance, at = random.Random(1), BEGAN  # noqa: S311  # a made-up history, the same each time
    links = [(ROOT, 0)]
    leaves = [_leaf(Act.EMPLOYEE_SHARE_CREATE, "e-1", ROOT, at)]
    for number in range(people):
        at += timedelta(seconds=20)
        link, hands = links[int(len(links) * chance.random())]
        leaves.append(_leaf(Act.VIEWER_VISIT_START, f"p-{number}", link, at))
        if hands < HANDS_MAX and chance.random() < FORWARDING:
            child = UUID(int=number + 10)
            leaves.append(_leaf(Act.VIEWER_SHARE_FORWARD, f"p-{number}", child, at, parent=str(link)))
            links.append((child, hands + 1))
    return leaves


def _leaf(act: Act, who: str, link: UUID, at: datetime, **det: str) -> bytes:
    return leaf_of(Event(act=act, who=who, obj=f"material:{MATERIAL}", link=str(link), det=det), at)


def computed(people: int = COMPUTED) -> list[Figure]:
    """A random recursive tree from its openings; then its shape.

    In seconds of a processor: whatever else runs leaves them as they are.
    """
    chance = random.Random(1)  # noqa: S311  # a made-up history, the same each time
    second = timedelta(seconds=1)
    opens = [FirstOpen(who, int(who * chance.random()), BEGAN + who * second) for who in range(1, people)]
    started = time.process_time()
    tree = cascade_of(0, BEGAN, opens)
    built = time.process_time()
    shape = shape_of(sums_of(tree))
    built_s, shaped_s = built - started, time.process_time() - built
    note, virality = f"{people:,} people", f"structural virality {shape.structural_virality:.1f}"
    return [
        Figure("a tree, built", built_s, "CPU s", f"{note}; bar {TREE_BAR_S:.0f}", built_s <= TREE_BAR_S),
        Figure(
            "a tree, its shape", shaped_s, "CPU s", f"{note}, {virality}; bar {TREE_BAR_S:.0f}", shaped_s <= TREE_BAR_S
        ),
    ]


async def run(services: Services) -> list[Figure]:  # noqa: ARG001  # a log of its own
    """Writes the log into a database of its own, follows it, and asks."""
    leaves = told(PEOPLE)
    async with stage() as own:
        await _write(own.database, leaves)
        started = time.perf_counter()
        while await spread_step(own.database, BEGAN):
            pass
        rate = len(leaves) / (time.perf_counter() - started)
        note = f"{PEOPLE:,} people in one cascade"
        return [*computed(), Figure("log followed", rate, "events/s", note), *await _ask(own.database, note)]


async def _write(database: Database, leaves: list[bytes]) -> None:
    """Straight into the tables: what is measured comes after."""
    query = text(
        "WITH told AS (INSERT INTO event (t, act, res, why, who, org, role, obj, ver, link, leaf) "
        "SELECT now(), '', 'allow', '', '', '', '', '', '', '', * FROM unnest(CAST(:leaves AS bytea[])) RETURNING id) "
        "INSERT INTO ledger_leaf (index, event_id) SELECT id - 1, id FROM told"
    )
    for start in range(0, len(leaves), 20_000):
        async with database.transaction() as tx:
            await tx.execute(query, {"leaves": leaves[start : start + 20_000]})


async def _ask(database: Database, note: str) -> list[Figure]:
    now, zone = BEGAN + timedelta(days=400), "Asia/Shanghai"
    questions: dict[str, Callable[[Transaction], Awaitable[object]]] = {
        "totals": lambda tx: figures.totals(tx, SUBJECT, zone=zone),
        "cascades": lambda tx: figures.cascades(tx, SCOPE),
        "ranking": lambda tx: figures.sharers(tx, SCOPE),
        "growth": lambda tx: figures.grown(tx, SUBJECT, window=WINDOW, now=now, zone=zone),
        "days": lambda tx: figures.days(tx, SUBJECT),
        "cycle": lambda tx: figures.cycle_time(tx, SUBJECT),
        "a branch": lambda tx: figures.brought_in_by(tx, ROOT, "e-1"),
    }
    found = []
    for name, ask in questions.items():
        times = []
        for _ in range(ROUNDS):
            async with database.transaction() as tx:
                started = time.perf_counter()
                await ask(tx)
                times.append((time.perf_counter() - started) * 1000)
        found.append(Figure(f"spread, {name}", min(times), "ms", f"{note}; bar {BAR_MS:.0f}", min(times) <= BAR_MS))
    return found
