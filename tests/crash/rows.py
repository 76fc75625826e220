"""What PostgreSQL says, asked over a connection of its own for each question: the server may have been killed since."""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy.engine import make_url

from storage.errors import StoreUnavailable

Row = dict[str, Any]
TABLES = ("upload", "upload_part", "upload_tail", "procrastinate_jobs")


class Rows:
    """The rows of uploads and jobs."""

    def __init__(self, database_url: str) -> None:
        self._conninfo = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)

    async def query(self, text: str, *values: Any) -> Sequence[Row]:
        """Rows of one statement, which is committed. Raises StoreUnavailable."""
        try:
            async with await psycopg.AsyncConnection.connect(self._conninfo, row_factory=dict_row) as connection:
                cursor = await connection.execute(text, values)
                return await cursor.fetchall() if cursor.description else ()
        except psycopg.OperationalError as error:
            raise StoreUnavailable(store="postgresql", operation="query", detail=type(error).__name__) from error

    async def object_key(self, upload_id: str) -> str:
        """Where the upload's bytes are."""
        (row,) = await self.query("SELECT object_key FROM upload WHERE id = %s", upload_id)
        return str(row["object_key"])

    async def dump(self) -> dict[str, Sequence[Row]]:
        """Everything, as evidence."""
        return {table: await self.query(f"SELECT * FROM {table}") for table in TABLES}  # noqa: S608  # names above
