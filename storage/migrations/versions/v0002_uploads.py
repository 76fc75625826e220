"""Uploads whose length is said later, that are put together of others, or go straight to S3; departments and quotas."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs the frozen SQL beside this file."""
    driver: Any = op.get_bind().connection.driver_connection  # SQLAlchemy would read each % as a placeholder
    driver.execute((Path(__file__).parent / "0002_uploads.sql").read_text(encoding="utf-8"))
