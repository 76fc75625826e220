"""Every table, as SQLAlchemy Core.

Queries live in storage.rows; a change to a table needs a migration in storage/migrations.

Personal data stands in `profile.sealed` only, encrypted under the person's own key (`person_key`): destroying that
key erases the person and leaves every event and proof intact. Everything else refers to people by id or pseudonym.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

NOW = text("clock_timestamp()")


def _id() -> Column[object]:
    return Column("id", Uuid, primary_key=True)


def _time(name: str, *, nullable: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _created() -> Column[object]:
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=NOW)


def _ref(name: str, target: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, Uuid, ForeignKey(f"{target}.id"), nullable=nullable)


# --- people ----------------------------------------------------------------------------------------------------------

person = Table(
    "person",
    metadata,
    _id(),
    Column("kind", Text, CheckConstraint("kind IN ('employee', 'viewer')", name="kind"), nullable=False),
    Column("pseudonym", Text, nullable=False, unique=True),  # what events call this person
    _created(),
    _time("erased_at"),
)

person_key = Table(
    "person_key",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.id"), primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("kek", Text, nullable=False, server_default=""),  # which master key wraps it; empty: of an earlier release
)

profile = Table(
    "profile",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),  # JSON {name, phone…}, AES-256-GCM under the person's key
)

account = Table(
    "account",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.id"), primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column(
        "role",
        Text,
        CheckConstraint("role IN ('marketer', 'manager', 'reviewer', 'auditor', 'admin')", name="role"),
        nullable=False,
    ),
    Column("department", Text, nullable=False, server_default=""),
    _created(),
    _time("disabled_at"),
)

clinic = Table(
    "clinic",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("region", Text, nullable=False, server_default=""),
    Column("owner_id", Uuid, ForeignKey("person.id"), nullable=True),  # 归属: at most one employee at a time
    _created(),
)

viewer = Table(
    "viewer",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.id"), primary_key=True),
    _ref("clinic_id", "clinic"),
    Column("job", Text, CheckConstraint("job IN ('consultant', 'operations', 'doctor')", name="job"), nullable=False),
    _time("verified_at"),
    _time("blocked_at"),
    Column("blocked_reason", Text),
)

identity = Table(
    "identity",
    metadata,
    _id(),
    _ref("person_id", "person"),
    Column("provider", Text, nullable=False),
    Column("app", Text, nullable=False),
    Column("subject", Text, nullable=False),
    _created(),
    UniqueConstraint("provider", "app", "subject"),
)

session = Table(
    "session",
    metadata,
    _id(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),  # SHA-256 of the random token
    _ref("person_id", "person"),
    Column("csrf_token", Text, nullable=False),
    _created(),
    _time("seen_at", nullable=False),
    _time("expires_at", nullable=False),  # absolute limit; the idle limit is reckoned from seen_at
    _time("ended_at"),
    Index("ix_session_person_id", "person_id"),
)

api_token = Table(
    "api_token",
    metadata,
    _id(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    _ref("person_id", "person"),
    Column("label", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    _created(),
    _time("expires_at"),
    _time("revoked_at"),
    _time("used_at"),
)

rate_limit = Table(
    "rate_limit",
    metadata,
    Column("bucket", Text, primary_key=True),  # e.g. login:<keyed hash>; never a plain login or address
    Column("window_start", DateTime(timezone=True), primary_key=True),
    Column("count", Integer, nullable=False),
    prefixes=["UNLOGGED"],
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("kid", SmallInteger, primary_key=True, autoincrement=False),
    Column("wrapped_secret", LargeBinary, nullable=False),
    Column("state", Text, CheckConstraint("state IN ('active', 'verify', 'revoked')", name="state"), nullable=False),
    _created(),
    Index("uq_signing_key_active", "state", unique=True, postgresql_where=text("state = 'active'")),
)

ring_key = Table(
    # Keys of other uses than links, and the roots that must outlive a master key.
    "ring_key",
    metadata,
    Column(
        "use",
        Text,
        CheckConstraint("use IN ('content-url', 'ledger', 'root-keyed-hash', 'root-hidden-mark')", name="use"),
        primary_key=True,
    ),
    Column("kid", SmallInteger, primary_key=True, autoincrement=False),
    Column("wrapped_secret", LargeBinary, nullable=False),
    Column("public", LargeBinary),  # Ed25519 public key, of the ledger's keys
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('active', 'overlap', 'verify', 'revoked')", name="state"),
        nullable=False,
    ),
    _created(),
    Index("uq_ring_key_active", "use", unique=True, postgresql_where=text("state = 'active'")),
)

# --- uploads ---------------------------------------------------------------------------------------------------------

upload = Table(
    "upload",
    metadata,
    _id(),
    _ref("person_id", "person"),
    Column("length_bytes", BigInteger),  # null until a deferred length is said
    Column("offset_bytes", BigInteger, nullable=False, server_default="0"),
    Column("metadata", JSONB, nullable=False),  # decoded Upload-Metadata: {name: base64 text as sent}
    Column("object_key", Text, nullable=False, unique=True),
    Column("multipart_id", Text),
    Column("part_size_bytes", BigInteger, nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint(
            "state IN ('receiving', 'assembling', 'verifying', 'complete', 'terminated', 'failed')", name="state"
        ),
        nullable=False,
    ),
    Column("sha256", Text),
    Column("verified_bytes", BigInteger, nullable=False, server_default="0"),  # progress of the re-hash
    Column("fence", BigInteger, nullable=False, server_default="0"),  # a newer request's number ends the older one
    Column("holder", Uuid),  # the process that receives it, or was the last to; which one lives, advisory locks tell
    Column(
        "way",
        Text,
        CheckConstraint("way IN ('streamed', 'direct')", name="way"),
        nullable=False,
        server_default="streamed",
    ),
    Column("wasted_bytes", BigInteger, nullable=False, server_default="0"),  # stored and never recorded
    Column("concat", Text, CheckConstraint("concat IN ('partial', 'final')", name="concat")),
    _created(),
    _time("updated_at", nullable=False),
    _time("expires_at"),
    CheckConstraint("offset_bytes >= 0 AND (length_bytes IS NULL OR offset_bytes <= length_bytes)", name="offset"),
    Index("ix_upload_person_id", "person_id"),
    Index("ix_upload_expires_at", "expires_at", postgresql_where=text("state IN ('receiving', 'failed', 'complete')")),
)

upload_part = Table(
    "upload_part",
    metadata,
    Column("upload_id", Uuid, ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("offset_bytes", BigInteger, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("etag", Text, nullable=False),
    Column("checksum", Text),  # SHA-256 in base64, of a part that came with one
)

upload_signed_part = Table(
    # What was last signed for a part of a direct upload; whether it was ever sent, only the store knows.
    "upload_signed_part",
    metadata,
    Column("upload_id", Uuid, ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("checksum", Text, nullable=False),
    Column("signed_count", Integer, nullable=False, server_default="1"),
)
upload_tail = Table(
    # Acknowledged bytes that are too few for a part, as immutable objects, until a part covers them.
    "upload_tail",
    metadata,
    Column("upload_id", Uuid, ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True),
    Column("offset_bytes", BigInteger, primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("object_key", Text, nullable=False),
)

upload_source = Table(
    # What a final upload is put together of (tus concatenation), in order; the same partial upload may repeat.
    "upload_source",
    metadata,
    Column("upload_id", Uuid, ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    _ref("source_id", "upload"),
    Column("url", Text, nullable=False),  # as the client wrote it: HEAD repeats it
    Index("ix_upload_source_source_id", "source_id"),
)

upload_quota = Table(
    # How much a person, or all of a department together, may keep; who has no row has the configuration's default.
    "upload_quota",
    metadata,
    Column("scope", Text, CheckConstraint("scope IN ('person', 'department')", name="scope"), primary_key=True),
    Column("subject", Text, primary_key=True),  # a person's id or a department's name
    Column("size_max_bytes", BigInteger, CheckConstraint("size_max_bytes >= 0", name="size_max"), nullable=False),
    _created(),
)

upload_flight = Table(
    # What a process last said about an upload that it is receiving, for operators; a crash may empty it.
    "upload_flight",
    metadata,
    Column("upload_id", Uuid, primary_key=True),  # no reference: a check of it would cost more than the row
    Column("process", Uuid, nullable=False),
    Column("received_bytes", BigInteger, nullable=False),
    Column("retained_bytes", BigInteger, nullable=False),
    Column("rate_bytes_s", BigInteger, nullable=False),
    _time("seen_at", nullable=False),
    prefixes=["UNLOGGED"],
)

# --- materials -------------------------------------------------------------------------------------------------------

material = Table(
    "material",
    metadata,
    _id(),
    _ref("owner_id", "person"),
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
    _created(),
    _time("withdrawn_at"),
    Column("withdrawn_by", Uuid, ForeignKey("person.id")),
    Column("withdrawn_reason", Text),
    Index("ix_material_owner_id", "owner_id"),
)

version = Table(
    "version",
    metadata,
    _id(),
    _ref("material_id", "material"),
    Column("number", Integer, nullable=False),
    Column("sha256", Text, CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),  # found out from the bytes, never taken from the client alone
    Column("filename", Text, nullable=False),
    Column("object_key", Text, nullable=False),  # versions of the same bytes share one object
    _ref("upload_id", "upload", nullable=True),
    _ref("uploader_id", "person"),
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
    _created(),
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
    _id(),
    _ref("version_id", "version"),
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
    _id(),
    _ref("version_id", "version"),
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
    _created(),
    _time("started_at"),
    _time("ended_at"),
    Index("ix_scan_version_id", "version_id", "created_at"),
    Index("ix_scan_open", "created_at", postgresql_where=text("state IN ('waiting', 'running')")),
)

finding = Table(
    "finding",
    metadata,
    _id(),
    _ref("version_id", "version"),
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
    _created(),
    _ref("scan_id", "scan", nullable=True),  # null: noticed by what is no scan, such as the preparation
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
    _time("decided_at"),
    Column("reason", Text, nullable=False, server_default=""),
    CheckConstraint("NOT hard OR state <> 'dismissed'", name="hard"),
    Index("ix_finding_version_id", "version_id"),
)

review = Table(
    "review",
    metadata,
    _id(),
    _ref("version_id", "version"),
    Column("sha256", Text, nullable=False),  # the bytes that the decision is about
    Column("rule_set_version", Text, nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('pending', 'changes_requested', 'approved', 'rejected')", name="state"),
        nullable=False,
    ),
    _ref("submitted_by", "person"),
    _time("submitted_at", nullable=False),
    Column("decided_by", Uuid, ForeignKey("person.id")),
    _time("decided_at"),
    Column("reason", Text, nullable=False, server_default=""),
    _time("due_at"),  # null: submitted under an earlier release
    Column("risk", SmallInteger, nullable=False, server_default="0"),  # 0 low, 1 medium, 2 high
    Column("four_eyes", Boolean, nullable=False, server_default="false"),  # each approval by somebody else
    Column("told_by", BigInteger),  # the event of an approval that an earlier release took, without a signature
    Index("uq_review_pending", "version_id", unique=True, postgresql_where=text("state = 'pending'")),
    Index("ix_review_version_id", "version_id"),
    Index("ix_review_waiting", "due_at", "submitted_at", "id", postgresql_where=text("state = 'pending'")),
)


def _discipline() -> Column[str]:
    allowed = CheckConstraint("discipline IN ('medical', 'legal', 'regulatory')", name="discipline")
    return Column("discipline", Text, allowed, nullable=False)


reviewer_discipline = Table(
    "reviewer_discipline",
    metadata,
    _ref("person_id", "person"),
    _discipline(),
    PrimaryKeyConstraint("person_id", "discipline"),
)

rule_set = Table(
    # A rule file under its version. Rows are added and never changed; the newest activation says which one counts.
    "rule_set",
    metadata,
    _id(),
    Column("version", Text, nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("note", Text, nullable=False),
    _ref("written_by", "person"),
    _time("written_at", nullable=False),
)

rule_set_activation = Table(
    "rule_set_activation",
    metadata,
    _id(),
    _ref("rule_set_id", "rule_set"),
    Column("reason", Text, nullable=False),
    _ref("activated_by", "person"),
    _time("activated_at", nullable=False),
    Index("ix_rule_set_activation_activated_at", "activated_at"),
)

review_procedure = Table(
    # Which approvals a class needs, and what it needed before: the newest row of a class is in force.
    "review_procedure",
    metadata,
    _id(),
    Column(
        "class",
        Text,
        CheckConstraint("class IN ('public_ad', 'in_clinic', 'professional_training', 'internal')", name="class"),
        key="material_class",
        nullable=False,
    ),
    Column("stages", JSONB, nullable=False),  # [[disciplines side by side], …] in order
    Column("four_eyes", Boolean, nullable=False),
    Column("due_days", SmallInteger, nullable=False),
    Column("reason", Text, nullable=False),
    _ref("set_by", "person"),
    _time("set_at", nullable=False),
    Index("ix_review_procedure_class", "material_class", "set_at"),
)

signed_since = Table(
    # One row: the last event before signatures. An approval that a later event tells of needs them.
    "signed_since",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
)

review_signature = Table(
    # An electronic signature under a decision. Never updated: `hash` covers all of it, and stands in the log.
    "review_signature",
    metadata,
    _id(),
    _ref("review_id", "review"),
    _discipline(),
    Column(
        "meaning",
        Text,
        CheckConstraint("meaning IN ('approve', 'reject', 'request_changes')", name="meaning"),
        nullable=False,
    ),
    _ref("person_id", "person"),
    _ref("on_behalf_of", "person", nullable=True),
    Column("sealed_name", LargeBinary, nullable=False),  # the printed name, under the signer's own key
    _time("signed_at", nullable=False),
    Column("factor", Text, nullable=False),  # what was entered again to sign
    Column("reason", Text, nullable=False, server_default=""),
    Column("bound", Text, nullable=False),  # canonical JSON of what the signature is about
    Column("hash", Text, CheckConstraint("hash ~ '^[0-9a-f]{64}$'", name="hash"), nullable=False),
    # HMAC of the hash, under a key of the master key
    Column("mac", Text, CheckConstraint("mac ~ '^[0-9a-f]{64}$'", name="mac"), nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Index("ix_review_signature_review_id", "review_id"),
    Index("ix_review_signature_person_id", "person_id"),
)

review_step = Table(
    # One approval that a review needs; those of one stage go side by side, a later stage waits for the earlier.
    "review_step",
    metadata,
    _ref("review_id", "review"),
    _discipline(),
    Column("stage", SmallInteger, nullable=False),
    Column("signature_id", Uuid, ForeignKey("review_signature.id"), unique=True),
    PrimaryKeyConstraint("review_id", "discipline"),
)

review_claim = Table(
    "review_claim",
    metadata,
    _ref("review_id", "review"),
    _discipline(),
    _ref("person_id", "person"),
    _time("claimed_at", nullable=False),
    _time("expires_at", nullable=False),
    PrimaryKeyConstraint("review_id", "discipline"),
    Index("ix_review_claim_person_id", "person_id"),
)

review_comment = Table(
    "review_comment",
    metadata,
    _id(),
    _ref("review_id", "review"),
    _ref("parent_id", "review_comment", nullable=True),
    _ref("person_id", "person"),
    Column("place", JSONB, nullable=False),
    Column("body", Text, nullable=False),
    _time("created_at", nullable=False),
    Column("resolved_by", Uuid, ForeignKey("person.id")),
    _time("resolved_at"),
    CheckConstraint("(resolved_by IS NULL) = (resolved_at IS NULL)", name="resolved"),
    Index("ix_review_comment_review_id", "review_id", "created_at"),
)

review_absence = Table(
    "review_absence",
    metadata,
    _id(),
    _ref("person_id", "person"),
    _ref("deputy_id", "person", nullable=True),
    Column("starts_on", Date, nullable=False),  # days in China
    Column("ends_on", Date, nullable=False),  # the last day
    _ref("set_by", "person"),
    _time("set_at", nullable=False),
    Column("ended_by", Uuid, ForeignKey("person.id")),  # null although it ended: its last day was over
    _time("ended_at"),
    CheckConstraint("ends_on >= starts_on", name="days"),
    CheckConstraint("deputy_id IS NULL OR deputy_id <> person_id", name="deputy"),
    Index("ix_review_absence_open", "person_id", postgresql_where=text("ended_at IS NULL")),
)

# --- certificates, declarations, notices -----------------------------------------------------------------------------

CERTIFICATE_KINDS = "'medical_ad', 'drug_device_ad', 'device_registration', 'drug_approval', 'cosmetic_registration'"

certificate = Table(
    # The register: certificates of advertising and registrations of products. An entry changes, its changes stay.
    "certificate",
    metadata,
    _id(),
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
    _created(),
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
    _ref("changed_by", "person"),
    _time("changed_at", nullable=False),
)

certificate_warning = Table(
    # What was told of an entry's end, so that it is told once: days ahead, and 0 for the end itself.
    "certificate_warning",
    metadata,
    Column("certificate_id", Uuid, ForeignKey("certificate.id"), primary_key=True),
    Column("valid_until", Date, primary_key=True),
    Column("days_ahead", SmallInteger, primary_key=True),
    _time("told_at", nullable=False),
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
    _ref("declared_by", "person"),
    _time("declared_at", nullable=False),
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
    _id(),
    _ref("material_id", "material"),
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
    _ref("upload_id", "upload", nullable=True),
    _ref("added_by", "person"),
    _time("added_at", nullable=False),
    Column("removed_by", Uuid, ForeignKey("person.id")),
    _time("removed_at"),
    UniqueConstraint("upload_id"),
    Index("ix_evidence_material_id", "material_id"),
    Index("ix_evidence_object_key", "object_key", postgresql_ops={"object_key": "text_pattern_ops"}),
)

notice = Table(
    # What somebody is told in the console or on a share's page; `key` makes it once to each.
    "notice",
    metadata,
    _id(),
    _ref("person_id", "person"),
    Column(
        "kind",
        Text,
        CheckConstraint("kind IN ('material-withdrawn', 'certificate-expiring', 'certificate-lapsed')", name="kind"),
        nullable=False,
    ),
    Column("key", Text, nullable=False),
    _ref("material_id", "material", nullable=True),
    _ref("certificate_id", "certificate", nullable=True),
    Column("params", JSONB, nullable=False, server_default="{}"),
    _time("created_at", nullable=False),
    _time("read_at"),
    UniqueConstraint("person_id", "key"),
    Index("ix_notice_unread", "person_id", postgresql_where=text("read_at IS NULL")),
)

# --- shares and visits -----------------------------------------------------------------------------------------------

share = Table(
    "share",
    metadata,
    _id(),
    Column("token_id", LargeBinary, nullable=False, unique=True),  # 11 random bytes of the link
    Column("kid", SmallInteger, nullable=False),
    _ref("material_id", "material"),
    _ref("creator_id", "person"),  # the employee, or the viewer who forwarded
    _ref("sponsor_id", "person"),  # the employee at the root of the tree, whose right carries every child
    Column("parent_id", Uuid, ForeignKey("share.id")),
    _ref("root_id", "share"),
    Column("depth", Integer, nullable=False),
    Column(
        "audience",
        Text,
        CheckConstraint("audience IN ('verified', 'clinic', 'person')", name="audience"),
        nullable=False,
    ),
    Column("audience_clinic_id", Uuid, ForeignKey("clinic.id")),
    Column("audience_person_id", Uuid, ForeignKey("person.id")),
    Column("audience_job", Text),
    _time("expires_at", nullable=False),
    Column("visits_max", Integer),  # None: not limited
    Column("visits_used", Integer, nullable=False, server_default="0"),
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
    _created(),
    _time("revoked_at"),
    Column("revoked_by", Uuid, ForeignKey("person.id")),
    CheckConstraint("visits_max IS NULL OR visits_used <= visits_max", name="visits"),
    Index("ix_share_material_id", "material_id"),
    Index("ix_share_root_id", "root_id"),
    Index("ix_share_creator_id", "creator_id"),
)

share_look = Table(
    # How the mark of a share's copies looked before it was changed: visits that began before `until` keep it.
    "share_look",
    metadata,
    Column("share_id", Uuid, ForeignKey("share.id"), primary_key=True),
    Column("until", DateTime(timezone=True), primary_key=True),
    Column("watermark", Text, nullable=False),
    Column("look", JSONB(none_as_null=True)),
    _ref("changed_by", "person"),
)

visit = Table(
    "visit",
    metadata,
    _id(),
    _ref("share_id", "share"),
    _ref("version_id", "version"),
    _ref("person_id", "person"),
    Column("copy_id", BigInteger, nullable=False, unique=True),  # 48 random bits: what the hidden mark carries
    Column("kid", SmallInteger, nullable=False, server_default="1"),  # of the key that the hidden mark is made with
    _time("started_at", nullable=False),
    _time("expires_at", nullable=False),
    _time("seen_at", nullable=False),
    Index("ix_visit_share_id", "share_id"),
    Index("ix_visit_person_id", "person_id"),
    Index("ix_visit_version_id", "version_id"),
)

# --- traces ----------------------------------------------------------------------------------------------------------

trace = Table(
    # A leaked thing that somebody asked about, and what became of the question.
    "trace",
    metadata,
    _id(),
    _ref("person_id", "person"),
    Column("sha256", Text, CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),  # found out from the bytes
    Column("filename", Text, nullable=False),
    Column("object_key", Text),  # null once its bytes are forgotten
    _ref("material_id", "material", nullable=True),
    _ref("share_id", "share", nullable=True),
    _time("since"),
    _time("until"),
    Column(
        "state", Text, CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state"), nullable=False
    ),
    Column("steps_done", Integer, nullable=False, server_default="0"),
    Column("steps_total", Integer, nullable=False, server_default="0"),
    Column("outcome", Text, CheckConstraint("outcome IN ('found', 'not_enough')", name="outcome")),
    Column("failure", Text),  # slug of what made it fail
    Column("results", JSONB),
    _created(),
    _time("ended_at"),
    Index("ix_trace_created_at_id", "created_at", "id"),
    Index("ix_trace_open", "created_at", postgresql_where=text("state IN ('queued', 'running')")),
)

page_features = Table(
    # What a page looks like in a few kilobytes, to find it by a picture of a part of it.
    "page_features",
    metadata,
    Column("version_id", Uuid, ForeignKey("version.id"), primary_key=True),
    Column("page", Integer, primary_key=True),  # 1-based
    Column("features", LargeBinary, nullable=False),
)

desk_visit = Table(
    # An employee reading a version inside the brand: what they are shown is a copy too, and leads back to them.
    "desk_visit",
    metadata,
    _id(),
    _ref("version_id", "version"),
    _ref("person_id", "person"),
    Column("copy_id", BigInteger, nullable=False, unique=True),
    Column("kid", SmallInteger, nullable=False),
    _time("started_at", nullable=False),
    _time("expires_at", nullable=False),
    Index("ix_desk_visit_version_id_person_id", "version_id", "person_id"),
)

# --- retention -------------------------------------------------------------------------------------------------------

legal_hold = Table(
    # What must be kept for a proceeding: a person, a material, or the whole log. Lifted, it stays as a record.
    "legal_hold",
    metadata,
    _id(),
    Column("kind", Text, CheckConstraint("kind IN ('person', 'material', 'log')", name="kind"), nullable=False),
    _ref("person_id", "person", nullable=True),
    _ref("material_id", "material", nullable=True),
    Column("reason", Text, nullable=False),
    Column("placed_by", Uuid, ForeignKey("person.id")),  # null: an operator
    _time("placed_at", nullable=False),
    Column("lifted_by", Uuid, ForeignKey("person.id")),
    _time("lifted_at"),
    Column("lifted_reason", Text, nullable=False, server_default=""),
    CheckConstraint(
        "(kind = 'person') = (person_id IS NOT NULL) AND (kind = 'material') = (material_id IS NOT NULL)",
        name="subject",
    ),
    Index("ix_legal_hold_active", "kind", postgresql_where=text("lifted_at IS NULL")),
)

# --- log -------------------------------------------------------------------------------------------------------------

event = Table(
    # One row per leaf. `leaf` holds the exact canonical bytes; the columns beside it are copies to search by.
    "event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("leaf", LargeBinary, nullable=False),
    Column("t", DateTime(timezone=True), nullable=False),
    Column("act", Text, nullable=False),
    Column("res", Text, CheckConstraint("res IN ('allow', 'deny', 'error')", name="res"), nullable=False),
    Column("why", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("org", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("obj", Text, nullable=False),
    Column("ver", Text, nullable=False),
    Column("link", Text, nullable=False),
)

# --- ledger ----------------------------------------------------------------------------------------------------------

ledger_pending = Table(
    # Committed events that are not in the tree yet. A trigger on `event` adds them in the transaction of the event.
    "ledger_pending",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("added_at", DateTime(timezone=True), nullable=False, server_default=NOW),
)

ledger_leaf = Table(
    # Which event stands at which place in the tree: contiguous from 0, written once. Without a foreign key, whose
    # check would lock every event's row, which is append-only; an event is never removed anyway.
    "ledger_leaf",
    metadata,
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, nullable=False, unique=True),
)

ledger_tile = Table(
    # Hashes of C2SP tlog-tiles, full ones and the last of each level while it grows; the hashes in it never change.
    "ledger_tile",
    metadata,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "hashes",
        LargeBinary,
        CheckConstraint("length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0", name="hashes"),
        nullable=False,
    ),
)

ledger_checkpoint = Table(
    # Every head that was ever signed. `note` is the signed note with the log's own signatures.
    "ledger_checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, CheckConstraint("length(root) = 32", name="root"), nullable=False),
    Column("note", Text, nullable=False),
    _time("made_at", nullable=False),
)

ledger_log = Table(
    # One row: the log's name, when a sequencer last worked, and what it remembers of the times in the leaves.
    "ledger_log",
    metadata,
    Column("id", SmallInteger, CheckConstraint("id = 1", name="one"), primary_key=True, autoincrement=False),
    Column("origin", Text, nullable=False),
    _time("beat_at", nullable=False),
    _time("last_t"),
    _time("step_told_at"),
)

ledger_cosignature = Table(
    # What witnesses said of a checkpoint: one line of the signed note each.
    "ledger_cosignature",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("witness", Text, primary_key=True),
    Column("line", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=NOW),
)

ledger_place = Table(
    # Places outside the server's trust that are told of checkpoints: what each took last, and what it said against us.
    "ledger_place",
    metadata,
    Column("name", Text, primary_key=True),
    Column("size", BigInteger, nullable=False, server_default="0"),
    _time("told_at"),
    Column("next_at", DateTime(timezone=True), nullable=False, server_default="-infinity"),  # nobody tells it before
    _time("failing_since"),
    Column("failure", Text, nullable=False, server_default=""),
    Column(
        "conflict",
        Text,
        CheckConstraint("conflict IN ('', 'shrunk', 'forked')", name="conflict"),
        nullable=False,
        server_default="",
    ),
    Column("conflict_size", BigInteger),
)

ledger_prune = Table(
    # One row: entry bundles that lie wholly below this index are withheld; tiles of hashes stay.
    "ledger_prune",
    metadata,
    Column("id", SmallInteger, CheckConstraint("id = 1", name="one"), primary_key=True, autoincrement=False),
    Column("minimum_index", BigInteger, nullable=False),
)

# --- searching the log -----------------------------------------------------------------------------------------------
# Made of the leaves, behind the log and in the order of the tree. None of it counts: it can be made anew from `event`.


def _codes(*names: str) -> list[Column[object]]:
    return [Column(name, Integer, nullable=False) for name in names]


log_reader = Table(
    # How far each follower of the log has come: everything below `next_index` of the tree is done.
    "log_reader",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_index", BigInteger, nullable=False),
    _time("read_at", nullable=False),
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
    _time("t", nullable=False),
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
    _id(),
    _ref("person_id", "person"),
    Column("sealed", LargeBinary, nullable=False),
    _created(),
    Index("ix_saved_search_person_id", "person_id"),
)

trail_review = Table(
    # A span of the tree that somebody has gone through and signed for; spans follow each other without a gap.
    "trail_review",
    metadata,
    _id(),
    Column("first_index", BigInteger, nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, CheckConstraint("length(root) = 32", name="root"), nullable=False),
    _ref("person_id", "person"),
    _time("signed_at", nullable=False),
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
    _id(),
    Column("detector", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("ip", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("bar", BigInteger, nullable=False),
    Column("first_id", BigInteger, nullable=False),
    Column("last_id", BigInteger, nullable=False),
    Column("last_index", BigInteger, nullable=False),
    _time("first_at", nullable=False),
    _time("last_at", nullable=False),
    _time("dismissed_at"),
    Column("dismissed_by", Uuid, ForeignKey("person.id")),
    Column("reason", Text, nullable=False, server_default=""),
    UniqueConstraint("detector", "who", "ip", "day"),
    Index("ix_anomaly_last_id", "last_id"),
    Index("ix_anomaly_open", "last_id", postgresql_where=text("dismissed_at IS NULL")),
)


# --- push to a SIEM --------------------------------------------------------------------------------------------------

siem_target = Table(
    # Where the log is pushed to. A webhook's secret is derived from the id and the master key, and stored nowhere.
    "siem_target",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, CheckConstraint("kind IN ('webhook', 'syslog')", name="kind"), nullable=False),
    Column("form", Text, nullable=False),
    Column("address", Text, nullable=False),
    _created(),
    _time("paused_at"),
)

siem_cursor = Table(
    # How far each target has everything, in the tree's order; what went wrong since it last had something.
    "siem_cursor",
    metadata,
    Column("target_id", Uuid, ForeignKey("siem_target.id", ondelete="CASCADE"), primary_key=True),
    Column("next_index", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("reason", Text, nullable=False, server_default=""),
    _time("failing_since"),
    _time("pushed_at"),
)
