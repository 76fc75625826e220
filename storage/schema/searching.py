"""Searching the log.

Made of the leaves, behind the log and in the order of the tree. None of it counts: it can be made anew from `event`.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from storage.schema.columns import created, metadata, moment, own_id, ref


def _codes(*names: str) -> list[Column[object]]:
    return [Column(name, Integer, nullable=False) for name in names]


log_reader = Table(
    # How far each follower of the log has come: everything below `next_index` of the tree is done.
    "log_reader",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_index", BigInteger, nullable=False),
    moment("read_at", nullable=False),
)

event_word = Table(
    # Each value that stands in a field of a leaf, by a number; `n` counts the indexed events that hold it.
    "event_word",
    metadata,
    Column("code", Integer, Identity(always=True), primary_key=True),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("n", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("field", "value"),
)


def _by_code(name: str, *, empty: bool = True) -> Index:
    where = text(f"{name} > 0") if empty else None
    return Index(f"ix_event_index_{name}_id", name, "id", postgresql_where=where)


event_index = Table(
    # One narrow row per sequenced event: codes of event_word (0: nothing there), and hashes of its details.
    "event_index",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # of the event
    moment("t", nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("day", Date, nullable=False),  # in the brand's zone
    *_codes("act", "role", "why", "who", "org", "obj", "ver", "link", "sess", "ip", "ua"),
    Column("res", SmallInteger, nullable=False),  # 0 allow, 1 deny, 2 error
    Column("terms", ARRAY(BigInteger), nullable=False),
    _by_code("act", empty=False),
    *(_by_code(name) for name in ("role", "why", "who", "org", "obj", "ver", "link", "sess", "ip", "ua", "res")),
    Index("ix_event_index_terms", "terms", postgresql_using="gin"),
)

event_day = Table(
    # How many events of a kind there were on a day.
    "event_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("act", Integer, primary_key=True, autoincrement=False),
    Column("res", SmallInteger, primary_key=True, autoincrement=False),
    Column("role", Integer, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
)

event_hour = Table(
    # Between which ids the events of an hour stand, and how many they are.
    "event_hour",
    metadata,
    Column("hour", DateTime(timezone=True), primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("first_id", BigInteger, nullable=False),
    Column("last_id", BigInteger, nullable=False),
)

event_month = Table(
    # How many of a kind there were of one person or clinic, or about one material, in a month.
    "event_month",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("code", Integer, primary_key=True, autoincrement=False),
    Column("month", Date, primary_key=True),
    Column("act", Integer, primary_key=True, autoincrement=False),
    Column("res", SmallInteger, primary_key=True, autoincrement=False),
    Column("role", Integer, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
)

event_total = Table(
    # The same since the beginning: who, where and what comes first.
    "event_total",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("code", Integer, primary_key=True, autoincrement=False),
    Column("act", Integer, primary_key=True, autoincrement=False),
    Column("res", SmallInteger, primary_key=True, autoincrement=False),
    Column("role", Integer, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
)

event_block = Table(
    # The same for 4,096 leaves of the tree at a time, so that a span of it is counted without reading it.
    "event_block",
    metadata,
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("act", Integer, primary_key=True, autoincrement=False),
    Column("res", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
)

saved_search = Table(
    # An auditor's own: name and query, encrypted under the auditor's key, for names may stand in them.
    "saved_search",
    metadata,
    own_id(),
    ref("person_id", "person"),
    Column("sealed", LargeBinary, nullable=False),
    created(),
    Index("ix_saved_search_person_id", "person_id"),
)

trail_review = Table(
    # A span of the tree that somebody has gone through and signed for; spans follow each other without a gap.
    "trail_review",
    metadata,
    own_id(),
    Column("first_index", BigInteger, nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, CheckConstraint("length(root) = 32", name="root"), nullable=False),
    ref("person_id", "person"),
    moment("signed_at", nullable=False),
    Column(
        "meaning", Text, CheckConstraint("meaning IN ('in_order', 'with_findings')", name="meaning"), nullable=False
    ),
    Column("note", Text, nullable=False, server_default=""),
    Column("event_id", BigInteger, nullable=False),
    CheckConstraint("size > first_index", name="span"),
)

known_origin = Table(
    # From which networks and devices a person has been seen.
    "known_origin",
    metadata,
    Column("who", Text, primary_key=True),
    Column("kind", Text, CheckConstraint("kind IN ('network', 'device')", name="kind"), primary_key=True),
    Column("value", Text, primary_key=True),
    Column("first_id", BigInteger, nullable=False),
)

anomaly = Table(
    # What stood out: one row for a detector, a person (or a network of strangers) and a day.
    "anomaly",
    metadata,
    own_id(),
    Column("detector", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("ip", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("bar", BigInteger, nullable=False),
    Column("first_id", BigInteger, nullable=False),
    Column("last_id", BigInteger, nullable=False),
    Column("last_index", BigInteger, nullable=False),
    moment("first_at", nullable=False),
    moment("last_at", nullable=False),
    moment("dismissed_at"),
    Column("dismissed_by", Uuid, ForeignKey("person.id")),
    Column("reason", Text, nullable=False, server_default=""),
    UniqueConstraint("detector", "who", "ip", "day"),
    Index("ix_anomaly_last_id", "last_id"),
    Index("ix_anomaly_open", "last_id", postgresql_where=text("dismissed_at IS NULL")),
)
