"""Columns as PostgreSQL reads them: what any text holds stays one element."""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import text

from storage.database import Database
from storage.rows.arrays import array, arrays

HARD = ["", " ", "NULL", "null", '"', "\\", '\\"', "{a,b}", "a,b", "'", "你好", "\n\t", "%s :x"]


async def test_texts_come_back_as_they_were(database_url: str) -> None:
    """Quotes, backslashes, braces, commas, spaces, the word for nothing, and nothing itself."""
    database = Database(database_url)
    try:
        async with database.transaction() as tx:
            found = await tx.scalar(text("SELECT CAST(:told AS text[])"), {"told": array([*HARD, None])})
        assert [*HARD, None] == found
    finally:
        await database.close()


def test_numbers_days_and_ids_are_written_down() -> None:
    """Each in the form that PostgreSQL has for it; a column without rows is empty."""
    assert '{1,-2,NULL,"2026-01-05"}' == array([1, -2, None, date(2026, 1, 5)])
    moment = datetime(2026, 1, 5, 8, 0, 0, 7, tzinfo=UTC)
    assert '{"2026-01-05 08:00:00.000007+00:00","00000000-0000-0000-0000-000000000009"}' == array([moment, UUID(int=9)])
    assert {"a": "{1,2}", "b": '{"x","y"}'} == arrays(("a", "b"), [(1, "x"), (2, "y")])
    assert {"a": "{}", "b": "{}"} == arrays(("a", "b"), [])
