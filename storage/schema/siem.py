"""Push to a SIEM."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, Table, Text, Uuid

from storage.schema.columns import created, metadata, moment, own_id

siem_target = Table(
    # Where the log is pushed to. A webhook's secret is derived from the id and the master key, and stored nowhere.
    "siem_target",
    metadata,
    own_id(),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, CheckConstraint("kind IN ('webhook', 'syslog')", name="kind"), nullable=False),
    Column("form", Text, nullable=False),
    Column("address", Text, nullable=False),
    created(),
    moment("paused_at"),
)

siem_cursor = Table(
    # How far each target has everything, in the tree's order; what went wrong since it last had something.
    "siem_cursor",
    metadata,
    Column("target_id", Uuid, ForeignKey("siem_target.id", ondelete="CASCADE"), primary_key=True),
    Column("next_index", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("reason", Text, nullable=False, server_default=""),
    moment("failing_since"),
    moment("pushed_at"),
)
