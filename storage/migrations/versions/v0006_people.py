"""People: who is calling, what they may do and who owns the relation; and what was left of content compliance."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs the frozen SQL beside this file."""
    driver: Any = op.get_bind().connection.driver_connection  # SQLAlchemy would read each % as a placeholder
    driver.execute((Path(__file__).parent / "0006_people.sql").read_text(encoding="utf-8"))
