"""Webhooks out: who is told of what happens to shares and materials, and what was delivered to them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from storage.schema.columns import created, metadata, moment, own_id, ref

webhook = Table(
    # Its secret is derived from its id, its generation and the root key, and stored nowhere.
    "webhook",
    metadata,
    own_id(),
    Column("name", Text, nullable=False, unique=True),
    Column("sealed_address", LargeBinary, nullable=False),  # wrapped by the master key
    Column("kek", Text, nullable=False),  # which master key wraps it
    Column("kinds", ARRAY(Text), nullable=False),
    Column("generation", Integer, nullable=False, server_default="1"),  # of the secret
    moment("former_until"),  # until when the secret before signs as well
    Column("next_index", BigInteger, nullable=False),  # the first leaf of the log that was not looked at for it
    created(),
    ref("created_by", "person"),
    moment("paused_at"),
    moment("disabled_at"),  # by itself, after days without a success
    moment("failing_since"),
    moment("succeeded_at"),
)

webhook_delivery = Table(
    # One message for one receiver; `place` is that of the event in the log, and none for a test.
    "webhook_delivery",
    metadata,
    own_id(),
    Column("webhook_id", Uuid, ForeignKey("webhook.id", ondelete="CASCADE"), nullable=False),
    Column("seq", BigInteger, nullable=False),  # the order within the webhook
    Column("place", BigInteger),
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('waiting', 'done', 'dead')", name="state"),
        nullable=False,
        server_default="waiting",
    ),
    Column("tries", Integer, nullable=False, server_default="0"),
    created(),
    moment("next_try_at", nullable=False),
    moment("tried_at"),
    Column("status", Integer),  # of the last answer; null: there was none
    Column("reason", Text, nullable=False, server_default=""),  # a fixed word: why the last try failed
    UniqueConstraint("webhook_id", "seq"),
    UniqueConstraint("webhook_id", "place"),
    Index("ix_webhook_delivery_waiting", "webhook_id", "seq", postgresql_where=text("state = 'waiting'")),
    Index("ix_webhook_delivery_created_at", "created_at"),
)
