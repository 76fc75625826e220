"""The first tables, the guards that keep the log append-only, and the job queue's own schema."""

from pathlib import Path
from typing import Any

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs the frozen SQL beside this file. The queue's later schema changes come as migrations of their own."""
    here = Path(__file__).parent
    driver: Any = op.get_bind().connection.driver_connection  # SQLAlchemy would read each % as a placeholder
    for script in (
        (here / "0001_tables.sql").read_text(encoding="utf-8"),
        (here / "0001_guards.sql").read_text(encoding="utf-8"),
        SchemaManager.get_schema(),
    ):
        driver.execute(script)
