"""How materials travel from person to person.

Made of the leaves of the log, in the order of the tree. None of it counts: it can be made anew from `event`. People are
pseudonyms, as in the log.
"""

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, Table, Text, Uuid, text

from storage.schema.columns import metadata, moment

spread_share = Table(
    # Every share and every forward that was ever made.
    "spread_share",
    metadata,
    Column("share_id", Uuid, primary_key=True),
    Column("material_id", Uuid, nullable=False),
    Column("root_id", Uuid, nullable=False),
    Column("parent_id", Uuid),  # None: an employee's own
    Column("maker", Text, nullable=False),
    moment("made_at", nullable=False),
    moment("opened_at"),  # when somebody other than its maker first opened it
    Index("ix_spread_share_material_id", "material_id"),
    Index("ix_spread_share_maker", "maker", postgresql_where=text("parent_id IS NULL")),
    Index("ix_spread_share_root_id_maker", "root_id", "maker"),
)

spread_opener = Table(
    # Who opened a share, how often and when first.
    "spread_opener",
    metadata,
    Column("share_id", Uuid, primary_key=True),
    Column("who", Text, primary_key=True),
    Column("opens", Integer, nullable=False),
    moment("first_at", nullable=False),
)

spread_person = Table(
    # The people of a cascade, below one root share: through whom each came first, and how many came through them.
    "spread_person",
    metadata,
    Column("root_id", Uuid, primary_key=True),
    Column("who", Text, primary_key=True),
    Column("material_id", Uuid, nullable=False),
    Column("parent", Text),  # None: who made the root share
    Column("share_id", Uuid, nullable=False),  # that was opened first; of the root, the one it made
    Column("org", Text, nullable=False),  # clinic id; "" for employees
    Column("depth", Integer, nullable=False),
    Column("children", Integer, nullable=False),
    Column("below", Integer, nullable=False),
    moment("first_at", nullable=False),
    Column("native", Text, nullable=False),  # "": the link itself; else why somebody passed its card on by hand
    Index("ix_spread_person_root_id_parent_below", "root_id", "parent", "below"),
    Index("ix_spread_person_root_id_org_first_at", "root_id", "org", "first_at"),
    Index("ix_spread_person_root_id_children", "root_id", "children"),
    Index(
        "ix_spread_person_material_id_below",
        "material_id",
        "below",
        postgresql_where=text("depth > 0 AND children > 0"),
    ),
)

spread_level = Table(
    # How many people of a cascade are so many hands away from its root.
    "spread_level",
    metadata,
    Column("root_id", Uuid, primary_key=True),
    Column("depth", Integer, primary_key=True, autoincrement=False),
    Column("people", Integer, nullable=False),
)

spread_root = Table(
    # What the shape of a cascade is made of; see compliance.spreading.cascades.Sums.
    "spread_root",
    metadata,
    Column("root_id", Uuid, primary_key=True),
    Column("material_id", Uuid, nullable=False),
    Column("maker", Text, nullable=False),
    Column("people", Integer, nullable=False),  # with the maker
    Column("below", BigInteger, nullable=False),
    Column("below_squared", BigInteger, nullable=False),
    Index("ix_spread_root_material_id_people", "material_id", "people"),
)

spread_hour = Table(
    # What happened to a share in an hour; partitioned by year, as storage.schema.spread_counts tells.
    "spread_hour",
    metadata,
    Column("share_id", Uuid, primary_key=True),
    Column("hour", DateTime(timezone=True), primary_key=True),
    Column("opens", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("downloads", Integer, nullable=False),
    postgresql_partition_by="RANGE (hour)",
)
