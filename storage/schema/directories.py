"""What directories say of employees: which role goes with what, what was applied to whom, and each comparison."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from storage.schema.columns import metadata, moment, own_id, ref

# `source` is wecom, or oidc:<slug of the provider>.

directory_mapping = Table(
    # Who of a directory gets which role: the newest revision is in force, the others are its history.
    "directory_mapping",
    metadata,
    Column("source", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("facts", JSONB, nullable=False),  # compliance.directory.mapping says its form
    Column("reason", Text, nullable=False, server_default=""),
    ref("changed_by", "person"),
    moment("changed_at", nullable=False),
    PrimaryKeyConstraint("source", "revision"),
)

directory_member = Table(
    # Somebody of a directory who has or had an account: what the directory gave them, so that what people change
    # by hand is known and left alone. It outlives an erasure: who was erased gets no second account.
    "directory_member",
    metadata,
    Column("key_hash", Text, primary_key=True),  # keyed: source, and what the directory calls them
    Column("source", Text, nullable=False),
    ref("person_id", "person"),
    Column("made", Boolean, nullable=False, server_default=text("false")),  # the account is of the directory's making
    Column("applied_role", Text, nullable=False, server_default=""),
    ref("applied_department_id", "department", nullable=True),
    Column("shut_out", Boolean, nullable=False, server_default=text("false")),  # by the directory, not by hand
    Column("deleted", Boolean, nullable=False, server_default=text("false")),  # there: an administrator lets them in
    moment("seen_at", nullable=False),
    Index("ix_directory_member_person_id", "person_id"),
)

directory_run = Table(
    # One comparison with a directory, and what came of it.
    "directory_run",
    metadata,
    own_id(),
    Column("source", Text, nullable=False),
    Column("cause", Text, CheckConstraint("cause IN ('nightly', 'callback', 'ordered')", name="cause"), nullable=False),
    Column("state", Text, CheckConstraint("state IN ('done', 'held', 'failed')", name="state"), nullable=False),
    Column("counts", JSONB, nullable=False),
    Column("problem", Text, nullable=False, server_default=""),  # a fixed word
    Column("leaving_hash", Text, nullable=False, server_default=""),  # of who would be shut out, to be confirmed by it
    ref("ordered_by", "person", nullable=True),
    moment("started_at", nullable=False),
    moment("ended_at", nullable=False),
    Index("ix_directory_run_started_at", "source", "started_at"),
)

directory_difference = Table(
    # What stands here otherwise than in the directory, as the last comparison found it.
    "directory_difference",
    metadata,
    Column("source", Text, nullable=False),
    Column("key_hash", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("external_id", Text, nullable=False),  # what the directory calls them
    ref("person_id", "person", nullable=True),
    Column("detail", Text, nullable=False, server_default=""),
    moment("seen_at", nullable=False),
    PrimaryKeyConstraint("source", "key_hash", "kind"),
)

directory_change = Table(
    # What a directory changed here.
    "directory_change",
    metadata,
    own_id(),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    ref("person_id", "person", nullable=True),
    ref("department_id", "department", nullable=True),
    Column("before", Text, nullable=False, server_default=""),
    Column("after", Text, nullable=False, server_default=""),
    moment("changed_at", nullable=False),
    Index("ix_directory_change_changed_at", "source", "changed_at"),
)

sign_in_change = Table(
    # What was done to somebody's ways in by an administrator, or to their own by themselves.
    "sign_in_change",
    metadata,
    own_id(),
    ref("person_id", "person"),
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),  # an id, or a provider's name in addresses
    Column("reason", Text, nullable=False, server_default=""),
    ref("changed_by", "person"),
    moment("changed_at", nullable=False),
    Index("ix_sign_in_change_person_id", "person_id", "changed_at"),
)
