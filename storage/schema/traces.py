"""Traces and employees' own visits."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from storage.schema.columns import created, metadata, moment, own_id, ref

trace = Table(
    # A leaked thing that somebody asked about, and what became of the question.
    "trace",
    metadata,
    own_id(),
    ref("person_id", "person"),
    Column("sha256", Text, CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),  # found out from the bytes
    Column("filename", Text, nullable=False),
    Column("object_key", Text),  # null once its bytes are forgotten
    ref("material_id", "material", nullable=True),
    ref("share_id", "share", nullable=True),
    moment("since"),
    moment("until"),
    Column(
        "state", Text, CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state"), nullable=False
    ),
    Column("steps_done", Integer, nullable=False, server_default="0"),
    Column("steps_total", Integer, nullable=False, server_default="0"),
    Column("outcome", Text, CheckConstraint("outcome IN ('found', 'not_enough')", name="outcome")),
    Column("failure", Text),  # slug of what made it fail
    Column("results", JSONB),
    created(),
    moment("ended_at"),
    Index("ix_trace_created_at_id", "created_at", "id"),
    Index("ix_trace_open", "created_at", postgresql_where=text("state IN ('queued', 'running')")),
)

page_features = Table(
    # What a page looks like in a few kilobytes, to find it by a picture of a part of it.
    "page_features",
    metadata,
    Column("version_id", Uuid, ForeignKey("version.id"), primary_key=True),
    Column("page", Integer, primary_key=True),  # 1-based
    Column("features", LargeBinary, nullable=False),
)

desk_visit = Table(
    # An employee reading a version inside the brand: what they are shown is a copy too, and leads back to them.
    "desk_visit",
    metadata,
    own_id(),
    ref("version_id", "version"),
    ref("person_id", "person"),
    Column("copy_id", BigInteger, nullable=False, unique=True),
    Column("kid", SmallInteger, nullable=False),
    moment("started_at", nullable=False),
    moment("expires_at", nullable=False),
    Index("ix_desk_visit_version_id_person_id", "version_id", "person_id"),
)
