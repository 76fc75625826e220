"""Materials, their versions and what scans found."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from storage.schema.columns import created, metadata, moment, own_id, ref

material = Table(
    "material",
    metadata,
    own_id(),
    ref("owner_id", "person"),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column(
        "class",
        Text,
        CheckConstraint("class IN ('public_ad', 'in_clinic', 'professional_training', 'internal')", name="class"),
        key="material_class",
        nullable=False,
    ),
    Column(
        "sensitivity",
        Text,
        CheckConstraint("sensitivity IN ('usual', 'top')", name="sensitivity"),
        nullable=False,
        server_default="usual",
    ),
    created(),
    moment("withdrawn_at"),
    Column("withdrawn_by", Uuid, ForeignKey("person.id")),
    Column("withdrawn_reason", Text),
    Index("ix_material_owner_id", "owner_id"),
)

version = Table(
    "version",
    metadata,
    own_id(),
    ref("material_id", "material"),
    Column("number", Integer, nullable=False),
    Column("sha256", Text, CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),  # found out from the bytes, never taken from the client alone
    Column("filename", Text, nullable=False),
    Column("object_key", Text, nullable=False),  # versions of the same bytes share one object
    ref("upload_id", "upload", nullable=True),
    ref("uploader_id", "person"),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('draft', 'submitted', 'changes_requested', 'approved', 'rejected')", name="state"),
        nullable=False,
    ),
    Column(
        "preparation",
        Text,
        CheckConstraint("preparation IN ('pending', 'ready', 'refused')", name="preparation"),
        nullable=False,
    ),
    Column("pages_total", Integer),
    Column("pages_ready", Integer, nullable=False, server_default="0"),
    created(),
    Column("declaration_revision", Integer),  # what it was submitted with; null: the material's newest declaration
    UniqueConstraint("material_id", "number"),
    UniqueConstraint("upload_id"),  # an upload becomes one version, once
    Index("ix_version_uploader_id", "uploader_id"),
    Index("ix_version_sha256", "sha256"),
    Index("ix_version_object_key", "object_key", postgresql_ops={"object_key": "text_pattern_ops"}),
)

rendition = Table(
    "rendition",
    metadata,
    own_id(),
    ref("version_id", "version"),
    Column(
        "kind",
        Text,
        CheckConstraint(
            "kind IN ('page', 'thumb', 'full', 'converted', 'template-shared', 'slots-shared', 'template-interleaved', "
            "'slots-interleaved', 'zoom-2', 'zoom-4', 'text')",
            name="kind",
        ),
        nullable=False,
    ),
    Column("page", Integer, nullable=False),  # 1-based
    Column("object_key", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("width_mpt", Integer, nullable=False),  # page size in thousandths of a PDF point; 0 for images
    Column("height_mpt", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", Text),  # of what was made once and can't be made again alike
    UniqueConstraint("version_id", "kind", "page"),
)

scan = Table(
    # One look of the detectors at one version; the newest is what counts.
    "scan",
    metadata,
    own_id(),
    ref("version_id", "version"),
    Column("sha256", Text, nullable=False),  # the bytes that were looked at
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('waiting', 'running', 'finished', 'failed')", name="state"),
        nullable=False,
    ),
    Column("stage", Text, nullable=False, server_default=""),
    Column("pages_total", Integer),
    Column("pages_done", Integer, nullable=False, server_default="0"),
    Column("detectors", JSONB, nullable=False, server_default="{}"),  # {name: version} of those that looked
    Column("rule_set_version", Text, nullable=False, server_default=""),
    Column("material_class", Text, nullable=False, server_default=""),  # as it was when the scan began; so is
    Column("declaration_revision", Integer, nullable=False, server_default="0"),  # what was declared; 0: nothing
    Column("attempt", Integer, nullable=False, server_default="0"),  # how often it was begun
    Column("failure", Text, nullable=False, server_default=""),
    created(),
    moment("started_at"),
    moment("ended_at"),
    Index("ix_scan_version_id", "version_id", "created_at"),
    Index("ix_scan_open", "created_at", postgresql_where=text("state IN ('waiting', 'running')")),
)

finding = Table(
    "finding",
    metadata,
    own_id(),
    ref("version_id", "version"),
    Column("detector", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column(
        "severity",
        Text,
        CheckConstraint("severity IN ('block', 'review', 'evidence')", name="severity"),
        nullable=False,
    ),
    Column("place", JSONB, nullable=False),
    Column("params", JSONB, nullable=False),
    Column("basis", Text, nullable=False, server_default=""),
    created(),
    ref("scan_id", "scan", nullable=True),  # null: noticed by what is no scan, such as the preparation
    Column("quote", Text, nullable=False, server_default=""),  # of the material, where it has a text
    Column("hard", Boolean, nullable=False, server_default="false"),  # nobody can dismiss it
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('open', 'dismissed', 'confirmed')", name="state"),
        nullable=False,
        server_default="open",
    ),
    Column("decided_by", Uuid, ForeignKey("person.id")),
    moment("decided_at"),
    Column("reason", Text, nullable=False, server_default=""),
    CheckConstraint("NOT hard OR state <> 'dismissed'", name="hard"),
    Index("ix_finding_version_id", "version_id"),
)
