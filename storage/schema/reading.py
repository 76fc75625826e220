"""Attested reading, and forwards at their source: what intake keeps, and what figures are read from.

`beacon_visit`, `beacon_page`, `forward_pool`, `share_chat` and `share_sending` are kept by acts. The other tables are
made of the leaves of the log, in the order of the tree, and can be made anew from it: `viewer:page:read` fills them.

A page counts as *read* in a visit once its reader spent compliance.spreading.reading.READ_MS on it. Reading through
one's own link is in the log and in no figure. `scope_id` is an employee's share, with all that was passed on from it,
or a material; people are distinct within the scope and version.
"""

from sqlalchemy import (
    BigInteger,
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

from storage.schema.columns import metadata, moment, ref

beacon_visit = Table(
    # What a visit's beacons came to; its clock is shared by all of its pages.
    "beacon_visit",
    metadata,
    Column("visit_id", Uuid, ForeignKey("visit.id"), primary_key=True),
    Column("seq", Integer, nullable=False),  # of the last one accepted
    moment("clock_at", nullable=False),  # until then the visit's time is spent
    Column("accepted", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("forged", Integer, nullable=False),
    Column("shortened", Integer, nullable=False),  # claimed more than the clock allows
)

beacon_page = Table(
    # Attested reading of one page in one visit, and how much of it the log was told.
    "beacon_page",
    metadata,
    Column("visit_id", Uuid, ForeignKey("beacon_visit.visit_id"), primary_key=True),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("ms", Integer, nullable=False),
    Column("told_ms", Integer, nullable=False),
    moment("told_at", nullable=False),
    Index("ix_beacon_page_told_at", "told_at", postgresql_where=text("ms > told_ms")),
)

forward_pool = Table(
    # Links that were made ahead, because a share sheet can't wait. Each becomes a share when it is used, or never.
    "forward_pool",
    metadata,
    Column("token_id", LargeBinary, primary_key=True),
    Column("kid", SmallInteger, nullable=False),
    ref("visit_id", "visit"),
    moment("issued_at", nullable=False),
    moment("expires_at", nullable=False),
    ref("share_id", "share", nullable=True),  # None: not used yet
    Index("ix_forward_pool_visit_id", "visit_id"),
    Index("ix_forward_pool_expires_at", "expires_at", postgresql_where=text("share_id IS NULL")),
)

share_chat = Table(
    # The chat that a link was first opened in, as a keyed hash of what WeChat calls it.
    "share_chat",
    metadata,
    Column("share_id", Uuid, ForeignKey("share.id"), primary_key=True),
    Column("chat", LargeBinary, nullable=False),
    moment("first_at", nullable=False),
)

share_sending = Table(
    # Sendings that a platform confirmed, each once by its key.
    "share_sending",
    metadata,
    Column("share_id", Uuid, ForeignKey("share.id"), primary_key=True),
    Column("key", Text, primary_key=True),  # a hash
    Column("channel", Text, nullable=False),
    moment("sent_at", nullable=False),
)

read_visit = Table(
    # One visit in which something was read.
    "read_visit",
    metadata,
    Column("visit_id", Uuid, primary_key=True),
    Column("share_id", Uuid, nullable=False),
    Column("root_id", Uuid, nullable=False),
    Column("material_id", Uuid, nullable=False),
    Column("ver", Text, nullable=False),  # SHA-256 of the version
    Column("who", Text, nullable=False),
    Column("pages", Integer, nullable=False),  # of the version
    Column("pages_read", Integer, nullable=False),
    Column("furthest", Integer, nullable=False),  # page that was read
    Column("ms", Integer, nullable=False),
    moment("first_at", nullable=False),  # when the log was told, at most a minute after
    moment("last_at", nullable=False),
    Index("ix_read_visit_share_id", "share_id"),
    Index("ix_read_visit_material_id_ver_who", "material_id", "ver", "who"),
)

read_visit_page = Table(
    # How long each page was read in a visit.
    "read_visit_page",
    metadata,
    Column("visit_id", Uuid, primary_key=True),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("ms", Integer, nullable=False),
)

read_page = Table(
    # How long each page of a version was read within a scope, and by how many people.
    "read_page",
    metadata,
    Column("scope_id", Uuid, primary_key=True),
    Column("ver", Text, primary_key=True),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("ms", BigInteger, nullable=False),
    Column("readers", Integer, nullable=False),
)

read_version = Table(
    # Sums over the visits of a scope: by `visits` and `pages` they are completion and the furthest page's share.
    "read_version",
    metadata,
    Column("scope_id", Uuid, primary_key=True),
    Column("ver", Text, primary_key=True),
    Column("pages", Integer, nullable=False),  # of the version
    Column("visits", Integer, nullable=False),  # in which something was read
    Column("readers", Integer, nullable=False),  # who read a page of it
    Column("ms", BigInteger, nullable=False),
    Column("pages_read", BigInteger, nullable=False),
    Column("furthest", BigInteger, nullable=False),
)
