"""The Merkle tree over the log, and what belongs to it: keys of their own, erasure, retention."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs the frozen SQL beside this file."""
    driver: Any = op.get_bind().connection.driver_connection  # SQLAlchemy would read each % as a placeholder
    driver.execute((Path(__file__).parent / "0004_ledger.sql").read_text(encoding="utf-8"))
