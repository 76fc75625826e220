"""Puts a history into the tables of figures without a log: by one statement for each table, and trees from Python."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.dashboards.histories import History, Visit, uuid_of
from compliance.spreading.cascades import FirstOpen, cascade_of
from storage.database import Database, Transaction
from storage.rows import spread_counts, spreading
from storage.rows.spreading import Growth, SpreadPerson

CHUNK = 50_000
TABLES = """
SET LOCAL work_mem = '256MB';
CREATE TEMP TABLE made_share (id uuid, material uuid, who text, at timestamptz);
CREATE TEMP TABLE made_forward (id uuid, parent uuid, root uuid, who text, org text, at timestamptz);
CREATE TEMP TABLE made_visit (root uuid, link uuid, owner text, who text, org text, at timestamptz, depth int,
  came bool, pages int, downloads int, ms bigint, own bool);
CREATE FUNCTION pg_temp.subjects(material uuid, share uuid, maker text, org text) RETURNS TABLE (dim text, key text)
  LANGUAGE sql IMMUTABLE AS $$ VALUES ('brand', ''), ('material', CAST(material AS text)),
     ('share', CAST(share AS text)), ('employee', maker) UNION ALL SELECT 'clinic', org WHERE org <> '' $$;
"""
AFTER = (
    "CREATE INDEX ON made_share (id); CREATE INDEX ON made_forward (id); ANALYZE made_share, made_forward, made_visit"
)


async def fill(database: Database, told: History) -> None:
    """The rows of `told`, as a follower would have made them of its log."""
    statements = (Path(__file__).parent / "filling.sql").read_text(encoding="utf-8")
    async with database.transaction() as tx:
        years = {each.at.year for each in told.visits} | {each.at.year for each in told.shares}
        await spread_counts.make_years(tx, years | {max(years) + 1})
        for statement in _split(TABLES):
            await tx.execute(text(statement))
        await _hand_over(tx, told)
        for statement in [*_split(AFTER), *_split(statements)]:
            await tx.execute(text(statement))
        await _trees(tx, told)
    async with database.transaction() as tx:
        for table in (*spread_counts.TABLES, *spreading.TABLES):
            await tx.execute(text(f"ANALYZE {table.name}"))


def _split(statements: str) -> list[str]:
    """Statements one by one; those of ours have no semicolon inside."""
    return [each for each in statements.split(";") if each.strip()]


async def _hand_over(tx: Transaction, told: History) -> None:
    clinics = told.size.clinics
    shares = [(uuid_of(1, s.id), uuid_of(2, s.material), f"e-{s.employee}", s.at) for s in told.shares]
    await _insert(tx, "made_share", ("uuid", "uuid", "text", "timestamptz"), shares)
    forwards = [
        (uuid_of(1, f.id), uuid_of(1, f.parent), uuid_of(1, f.root), f"p-{f.who}", _org(f.who, clinics), f.at)
        for f in told.forwards
    ]
    await _insert(tx, "made_forward", ("uuid", "uuid", "uuid", "text", "text", "timestamptz"), forwards)
    kinds = ("uuid", "uuid", "text", "text", "text", "timestamptz", "int", "bool", "int", "int", "bigint", "bool")
    await _insert(tx, "made_visit", kinds, (_visit(each, clinics) for each in told.visits))


def _visit(v: Visit, clinics: int) -> tuple[Any, ...]:
    owner = "" if v.owner < 0 else f"p-{v.owner}"
    return (
        uuid_of(1, v.root), uuid_of(1, v.link), owner, f"p-{v.who}", _org(v.who, clinics), v.at, v.depth, v.came,
        v.pages, v.downloads, v.ms, v.who == v.owner,
    )  # fmt: skip


def _org(who: int, clinics: int) -> str:
    return str(uuid_of(3, who % clinics))


async def _insert(tx: Transaction, table: str, kinds: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    arrays = ", ".join(f"CAST(:c{at} AS {kind}[])" for at, kind in enumerate(kinds))
    query = text(f"INSERT INTO {table} SELECT * FROM unnest({arrays})")  # noqa: S608  # our own names
    kept = list(rows)
    for start in range(0, len(kept), CHUNK):
        columns = zip(*kept[start : start + CHUNK], strict=True)
        await tx.execute(query, {f"c{at}": list(column) for at, column in enumerate(columns)})


async def _trees(tx: Transaction, told: History) -> None:
    """People, levels and sums: of whole trees, which is what the follower's arrivals have to add up to."""
    shares = {each.id: each for each in told.shares}
    opens: dict[int, list[Visit]] = {each.id: [] for each in told.shares}
    for visit in told.visits:
        opens[visit.root].append(visit)
    people: list[SpreadPerson] = []
    growths = {}
    for root, visits in opens.items():
        share, came = shares[root], [each for each in visits if each.came]
        tree = cascade_of(-1, share.at, [FirstOpen(each.who, each.owner, each.at) for each in came])
        links = [root, *(each.link for each in came)]
        for node, who in enumerate(tree.people):
            parent = tree.people[tree.parents[node]] if node else None
            people.append(
                SpreadPerson(
                    root_id=uuid_of(1, root),
                    who=f"p-{who}" if node else f"e-{share.employee}",
                    material_id=uuid_of(2, share.material),
                    parent=None if parent is None else f"p-{parent}" if parent >= 0 else f"e-{share.employee}",
                    share_id=uuid_of(1, links[node]),
                    org=_org(who, told.size.clinics) if node else "",
                    depth=tree.depths[node],
                    children=tree.children[node],
                    below=tree.subtrees[node] - 1,
                    first_at=tree.times[node],
                )
            )
        growths[uuid_of(1, root)] = Growth(
            material_id=uuid_of(2, share.material),
            maker=f"e-{share.employee}",
            levels=Counter(tree.depths),
            below=sum(tree.subtrees[1:]),
            below_squared=sum(below * below for below in tree.subtrees[1:]),
        )
    for start in range(0, len(people), CHUNK):
        await spreading.put_people(tx, people[start : start + CHUNK])
    await spreading.grow(tx, growths)
