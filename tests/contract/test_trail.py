"""Finding and counting events: whatever is asked, the answer is that of going through every leaf."""

import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from compliance import ledger
from compliance.events import Act, Event, Result
from compliance.trail import planning, walking
from compliance.trail.facets import Facets, facets
from compliance.trail.fields import BRAND_ZONE
from compliance.trail.indexing import index_all, index_step
from compliance.trail.search import search
from compliance.trail.walking import Walk, count_about
from compliance.trail.wanted import Wanted
from storage.database import Database
from storage.rows.event_counts import Kind, days
from storage.rows.spread_trees import Trees

START = datetime(2026, 1, 30, 22, 0, tzinfo=UTC)
EVENTS, TAIL = 300, 40
ACTS = (Act.VIEWER_COPY_VIEW, Act.VIEWER_COPY_DOWNLOAD, Act.VIEWER_VISIT_START, Act.EMPLOYEE_EVENT_SEARCH)
IDS = tuple(f"00000000-0000-4000-8000-{number:012}" for number in range(6))
SCANS = (7, 60, 10_000)
QUESTIONS = 20

LINKS_MAX = {7: 0, 60: 2, 10_000: 100}  # of trees that are looked for link by link, by how much a scan may look at
TREES = {0: (0, "p-1"), 1: (0, "p-1"), 2: (0, "p-1"), 3: (3, "p-2"), 4: (3, "p-2")}  # link: root and its maker, of IDS

Leaves = dict[int, dict[str, Any]]

SEQUENCE = """
WITH taken AS (DELETE FROM ledger_pending RETURNING event_id)
INSERT INTO ledger_leaf (index, event_id)
SELECT (SELECT count(*) FROM ledger_leaf) + row_number() OVER (ORDER BY event_id DESC) - 1, event_id FROM taken
"""  # the tree's order is not that of arrival


SHARED = """INSERT INTO spread_share (share_id, material_id, root_id, parent_id, maker, made_at)
VALUES (:id, :id, :root, :above, :maker, now())"""


def fits(wanted: Wanted, leaf: dict[str, Any]) -> bool:
    """Whether a leaf is looked for, trees included."""
    if wanted.trees is None or not wanted.fits(leaf):
        return wanted.fits(leaf)
    root, maker = next((TREES[link] for link in TREES if IDS[link] == leaf["link"]), (None, ""))
    by = wanted.trees.makers is None or maker in wanted.trees.makers
    return root is not None and by and wanted.trees.root_id in (None, UUID(IDS[root]))


def an_event(rng: random.Random) -> Event:
    """Any of a small world, so that conditions meet."""
    act = rng.choice(ACTS)
    inside = act.value.startswith("employee:")
    visit = rng.randrange(6)
    return Event(
        act=act,
        res=rng.choice((Result.ALLOW,) * 5 + (Result.DENY, Result.ERROR)),
        why=rng.choice(("", "viewer-visits", "share-expired")),
        who=rng.choice(("", "p-1", "p-2", "p-3")),
        org="" if inside else rng.choice(IDS),
        role="auditor" if inside else "viewer",
        obj=rng.choice(("", "upload:1", *(f"material:{each}" for each in IDS))),
        ver=rng.choice(("", "a" * 64, "b" * 64)),
        link="" if inside else rng.choice(IDS),
        sess=rng.choice(("0" * 16, "1" * 16)),
        ip=rng.choice(("203.0.113.0/24", "198.51.100.0/24")),
        ua=rng.choice(("2" * 16, "3" * 16)),
        det={"visit": IDS[visit], "page": rng.randrange(4)} if rng.random() < 0.7 else {},
    )


def a_question(rng: random.Random) -> Wanted:
    """Some conditions of those that there are, most of them few."""
    choices: dict[str, tuple[Any, ...]] = {
        "who": (("p-1",), ("p-2", "p-3"), ("p-9",), ()),
        "act": (("viewer:",), ("viewer:copy:",), ("viewer:copy:view", "employee:"), ("system:",)),
        "res": ("allow", "deny", "error"),
        "role": ("viewer", "auditor", "admin"),
        "why": ("share-expired",),
        "org": (*((each,) for each in IDS), IDS[:2]),
        "obj": (("upload:1",), *((f"material:{each}",) for each in IDS), ("upload:1", f"material:{IDS[0]}"), ()),
        "ver": ("a" * 64,),
        "link": IDS,
        "trees": (Trees(makers=("p-1",)), Trees(makers=("p-1", "p-2")), Trees(root_id=UUID(IDS[0])), Trees(makers=())),
        "sess": ("0" * 16,),
        "ip": ("203.0.113.0/24",),
        "ua": ("2" * 16,),
        "det": ((("visit", IDS[1]),), (("page", "2"),), (("visit", IDS[2]), ("page", "1"))),
        "since": (START + timedelta(hours=40), datetime(2026, 2, 1, tzinfo=BRAND_ZONE)),
        "until": (START + timedelta(hours=90), datetime(2026, 2, 3, tzinfo=BRAND_ZONE)),
    }
    names = rng.sample(sorted(choices), rng.choice((0, 1, 1, 1, 2, 2, 3)))
    return Wanted(**{name: rng.choice(choices[name]) for name in names})


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool of its own."""
    opened = Database(database_url)
    yield opened
    await opened.close()


async def written(database: Database, seed: int) -> Leaves:
    """A log of which all but the newest events are in the index, half of these not even in the tree."""
    rng = random.Random(seed)
    told = [an_event(rng) for _ in range(EVENTS)]
    for start, stop in ((0, EVENTS - TAIL), (EVENTS - TAIL, EVENTS - TAIL // 2), (EVENTS - TAIL // 2, EVENTS)):
        async with database.transaction() as tx:
            for number in range(start, stop):
                await ledger.append(tx, told[number], now=START + timedelta(minutes=24 * number))
        if stop < EVENTS:
            async with database.transaction() as tx:
                await tx.execute(text(SEQUENCE))
        if start == 0:
            assert EVENTS - TAIL == await indexed_in_steps(database)
    async with database.transaction() as tx:
        for link, (root, maker) in TREES.items():
            made = {"id": IDS[link], "root": IDS[root], "above": None if link == root else IDS[root], "maker": maker}
            await tx.execute(text(SHARED), made)
        return {row.id: json.loads(row.leaf) for row in await tx.execute(text("SELECT id, leaf FROM event"))}


async def indexed_in_steps(database: Database) -> int:
    """Takes the tree in piece by piece, as it grows in life."""
    done = await index_step(database, START, batch=100)
    return done + await index_all(database, START)


async def walked(database: Database, wanted: Wanted, scan_max: int) -> list[int]:
    """All pages after each other."""
    found: list[int] = []
    before: int | None = None
    for _ in range(EVENTS):
        async with database.transaction() as tx:
            page = await search(tx, wanted, before=before, limit=9, scan_max=scan_max)
        found += [row.id for row in page.rows]
        if page.next is None:
            return found
        assert before is None or page.next < before, "each page goes on"
        before = page.next
    raise AssertionError("the pages never end")


def brand_day(leaf: dict[str, Any]) -> date:
    """The day at the brand's clinics."""
    return datetime.fromisoformat(leaf["t"]).astimezone(BRAND_ZONE).date()


def counted(leaves: Leaves, wanted: Wanted) -> dict[str, Counter[Any]]:
    """Every facet, by going through all leaves."""
    fitting = [leaf for leaf in leaves.values() if fits(wanted, leaf)]
    plain = {
        name: Counter(leaf[name] for leaf in fitting if leaf[name]) for name in ("act", "res", "role", "who", "org")
    }
    things = Counter(leaf["obj"] for leaf in fitting if leaf["obj"].startswith("material:"))
    return {**plain, "material": things, "day": Counter(map(brand_day, fitting))}


def by_month(by_day: Counter[date]) -> Counter[date]:
    """The same by the first day of the month."""
    folded: Counter[date] = Counter()
    for day, n in by_day.items():
        folded[day.replace(day=1)] += n
    return folded


def compared(found: Facets, expected: dict[str, Counter[Any]], total: int) -> None:
    """What is called exact is; what isn't is no more than there is."""
    assert found.total == total if found.exact else found.total <= total
    for name, facet in found.by.items():
        values = dict(facet.values)
        assert values == dict(expected[name]) if facet.exact else all(expected[name][v] >= n for v, n in values.items())
    if found.exact:
        assert dict(found.days) == dict(by_month(expected["day"]) if found.by_month else expected["day"])
    assert (found.back_to is None) <= all(facet.exact for facet in found.by.values())


@pytest.mark.parametrize("scan_max", SCANS)
async def test_every_question_is_answered_as_by_reading_all(
    database: Database, scan_max: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages and counts are those of a walk through the log, however little a scan may look at."""
    monkeypatch.setattr(planning, "LINKS_MAX", LINKS_MAX[scan_max])
    leaves, rng = await written(database, scan_max), random.Random(1)
    for wanted in [Wanted(), *(a_question(rng) for _ in range(QUESTIONS))]:
        fitting = sorted((each for each, leaf in leaves.items() if fits(wanted, leaf)), reverse=True)
        assert fitting == await walked(database, wanted, scan_max), wanted
        async with database.transaction() as tx:
            found = await facets(tx, wanted, scan_max)
        compared(found, counted(leaves, wanted), len(fitting))


@pytest.mark.parametrize("window", [7, 4_000])
async def test_a_walk_from_the_beginning_finds_the_same(
    database: Database, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each matching event that has a place, once and in the tree's order, whichever of them the index has."""
    monkeypatch.setattr(walking, "WINDOW_MIN", window)
    rng = random.Random(window)
    leaves = await written(database, 7)
    async with database.transaction() as tx:
        placed = await tx.execute(text("SELECT index, event_id FROM ledger_leaf"))
        places = {at: event_id for at, event_id in placed}  # noqa: C416  # rows are no pairs to mypy
    for wanted in (a_question(rng) for _ in range(QUESTIONS)):
        after, through = rng.choice(((-1, len(places) - 1), (20, len(places) - 30)))
        walk, found = Walk(wanted, after=after, through=through), list[tuple[int | None, int]]()
        while not walk.done:
            async with database.transaction() as tx:
                found += [(row.index, row.id) for row in await walk.step(tx, limit=9)]
        fitting = [(at, places[at]) for at in range(after + 1, through + 1) if fits(wanted, leaves[places[at]])]
        assert fitting == found, wanted


async def test_how_many_a_walk_finds_is_known_about(database: Database) -> None:
    """Exactly for few in the whole tree, by its share for a part of it; none for nobody."""
    leaves, size = await written(database, 5), EVENTS - TAIL // 2
    everything = len([leaf for leaf in leaves.values() if Wanted(who=("p-1",)).fits(leaf)])
    async with database.transaction() as tx:
        whole = await count_about(tx, Wanted(who=("p-1",)), after=-1, through=size - 1, size=size)
        half = await count_about(tx, Wanted(who=("p-1",)), after=size // 2, through=size - 1, size=size)
        assert (10, 0) == (
            await count_about(tx, Wanted(), after=9, through=19, size=size),
            await count_about(tx, Wanted(who=()), after=-1, through=size, size=size),
        )
    assert (everything, True) == (whole, abs(half - everything / 2) < 2)


async def test_a_scan_that_sees_all_is_exact(database: Database) -> None:
    """Under the real limit nothing of a small log is a guess."""
    await written(database, 5)
    for wanted in (Wanted(who=("p-1",)), Wanted(det=(("page", "2"),)), Wanted(why="share-expired")):
        async with database.transaction() as tx:
            found = await facets(tx, wanted)
        assert found.exact
        assert {True} == {facet.exact for facet in found.by.values()}
        assert found.total


async def test_each_leaf_is_taken_in_once(database: Database) -> None:
    """Taking in again finds nothing, and the counts beside the log are those of the rows."""
    await written(database, 3)
    await index_all(database, START)
    assert 0 == await index_step(database, START)
    async with database.transaction() as tx:
        rows = await tx.scalar(text("SELECT count(*) FROM event_index"))
        sums = {
            name: await tx.scalar(text(f"SELECT sum(n) FROM {name}"))  # noqa: S608  # our own names
            for name in ("event_hour", "event_day", "event_block")
        }
        cells = await days(tx, Kind())
    assert EVENTS - TAIL // 2 == rows
    assert {rows} == {*sums.values(), sum(cell.n for cell in cells)}


async def test_two_followers_take_in_each_leaf_once(database: Database) -> None:
    """While one holds the place, the other finds nothing to do, and waits for nobody."""
    async with database.transaction() as tx:
        await ledger.append(tx, Event(act=Act.VIEWER_COPY_VIEW), now=START)
        await tx.execute(text(SEQUENCE))
    assert 1 == await index_step(database, START)
    async with database.transaction() as tx:
        await tx.execute(text("SELECT 1 FROM log_reader FOR UPDATE"))
        assert 0 == await index_step(database, START)
