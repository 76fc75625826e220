"""Push to a SIEM."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, LargeBinary, Table, Text, Uuid

from storage.schema.columns import created, metadata, moment, own_id

siem_target = Table(
    # Where the log is pushed to. A webhook's secret is derived from the id and the master key, and stored nowhere.
    "siem_target",
    metadata,
    own_id(),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, CheckConstraint("kind IN ('webhook', 'syslog')", name="kind"), nullable=False),
    Column("form", Text, nullable=False),
    # As earlier releases kept it, in clear; empty once a process of this one has wrapped it.
    Column("address", Text, nullable=False, server_default=""),
    Column("sealed_address", LargeBinary),  # wrapped by the master key
    Column("kek", Text, nullable=False, server_default=""),  # which master key wraps it
    created(),
    moment("paused_at"),
    CheckConstraint("(sealed_address IS NULL) = (address <> '')", name="address"),
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
