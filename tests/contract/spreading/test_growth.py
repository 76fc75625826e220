"""Estimates over stored cascades: generated ones whose truth is known, looked at early and late."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from compliance.spreading.counting import Counting
from compliance.spreading.following import ZONE
from compliance.spreading.growth import WINDOW, Growth, pooled
from storage.database import Database, Transaction
from storage.rows import spread_counts, spread_figures
from storage.rows.spread_counts import Dim
from storage.rows.spread_dashboard import Among
from storage.rows.spread_figures import Grown, GrowthRow
from storage.rows.spreading import SpreadPerson, SpreadShare

BEGAN = datetime(2026, 11, 2, tzinfo=UTC)
LATER = BEGAN + timedelta(days=400)
HOUR = timedelta(hours=1)
MATERIAL, ROOT = UUID(int=1), UUID(int=2)
SUBJECT = Among(Dim.MATERIAL, (str(MATERIAL),))
SEEDS = 1_500

Node = tuple[int, datetime]  # (parent, first opening)


def branching(chance: random.Random, rate: float) -> list[Node]:
    """One root with SEEDS children; each further one has a geometric number of children of mean `rate`.

    Delays are log-normal with a median of four hours, as people read messages.
    """
    nodes, at = [(-1, BEGAN), *((0, BEGAN + HOUR),) * SEEDS], 1
    while at < len(nodes):
        while chance.random() < rate / (1 + rate):
            nodes.append((at, nodes[at][1] + HOUR * chance.lognormvariate(1.39, 0.8)))
        at += 1
    return nodes


async def keep(database: Database, nodes: list[Node], *, until: datetime = LATER) -> None:
    """What a follower would have counted of it by some moment."""
    root = SpreadShare(share_id=ROOT, material_id=MATERIAL, root_id=ROOT, parent_id=None, maker="p-0", made_at=BEGAN)
    subjects, counting = ((Dim.MATERIAL, str(MATERIAL)),), Counting(ZONE, {})
    people = [_person(number, node) for number, node in enumerate(nodes)]
    counting.shared(root, people[0])
    for number in sorted(range(1, len(nodes)), key=lambda number: nodes[number][1]):
        person, parent = people[number], people[nodes[number][0]]
        person.depth = parent.depth + 1
        if person.first_at <= until:
            parent.children += 1
            counting.came(subjects, person)
            counting.brought(subjects, parent, person.first_at)
            counting.opened(subjects, person.first_at, person, came=True)
    added = counting.added()
    async with database.transaction() as tx:
        await spread_counts.make_years(tx, added.years)
        await spread_counts.add(tx, added)


def _person(number: int, node: Node) -> SpreadPerson:
    return SpreadPerson(
        root_id=ROOT,
        who=f"p-{number}",
        material_id=MATERIAL,
        parent=f"p-{node[0]}" if number else None,
        share_id=ROOT,
        org="",
        depth=0,
        first_at=node[1],
    )


async def r_of(database: Database, now: datetime) -> float | None:
    """R of all viewers at some moment. Roots are no part of it: employees spread by duty, viewers by wish."""
    async with database.transaction() as tx:
        found = (await grown(tx, now)).generations
    return pooled(growth(each) for depth, each in found.items() if depth > 0).reproduction


async def grown(tx: Transaction, now: datetime) -> Grown:
    """What is known of the material's growth at some moment."""
    return await spread_figures.grown(tx, SUBJECT, window=WINDOW, now=now, zone="Asia/Shanghai")


def growth(row: GrowthRow) -> Growth:
    """In the words of the estimates."""
    return Growth(people=row.people, intents=row.intents, brought=row.brought)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool of its own."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.mark.parametrize("rate", [0.3, 0.8])
async def test_r_is_recovered(database: Database, rate: float) -> None:
    """From a cascade that is over, within 8 %."""
    await keep(database, branching(random.Random(1), rate))
    assert rate == pytest.approx(await r_of(database, LATER), rel=0.08)


async def test_open_windows_are_not_counted(database: Database) -> None:
    """A day after the share nothing is known; a week later those count whose week is over, and R is right already."""
    early = BEGAN + WINDOW + 6 * HOUR
    await keep(database, branching(random.Random(2), 0.8), until=early)
    assert await r_of(database, BEGAN + timedelta(days=1)) is None
    assert 0.8 == pytest.approx(await r_of(database, early), rel=0.08)


async def test_what_comes_after_the_window_is_not_counted(database: Database) -> None:
    """Or people of long ago would count more than those of last week."""
    await keep(database, [(-1, BEGAN), (0, BEGAN + HOUR), (1, BEGAN + 2 * HOUR), (1, BEGAN + HOUR + WINDOW)])
    async with database.transaction() as tx:
        found, by_week = (await grown(tx, LATER)).generations, (await grown(tx, LATER)).cohorts
    assert [(1, 1), (1, 1), (2, 0)] == [(each.people, each.brought) for each in found.values()]
    assert {date(2026, 11, 2): (2, 1), date(2026, 11, 9): (1, 0)} == {
        week: (each.people, each.brought) for week, each in by_week.items()
    }


async def test_the_cycle_is_the_median_wait_for_the_first(database: Database) -> None:
    """From one's own opening to the first that it led to; whoever led to none is not waited for."""
    waits = [(0, BEGAN + HOUR), (0, BEGAN + HOUR), (1, BEGAN + 3 * HOUR), (1, BEGAN + 9 * HOUR), (2, BEGAN + 5 * HOUR)]
    await keep(database, [(-1, BEGAN), *waits])
    async with database.transaction() as tx:
        assert 3 * HOUR == await spread_figures.cycle_time(tx, SUBJECT)
        assert await spread_figures.cycle_time(tx, Among(Dim.MATERIAL, ("x",))) is None
