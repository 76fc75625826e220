"""Shares and visits."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from storage.schema.columns import created, metadata, moment, own_id, ref

share = Table(
    "share",
    metadata,
    own_id(),
    Column("token_id", LargeBinary, nullable=False, unique=True),  # 11 random bytes of the link
    Column("kid", SmallInteger, nullable=False),
    ref("material_id", "material"),
    ref("creator_id", "person"),  # the employee, or the viewer who forwarded
    ref("sponsor_id", "person"),  # the employee at the root of the tree, whose right carries every child
    Column("parent_id", Uuid, ForeignKey("share.id")),
    ref("root_id", "share"),
    Column("depth", Integer, nullable=False),
    Column(
        "audience",
        Text,
        CheckConstraint("audience IN ('verified', 'clinic', 'person', 'region')", name="audience"),
        nullable=False,
    ),
    # The one that the share is for; several, and regions, are rows of share_addressee. A forward without any is for
    # whom its parent is for.
    Column("audience_clinic_id", Uuid, ForeignKey("clinic.id")),
    Column("audience_person_id", Uuid, ForeignKey("person.id")),
    Column("audience_job", Text),  # one, or several with commas between, which an older release takes for none it knows
    moment("expires_at", nullable=False),
    Column("visits_max", Integer),  # None: not limited
    Column("visits_used", Integer, nullable=False, server_default="0"),
    Column("viewers_max", Integer),  # different people, by it and by what is forwarded from it; None: not limited
    Column("viewers_used", Integer, nullable=False, server_default="0"),  # the rows of share_viewer
    Column("download", Boolean, nullable=False),
    Column("forward_depth_left", Integer, nullable=False),
    Column("watermark", Text, nullable=False),  # the preset that its maker began with
    Column("look", JSONB(none_as_null=True)),  # null: as the preset says
    Column(
        "seal_level",
        Text,
        CheckConstraint("seal_level IN ('automatic', 'shared', 'interleaved', 'flattened')", name="seal_level"),
        nullable=False,
        server_default="automatic",
    ),
    Column("note", Text, nullable=False, server_default=""),
    created(),
    moment("revoked_at"),
    Column("revoked_by", Uuid, ForeignKey("person.id")),
    Column("revoked_reason", Text, nullable=False, server_default=""),
    # Of what was granted to be passed on: the link that it was granted of, whose visits and places it takes too.
    Column("limited_by_id", Uuid, ForeignKey("share.id")),
    CheckConstraint("visits_max IS NULL OR visits_used <= visits_max", name="visits"),
    CheckConstraint("viewers_max IS NULL OR viewers_used <= viewers_max", name="viewers"),
    Index("ix_share_material_id", "material_id"),
    Index("ix_share_root_id", "root_id"),
    Index("ix_share_creator_id", "creator_id"),
)

share_addressee = Table(
    # Whom a share is for, if its row names none of them: each row names one.
    "share_addressee",
    metadata,
    own_id(),
    ref("share_id", "share"),
    Column("person_id", Uuid, ForeignKey("person.id")),
    Column("clinic_id", Uuid, ForeignKey("clinic.id")),
    Column("region", Text),
    CheckConstraint("num_nonnulls(person_id, clinic_id, region) = 1", name="one"),
    Index("ix_share_addressee_share_id", "share_id"),
)

share_viewer = Table(
    # Who has come in by a share that lets in only so many people, or by what was forwarded from it.
    "share_viewer",
    metadata,
    Column("share_id", Uuid, ForeignKey("share.id"), primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.id"), primary_key=True),
    Index("ix_share_viewer_person_id", "person_id"),
)

share_bar = Table(
    # Who was shut out of a share and of all that is forwarded from it, for good.
    "share_bar",
    metadata,
    own_id(),
    ref("share_id", "share"),
    ref("person_id", "person"),
    ref("barred_by", "person"),
    moment("barred_at", nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_share_bar_share_id", "share_id"),
)

share_change = Table(
    # What a share's policy said before it was narrowed, and after: only what changed.
    "share_change",
    metadata,
    own_id(),
    ref("share_id", "share"),
    ref("changed_by", "person"),
    moment("changed_at", nullable=False),
    Column("before", JSONB, nullable=False),
    Column("after", JSONB, nullable=False),
    Index("ix_share_change_share_id", "share_id"),
)

share_folder = Table(
    # Several materials behind one link, that of the lead: each is a share of its own, with the policy of the others.
    "share_folder",
    metadata,
    Column("lead_id", Uuid, ForeignKey("share.id"), primary_key=True),
    Column("title", Text, nullable=False),
)

share_item = Table(
    # What is in a folder, in its order; the lead is the first.
    "share_item",
    metadata,
    Column("share_id", Uuid, ForeignKey("share.id"), primary_key=True),
    Column("lead_id", Uuid, ForeignKey("share_folder.lead_id"), nullable=False),
    Column("position", Integer, nullable=False),
    UniqueConstraint("lead_id", "position"),
)

share_look = Table(
    # How the mark of a share's copies looked before it was changed: visits that began before `until` keep it.
    "share_look",
    metadata,
    Column("share_id", Uuid, ForeignKey("share.id"), primary_key=True),
    Column("until", DateTime(timezone=True), primary_key=True),
    Column("watermark", Text, nullable=False),
    Column("look", JSONB(none_as_null=True)),
    ref("changed_by", "person"),
)

share_cut = Table(
    # Whose branch below a root share was cut: what they passed on is closed, and they pass nothing on any more.
    "share_cut",
    metadata,
    Column("root_id", Uuid, ForeignKey("share.id"), primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.id"), primary_key=True),
    ref("cut_by", "person"),
    moment("cut_at", nullable=False),
)

visit = Table(
    "visit",
    metadata,
    own_id(),
    ref("share_id", "share"),
    ref("version_id", "version"),
    ref("person_id", "person"),
    Column("copy_id", BigInteger, nullable=False, unique=True),  # 48 random bits: what the hidden mark carries
    Column("kid", SmallInteger, nullable=False, server_default="1"),  # of the key that the hidden mark is made with
    moment("started_at", nullable=False),
    moment("expires_at", nullable=False),
    moment("seen_at", nullable=False),
    Index("ix_visit_share_id", "share_id"),
    Index("ix_visit_person_id", "person_id"),
    Index("ix_visit_version_id", "version_id"),
)
