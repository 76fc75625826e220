"""What the follower would make of a history's log, made of its numbers: whole tables at once, and trees from Python.

For measuring pages, not for figures about the follower; tests/contract/spreading/test_filling.py compares the rows of
every table with those that the follower makes.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from benchmarks.dashboards.histories import PAGES_OF_A_VERSION, History, Share, Size, Visit, uuid_of
from benchmarks.dashboards.log import UNHINDERED, insert, run_all, us_of
from compliance.spreading.cascades import FirstOpen, cascade_of
from compliance.spreading.reading import READ_MS
from storage.database import Transaction
from storage.rows import spread_counts, spreading
from storage.rows.spreading import Growth

MAKER, NOBODY = -1, -2
STATEMENTS = tuple(
    each for each in (Path(__file__).parent / "filling.sql").read_text(encoding="utf-8").split(";\n") if each.strip()
)
MADE = re.compile(r"(?:CREATE TABLE|INSERT INTO) (\S+)")
PEOPLE = f"""CAST(made.id_of(1, r.id) AS uuid), CASE WHEN c1 < 0 THEN 'e-' || r.employee ELSE 'p-' || c1 END,
  CAST(made.id_of(2, r.material) AS uuid), CASE c2 WHEN {NOBODY} THEN NULL WHEN {MAKER} THEN 'e-' || r.employee
  ELSE 'p-' || c2 END, CAST(made.id_of(1, c3) AS uuid), CASE WHEN c1 < 0 THEN '' ELSE made.id_of(3, mod(c1, c8)) END,
  c4, c5, c6, made.at_us(c7), '' FROM {{told}} JOIN made.share r ON r.id = c0"""


def _needs(number: int) -> frozenset[int]:
    """Which statements come before one: those whose tables it reads. What makes no table is no one's neighbour."""
    made = [MADE.search(each) for each in STATEMENTS[: number + 1]]
    if made[number] is None:
        return frozenset(range(number))
    return frozenset(
        at for at, each in enumerate(made[:number]) if each is None or re.search(rf"\b{each[1]}\b", STATEMENTS[number])
    )


NEEDS = tuple(_needs(number) for number in range(len(STATEMENTS)))


async def plant(tx: Transaction, told: History) -> None:
    """People, levels and sums: of whole trees, which is what the follower's arrivals have to add up to."""
    await run_all(tx, UNHINDERED)
    opens: dict[int, list[Visit]] = {each.id: [] for each in told.shares}
    for visit in told.visits:
        if visit.came:
            opens[visit.root].append(visit)
    growths: dict[UUID, Growth] = {}
    people = (row for share in told.shares for row in _tree(told, share, opens[share.id], growths))
    columns = "(root_id, who, material_id, parent, share_id, org, depth, children, below, first_at, native)"
    await insert(tx, f"spread_person {columns}", people, PEOPLE)
    await spreading.grow(tx, growths)
    years = {each.at.year for each in told.visits} | {each.at.year for each in told.shares}
    await spread_counts.make_years(tx, years | {max(years) + 1})


async def fill(tx: Transaction, size: Size, number: int) -> None:
    """One of STATEMENTS."""
    statement = STATEMENTS[number]
    asked = {"clinics": size.clinics, "version_pages": PAGES_OF_A_VERSION, "read_ms": READ_MS}
    await run_all(tx, UNHINDERED)
    await tx.execute(text(statement), {name: value for name, value in asked.items() if f":{name}" in statement})


def _tree(told: History, share: Share, came: list[Visit], growths: dict[UUID, Growth]) -> Iterator[tuple[int, ...]]:
    """The people of one cascade; what it grew by is added to `growths`."""
    tree = cascade_of(MAKER, share.at, [FirstOpen(each.who, each.owner, each.at) for each in came])
    links = [share.id, *(each.link for each in came)]
    growths[uuid_of(1, share.id)] = Growth(
        material_id=uuid_of(2, share.material),
        maker=f"e-{share.employee}",
        levels=Counter(tree.depths),
        below=sum(tree.subtrees[1:]),
        below_squared=sum(below * below for below in tree.subtrees[1:]),
    )
    for node, who in enumerate(tree.people):
        parent = tree.people[tree.parents[node]] if node else NOBODY
        sums = (tree.depths[node], tree.children[node], tree.subtrees[node] - 1)
        yield (share.id, who, parent, links[node], *sums, us_of(tree.times[node]), told.size.clinics)
