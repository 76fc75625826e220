"""Platforms: tokens that all nodes share, and what platforms sent.

What a token or a message says stands encrypted under the master key; what it is looked up by is a keyed hash.
"""

from sqlalchemy import CheckConstraint, Column, DateTime, Index, LargeBinary, Table, Text

from storage.schema.columns import metadata, moment, own_id

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
