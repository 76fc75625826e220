"""Certificates, declarations and notices."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from storage.schema.columns import created, metadata, moment, own_id, ref

CERTIFICATE_KINDS = "'medical_ad', 'drug_device_ad', 'device_registration', 'drug_approval', 'cosmetic_registration'"

certificate = Table(
    # The register: certificates of advertising and registrations of products. An entry changes, its changes stay.
    "certificate",
    metadata,
    own_id(),
    Column("kind", Text, CheckConstraint(f"kind IN ({CERTIFICATE_KINDS})", name="kind"), nullable=False),
    Column("number", Text, nullable=False),  # in its canonical form
    Column("holder", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("scope", Text, nullable=False, server_default=""),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),  # the last day, at the clinics' clock; null: without end
    Column(
        "status", Text, CheckConstraint("status IN ('active', 'suspended', 'revoked')", name="status"), nullable=False
    ),
    Column("revision", Integer, nullable=False),
    created(),
    CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="dates"),
    UniqueConstraint("kind", "number"),
)

certificate_change = Table(
    # Every state that an entry of the register was in: written with the entry, never changed.
    "certificate_change",
    metadata,
    Column("certificate_id", Uuid, ForeignKey("certificate.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("facts", JSONB, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    ref("changed_by", "person"),
    moment("changed_at", nullable=False),
)

certificate_warning = Table(
    # What was told of an entry's end, so that it is told once: days ahead, and 0 for the end itself.
    "certificate_warning",
    metadata,
    Column("certificate_id", Uuid, ForeignKey("certificate.id"), primary_key=True),
    Column("valid_until", Date, primary_key=True),
    Column("days_ahead", SmallInteger, primary_key=True),
    moment("told_at", nullable=False),
)

material_declaration = Table(
    # What a marketer says of a material; each change is a row of its own.
    "material_declaration",
    metadata,
    Column("material_id", Uuid, ForeignKey("material.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("product", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    ref("declared_by", "person"),
    moment("declared_at", nullable=False),
)

declared_certificate = Table(
    "declared_certificate",
    metadata,
    Column("material_id", Uuid, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("valid_until", Date),
    ForeignKeyConstraint(
        ["material_id", "revision"],
        ["material_declaration.material_id", "material_declaration.revision"],
        name="fk_declared_certificate_declaration",
    ),
    Index("ix_declared_certificate_number_kind", "number", "kind"),
)

evidence = Table(
    # Files that prove what a material says; removed ones stay as a record.
    "evidence",
    metadata,
    own_id(),
    ref("material_id", "material"),
    Column(
        "kind",
        Text,
        CheckConstraint(
            "kind IN ('certificate_scan', 'portrait_consent', 'data_source', 'patent', 'registration', 'other')",
            name="kind",
        ),
        nullable=False,
    ),
    Column("note", Text, nullable=False, server_default=""),
    Column("sha256", Text, CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("object_key", Text, nullable=False),
    ref("upload_id", "upload", nullable=True),
    ref("added_by", "person"),
    moment("added_at", nullable=False),
    Column("removed_by", Uuid, ForeignKey("person.id")),
    moment("removed_at"),
    Column(
        "scan_state",
        Text,
        CheckConstraint("scan_state IN ('waiting', 'clean', 'refused', 'not_scanned')", name="scan_state"),
        nullable=False,
        server_default="waiting",
    ),
    Column("scan_rule", Text, nullable=False, server_default=""),
    Column("scan_attempts", SmallInteger, nullable=False, server_default="0"),
    moment("scanned_at"),
    UniqueConstraint("upload_id"),
    Index("ix_evidence_material_id", "material_id"),
    Index("ix_evidence_object_key", "object_key", postgresql_ops={"object_key": "text_pattern_ops"}),
    Index("ix_evidence_unscanned", "added_at", postgresql_where=text("scan_state IN ('waiting', 'not_scanned')")),
)

declared_warning = Table(
    # What was told of the end of a certificate that is declared and not in the register; 0 days: the end itself.
    "declared_warning",
    metadata,
    Column("material_id", Uuid, ForeignKey("material.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("valid_until", Date, primary_key=True),
    Column("days_ahead", SmallInteger, primary_key=True),
    moment("told_at", nullable=False),
)

notice = Table(
    # What somebody is told in the console or on a share's page; `key` makes it once to each.
    "notice",
    metadata,
    own_id(),
    ref("person_id", "person"),
    Column(
        "kind",
        Text,
        CheckConstraint(
            "kind IN ('material-withdrawn', 'certificate-expiring', 'certificate-lapsed', 'break-glass', "
            "'clinic-opened', 'clinic-received', 'clinic-returned', 'clinic-disputed', "
            "'emergency-sign-in', 'access-requested', 'access-granted', 'access-refused', "
            "'task-given', 'task-reminded', 'webhook-disabled', "
            "'share-opened', 'share-surge', 'share-stranger', 'share-native')",
            name="kind",
        ),
        nullable=False,
    ),
    Column("key", Text, nullable=False),
    ref("material_id", "material", nullable=True),
    ref("certificate_id", "certificate", nullable=True),
    Column("params", JSONB, nullable=False, server_default="{}"),
    moment("created_at", nullable=False),
    moment("read_at"),
    UniqueConstraint("person_id", "key"),
    Index("ix_notice_unread", "person_id", postgresql_where=text("read_at IS NULL")),
)
