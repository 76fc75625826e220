"""What benchmarks of dashboards stand on is what the follower makes of a log that tells the same."""

import json

from sqlalchemy import text

from benchmarks.dashboards import filling, log
from benchmarks.dashboards.histories import BEGAN, Size, history, leaves_of
from compliance.spreading.following import forget, spread_all
from storage.database import Database
from tests.contract.spreading.test_following import kept

SIZE = Size(shares=12, visits=150, materials=4, employees=3, clinics=5, people=40, days=12)
LOG = "SELECT index, leaf FROM ledger_leaf JOIN event ON event.id = event_id ORDER BY index"


async def test_both_ways_make_the_same(database_url: str) -> None:
    """The log as its entries are, but for nonces; then every row of every table, followed and filled."""
    told = history(SIZE, seed=3)
    expected = leaves_of(told)
    database = Database(database_url)
    try:
        async with database.transaction() as tx:
            await log.write_whole(tx, told)
            written = list(await tx.execute(text(LOG)))
        assert [*range(told.events)] == [row.index for row in written]
        assert [plain(each) for each in expected] == [plain(row.leaf) for row in written]
        assert all(act in str(expected) for act in ("share:forward", "copy:download", "page:read"))
        await spread_all(database, BEGAN)
        followed = await kept(database)
        await forget(database, BEGAN)
        async with database.transaction() as tx:
            await filling.plant(tx, told)
            for number in range(len(filling.STATEMENTS)):
                await filling.fill(tx, SIZE, number)
        assert followed == await kept(database)
        assert all(followed.values())
    finally:
        await database.close()


def plain(leaf: bytes) -> bytes:
    """Without its nonce."""
    return leaf.replace(json.loads(leaf)["n"].encode(), b"")
