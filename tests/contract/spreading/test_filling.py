"""The rows that benchmarks of dashboards stand on are those that the follower makes of the same history."""

from sqlalchemy import text

from benchmarks.dashboards.filling import fill
from benchmarks.dashboards.histories import BEGAN, Size, history, leaves_of
from compliance.spreading.following import forget, spread_all
from storage.database import Database
from storage.rows import spread_counts, spreading
from tests.contract.spreading.test_following import Kept, kept

SIZE = Size(shares=12, visits=150, materials=4, employees=3, clinics=5, people=40, days=12)
LOG = """
WITH told AS (INSERT INTO event (t, act, res, why, who, org, role, obj, ver, link, leaf)
  SELECT now(), '', 'allow', '', '', '', '', '', '', '', leaf
  FROM unnest(CAST(:leaves AS bytea[])) AS made (leaf) RETURNING id)
INSERT INTO ledger_leaf (index, event_id) SELECT row_number() OVER (ORDER BY id) - 1, id FROM told
"""


async def filled(database: Database) -> Kept:
    """The rows of the tables that dashboards read."""
    every = await kept(database)
    return {table.name: every[table.name] for table in (*spreading.TABLES, *spread_counts.TABLES)}


async def test_both_ways_make_the_same_rows(database_url: str) -> None:
    """Followed leaf by leaf, and written down table by table: every row of every table."""
    told = history(SIZE, seed=3)
    leaves = leaves_of(told)
    assert len(leaves) == told.events
    database = Database(database_url)
    try:
        async with database.transaction() as tx:
            await tx.execute(text(LOG), {"leaves": leaves})
        await spread_all(database, BEGAN)
        followed = await filled(database)
        await forget(database, BEGAN)
        await fill(database, told)
        assert followed == await filled(database)
        assert all(followed[name] for name in ("spread_wait", "spread_gap", "spread_person", "spread_seen"))
    finally:
        await database.close()
