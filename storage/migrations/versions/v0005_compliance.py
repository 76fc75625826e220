"""Content compliance: what is declared and proved of a material, certificates, reviews and their signatures."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs the frozen SQL beside this file."""
    driver: Any = op.get_bind().connection.driver_connection  # SQLAlchemy would read each % as a placeholder
    driver.execute((Path(__file__).parent / "0005_compliance.sql").read_text(encoding="utf-8"))
