"""What was granted of a share is found by an index; tasks limit how many different people their shares let in."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs the frozen SQL beside this file."""
    driver: Any = op.get_bind().connection.driver_connection  # SQLAlchemy would read each % as a placeholder
    driver.execute((Path(__file__).parent / "0009_sharing.sql").read_text(encoding="utf-8"))
