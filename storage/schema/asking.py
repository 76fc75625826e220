"""Viewers who were refused and ask to be let in."""

from sqlalchemy import CheckConstraint, Column, Index, Table, Text, text

from storage.schema.columns import metadata, moment, own_id, ref

access_request = Table(
    "access_request",
    metadata,
    own_id(),
    ref("person_id", "person"),
    ref("share_id", "share"),  # whose link they had
    ref("root_id", "share"),
    Column("need", Text, CheckConstraint("need IN ('open', 'forward')", name="need"), nullable=False),
    Column("rule", Text, nullable=False),  # that refused them
    Column("note", Text, nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('waiting', 'granted', 'refused')", name="state"),
        nullable=False,
    ),
    Column("word", Text, nullable=False, server_default=""),  # of whoever refused
    moment("asked_at", nullable=False),
    moment("decided_at"),
    ref("decided_by", "person", nullable=True),
    ref("granted_id", "share", nullable=True),
    Index(
        "uq_access_request_waiting",
        "root_id",
        "person_id",
        "need",
        unique=True,
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("ix_access_request_granted", "root_id", postgresql_where=text("granted_id IS NOT NULL")),
    Index("ix_access_request_person_id", "person_id", "asked_at"),
    Index("ix_access_request_state", "state", "asked_at"),
)
