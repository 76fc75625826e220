"""Platforms: tokens that all nodes share, what platforms sent, and what they were asked about pictures.

What a token or a message says stands encrypted under the master key; what it is looked up by is a keyed hash.
"""

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Integer, LargeBinary, Table, Text, text

from storage.schema.columns import metadata, moment, own_id, ref

platform_token = Table(
    # A secret of a platform's that is valid for hours, fetched by whichever node needs it first.
    "platform_token",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    moment("renew_at", nullable=False),
    moment("fetched_at", nullable=False),
    moment("forced_at"),
)

platform_nonce = Table(
    # A signature is good once, for the message that it came with.
    "platform_nonce",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("message_hash", Text, nullable=False),
    moment("seen_at", nullable=False),
    Index("ix_platform_nonce_seen_at", "seen_at"),
)

platform_callback = Table(
    # A message that a platform pushed, once however often it comes; `sealed` is emptied when it was handled.
    "platform_callback",
    metadata,
    own_id(),
    Column("platform", Text, CheckConstraint("platform IN ('wechat', 'wecom')", name="platform"), nullable=False),
    Column("message_hash", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("subject_hash", Text, nullable=False),  # whom or what it is about: later ones supersede earlier ones
    Column("sealed", LargeBinary),
    moment("said_at", nullable=False),  # by the platform's clock, in full seconds
    Column("received_at", DateTime(timezone=True), nullable=False),
    moment("handled_at"),
    Index("ix_platform_callback_subject_hash", "subject_hash", "said_at"),
    Index("ix_platform_callback_received_at", "received_at"),
)

picture_check = Table(
    # A page that a platform was asked about, or a verdict that came before the answer which announces it: then the
    # page is not known yet. Without a verdict it is waited for; `unchecked` is what was waited for in vain.
    "picture_check",
    metadata,
    Column("trace_id", Text, primary_key=True),
    ref("version_id", "version", nullable=True),
    ref("scan_id", "scan", nullable=True),  # whose findings the verdict joins
    Column("page", Integer),
    Column(
        "verdict",
        Text,
        CheckConstraint("verdict IN ('pass', 'review', 'risky', 'unchecked')", name="verdict"),
    ),
    Column("label", Integer, nullable=False, server_default="0"),
    Column("cause", Text, nullable=False, server_default=""),
    moment("asked_at"),
    moment("answered_at"),
    CheckConstraint("(version_id IS NULL) = (asked_at IS NULL)", name="asked"),
    CheckConstraint("asked_at IS NOT NULL OR answered_at IS NOT NULL", name="known"),
    Index("ix_picture_check_version_id", "version_id"),
    Index("ix_picture_check_waiting", "asked_at", postgresql_where=text("verdict IS NULL")),
    Index("ix_picture_check_early", "answered_at", postgresql_where=text("version_id IS NULL")),
)
