"""Races without chance: the other side of one goes on only once PostgreSQL says that somebody waits for a lock."""

import asyncio

from sqlalchemy import text

from storage.database import Database

LIMIT_S = 9  # less than PostgreSQL lets anybody wait
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


async def until_waiting(database: Database, count: int = 1) -> None:
    """Returns once so many statements wait for somebody's lock. Raises TimeoutError."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            async with database.transaction() as tx:  # statistics stand still within one
                if await tx.scalar(_WAITING) >= count:
                    return
