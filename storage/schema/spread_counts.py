"""What shares, materials, employees, clinics and the brand did, added up by day and hour as the log grows.

Like storage.schema.spreading, made of the leaves of the log, and again by `sealshare analytics rebuild`. A subject is a
dimension and a key: `material` and its id, `share` and the id of an employee's share (with all that was passed on from
it), `employee` and their pseudonym, `clinic` and its id, `brand` and "". What grows with time lies in one partition
for each year, which the follower makes when its first row comes. A subject's rows lie far apart, as they come in the
order of time, so the keys of those that pages read many of include the counts: they are read from the index alone.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from storage.schema.columns import metadata, moment

spread_subject = Table(
    # When a subject was first shared and last opened.
    "spread_subject",
    metadata,
    Column("dim", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    moment("began_at"),
    moment("opened_at"),
    Index("ix_spread_subject_dim_opened_at", "dim", "opened_at"),
)

spread_day = Table(
    # What happened to a subject on one day in the brand's time zone.
    "spread_day",
    metadata,
    Column("dim", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("opens", Integer, nullable=False),  # visits that began
    Column("pages", Integer, nullable=False),  # page images that were served
    Column("downloads", Integer, nullable=False),
    Column("shares", Integer, nullable=False),  # made by employees
    Column("intents", Integer, nullable=False),  # links that viewers passed on
    Column("confirmed", Integer, nullable=False),  # of these, opened by somebody else for the first time
    Column("reach", Integer, nullable=False),  # people who came in by such a link, first within the subject
    Column("viewers", Integer, nullable=False),  # people who opened, first within the subject
    Column("direct", Integer, nullable=False),  # of these, by the employee's own link
    Column("newcomers", Integer, nullable=False),  # people who opened, first within the brand
    Column("readers", Integer, nullable=False),  # people whose reading was attested, first within the subject
    Column("forwarders", Integer, nullable=False),  # people who passed on, first within the subject
    Column("invited", Integer, nullable=False),  # invitations that employees made
    Column("verified", Integer, nullable=False),  # guests of invitations who proved who they are
    Column("sent", Integer, nullable=False),  # sendings that a platform confirmed
    Column("read_ms", BigInteger, nullable=False),  # attested reading
    Column("new_readers", Integer, nullable=False),  # people whose reading was attested, first within the brand
    Column("new_forwarders", Integer, nullable=False),  # people who passed on, first within the brand
    Index("ix_spread_day_dim_day", "dim", "day"),
    postgresql_partition_by="RANGE (day)",
)

spread_month = Table(
    # The same by month, which is known by its first day: spans of a year are added up from it.
    "spread_month",
    metadata,
    Column("dim", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("month", Date, primary_key=True),
    *(Column(each.name, each.type, nullable=False) for each in spread_day.columns if not each.primary_key),
    Index("ix_spread_month_dim_month", "dim", "month"),
)

spread_gap = Table(
    # How many people opened on a day, by how many days ago they had last done so; 0: never before. Whoever opened
    # between two days has one row in there whose gap leads out of it: so people are counted once in any span.
    "spread_gap",
    metadata,
    Column("dim", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("gap", Integer, primary_key=True, autoincrement=False),
    Column("people", Integer, nullable=False),
    PrimaryKeyConstraint("dim", "key", "day", "gap", postgresql_include=["people"]),
    postgresql_partition_by="RANGE (day)",
)

spread_pulse = Table(
    # People by the hour in which they came into a cascade, and by hands from its root: what growth is estimated from.
    "spread_pulse",
    metadata,
    Column("dim", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("hour", DateTime(timezone=True), primary_key=True),
    Column("depth", Integer, primary_key=True, autoincrement=False),
    Column("opens", Integer, nullable=False),  # in this hour, by people at this depth
    Column("people", Integer, nullable=False),  # who came in, in each cascade
    Column("viewers", Integer, nullable=False),  # of these, first within the subject; makers of shares are none
    Column("intents", Integer, nullable=False),  # links that they passed on within their window
    Column("brought", Integer, nullable=False),  # people who came by them within their window
    PrimaryKeyConstraint(
        *("dim", "key", "hour", "depth"), postgresql_include=["opens", "people", "viewers", "intents", "brought"]
    ),
    postgresql_partition_by="RANGE (hour)",
)

spread_wave = Table(
    # The same by week, which is known by its Monday in the brand's time zone: growth over a year is added up from it.
    # Hours in which nobody came, but somebody opened, have no row.
    "spread_wave",
    metadata,
    Column("dim", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("week", Date, primary_key=True),
    Column("depth", Integer, primary_key=True, autoincrement=False),
    Column("people", Integer, nullable=False),
    Column("viewers", Integer, nullable=False),
    Column("intents", Integer, nullable=False),
    Column("brought", Integer, nullable=False),
    PrimaryKeyConstraint(
        *("dim", "key", "week", "depth"), postgresql_include=["people", "viewers", "intents", "brought"]
    ),
)

spread_wait = Table(
    # Viewers by the whole hours from their own first opening to the first that they brought about.
    "spread_wait",
    metadata,
    Column("dim", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("hours", Integer, primary_key=True, autoincrement=False),
    Column("people", Integer, nullable=False),
)

spread_viewer = Table(
    # People by the order in which they first opened anything of the brand, makers of their own shares aside.
    "spread_viewer",
    metadata,
    Column("who", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    UniqueConstraint("number"),
)

spread_crowd = Table(
    # Who opened something of a subject (but the brand) in a month, on which days: entries of four bytes in
    # the order of the log, see compliance.spreading.crowds. By it, people of any of them together count once.
    "spread_crowd",
    metadata,
    Column("dim", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("month", Date, primary_key=True),
    Column("entries", LargeBinary, nullable=False),
    postgresql_partition_by="RANGE (month)",
)

spread_seen = Table(
    # Who opened anything of a subject: the days on which they first did each thing. By it, everybody counts once.
    "spread_seen",
    metadata,
    Column("dim", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("who", Text, primary_key=True),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("read_day", Date),
    Column("forward_day", Date),
    Column("reach_day", Date),
)
