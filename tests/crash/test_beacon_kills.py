"""Kills of a node that takes reports of reading."""

from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from tests.crash.beacon_node import WRITERS, Read, Taker
from tests.stage import Stage

KILLS = 3
BETWEEN = 60  # reports


async def test_no_acknowledged_beacon_is_lost(stage: Stage, tmp_path: Path) -> None:
    """Whenever a node is killed: every millisecond that it acknowledged is kept, and nothing that it did not take."""
    visits = [Read(UUID((await stage.visit(who))[1]["id"]), stage.cast.people[who]) for who in ("li", "wang")]
    taker = Taker(stage.services.config.database_url.get_secret_value(), visits, stage.clock.now, tmp_path)
    for _ in range(KILLS):
        taker.begin()
        await taker.until_acknowledged(BETWEEN)
        await taker.kill()
    async with stage.services.database.transaction() as tx:
        kept_ms = int(await tx.scalar(text("SELECT sum(ms) FROM beacon_page")) or 0)
    acknowledged_ms = taker.acknowledged_ms()
    assert 0 < acknowledged_ms <= kept_ms
    assert kept_ms <= acknowledged_ms + KILLS * len(visits) * WRITERS
