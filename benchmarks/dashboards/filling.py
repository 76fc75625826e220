"""Puts a history into the tables of figures without a log: by one statement for each table, and trees from Python."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from benchmarks.dashboards.histories import History, Share, Visit, uuid_of
from compliance.spreading.cascades import FirstOpen, cascade_of
from storage.database import Database, Transaction
from storage.rows import spread_counts, spreading
from storage.rows.spreading import Growth

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MAKER, NOBODY = -1, -2
CHUNK = 50_000
TABLES = """
SET LOCAL work_mem = '256MB';
SET LOCAL statement_timeout = 0;
CREATE TEMP TABLE made_share (id uuid, material uuid, who text, at timestamptz);
CREATE TEMP TABLE made_forward (id uuid, parent uuid, root uuid, who text, org text, at timestamptz);
CREATE TEMP TABLE made_visit (root uuid, link uuid, owner text, who text, org text, at timestamptz, depth int,
  came bool, pages int, downloads int, ms bigint, own bool);
CREATE FUNCTION pg_temp.subjects(material uuid, share uuid, maker text, org text) RETURNS TABLE (dim text, key text)
  LANGUAGE sql IMMUTABLE AS $$ VALUES ('brand', ''), ('material', CAST(material AS text)),
     ('share', CAST(share AS text)), ('employee', maker) UNION ALL SELECT 'clinic', org WHERE org <> '' $$;
CREATE FUNCTION pg_temp.id_of(kind int, number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
  $$ SELECT CAST(lpad(to_hex(kind), 16, '0') || lpad(to_hex(number + 1), 16, '0') AS uuid) $$;
CREATE FUNCTION pg_temp.at_us(us bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
  $$ SELECT timestamptz 'epoch' + us * interval '1 microsecond' $$;
"""
JOINED = "JOIN made_share r ON r.id = pg_temp.id_of(1, c0)"
SHARES = "INSERT INTO made_share SELECT pg_temp.id_of(1, c0), pg_temp.id_of(2, c1), 'e-' || c2, pg_temp.at_us(c3)"
FORWARDS = """INSERT INTO made_forward SELECT pg_temp.id_of(1, c0), pg_temp.id_of(1, c1), pg_temp.id_of(1, c2),
  'p-' || c3, CAST(pg_temp.id_of(3, c3 % :clinics) AS text), pg_temp.at_us(c4)"""
VISITS = """INSERT INTO made_visit SELECT pg_temp.id_of(1, c0), pg_temp.id_of(1, c1),
  CASE WHEN c2 < 0 THEN '' ELSE 'p-' || c2 END, 'p-' || c3, CAST(pg_temp.id_of(3, c3 % :clinics) AS text),
  pg_temp.at_us(c4), c5, c6 = 1, c7, c8, c9, c2 = c3"""
PEOPLE = """INSERT INTO spread_person
  (root_id, who, material_id, parent, share_id, org, depth, children, below, first_at, native)
  SELECT r.id, CASE WHEN c1 < 0 THEN r.who ELSE 'p-' || c1 END, r.material,
  CASE c2 WHEN -2 THEN NULL WHEN -1 THEN r.who ELSE 'p-' || c2 END, pg_temp.id_of(1, c3),
  CASE WHEN c1 < 0 THEN '' ELSE CAST(pg_temp.id_of(3, c1 % :clinics) AS text) END, c4, c5, c6, pg_temp.at_us(c7), ''"""
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
    """The history as numbers, which travel fast; the database makes ids, pseudonyms and times of them."""
    more = {"clinics": told.size.clinics}
    shares = ((s.id, s.material, s.employee, _us(s.at)) for s in told.shares)
    await _insert(tx, SHARES, shares, more)
    forwards = ((f.id, f.parent, f.root, f.who, _us(f.at)) for f in told.forwards)
    await _insert(tx, FORWARDS, forwards, more)
    visits = (
        (v.root, v.link, v.owner, v.who, _us(v.at), v.depth, int(v.came), v.pages, v.downloads, v.ms)
        for v in told.visits
    )
    await _insert(tx, VISITS, visits, more)


def _us(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - EPOCH) // MICROSECOND


async def _insert(
    tx: Transaction, statement: str, rows: Iterable[tuple[int, ...]], more: Mapping[str, int] | None = None
) -> None:
    """Rows of numbers through one statement, which knows them as c0, c1… of `told`."""
    every = iter(rows)
    while chunk := list(islice(every, CHUNK)):
        columns = list(zip(*chunk, strict=True))
        arrays = ", ".join(f"CAST(:c{at} AS bigint[])" for at in range(len(columns)))
        names = ", ".join(f"c{at}" for at in range(len(columns)))
        query = text(f"{statement} FROM unnest({arrays}) AS told ({names}) {JOINED if 'r.id' in statement else ''}")
        used = {name: value for name, value in (more or {}).items() if f":{name}" in statement}
        await tx.execute(query, {f"c{at}": list(column) for at, column in enumerate(columns)} | used)


async def _trees(tx: Transaction, told: History) -> None:
    """People, levels and sums: of whole trees, which is what the follower's arrivals have to add up to."""
    opens: dict[int, list[Visit]] = {each.id: [] for each in told.shares}
    for visit in told.visits:
        if visit.came:
            opens[visit.root].append(visit)
    growths: dict[UUID, Growth] = {}
    people = (row for share in told.shares for row in _tree(share, opens[share.id], growths))
    await _insert(tx, PEOPLE, people, {"clinics": told.size.clinics})
    await spreading.grow(tx, growths)


def _tree(share: Share, came: list[Visit], growths: dict[UUID, Growth]) -> Iterator[tuple[int, ...]]:
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
        yield (share.id, who, parent, links[node], *sums, _us(tree.times[node]))
