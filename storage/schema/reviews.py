"""Reviews, signatures and rule sets."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from storage.schema.columns import metadata, moment, own_id, ref

review = Table(
    "review",
    metadata,
    own_id(),
    ref("version_id", "version"),
    Column("sha256", Text, nullable=False),  # the bytes that the decision is about
    Column("rule_set_version", Text, nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('pending', 'changes_requested', 'approved', 'rejected')", name="state"),
        nullable=False,
    ),
    ref("submitted_by", "person"),
    moment("submitted_at", nullable=False),
    Column("decided_by", Uuid, ForeignKey("person.id")),
    moment("decided_at"),
    Column("reason", Text, nullable=False, server_default=""),
    moment("due_at"),  # null: submitted under an earlier release
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
    ref("person_id", "person"),
    _discipline(),
    ref("set_by", "person", nullable=True),  # null: nobody's setting, or one of an earlier release
    PrimaryKeyConstraint("person_id", "discipline"),
)

discipline_taken = Table(
    # What somebody took from a reviewer: it is theirs still for what the taker uploads, until another has stood by it.
    "discipline_taken",
    metadata,
    ref("person_id", "person"),
    _discipline(),
    ref("taken_by", "person"),
    PrimaryKeyConstraint("person_id", "discipline", "taken_by"),
)

rule_set = Table(
    # A rule file under its version. Rows are added and never changed; the newest activation says which one counts.
    "rule_set",
    metadata,
    own_id(),
    Column("version", Text, nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("note", Text, nullable=False),
    ref("written_by", "person"),
    moment("written_at", nullable=False),
)

rule_set_activation = Table(
    "rule_set_activation",
    metadata,
    own_id(),
    ref("rule_set_id", "rule_set"),
    Column("reason", Text, nullable=False),
    ref("activated_by", "person"),
    moment("activated_at", nullable=False),
    Index("ix_rule_set_activation_activated_at", "activated_at"),
)

review_procedure = Table(
    # Which approvals a class needs, and what it needed before: the newest row of a class is in force.
    "review_procedure",
    metadata,
    own_id(),
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
    ref("set_by", "person"),
    moment("set_at", nullable=False),
    Index("ix_review_procedure_class", "material_class", "set_at"),
)

signed_since = Table(
    # One row: the last event before signatures. An approval that a later event tells of needs them.
    "signed_since",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("mac", Text, nullable=False, server_default=""),  # of the master key; empty until a worker has put it there
)

review_signature = Table(
    # An electronic signature under a decision. Never updated: `hash` covers all of it, and stands in the log.
    "review_signature",
    metadata,
    own_id(),
    ref("review_id", "review"),
    _discipline(),
    Column(
        "meaning",
        Text,
        CheckConstraint("meaning IN ('approve', 'reject', 'request_changes')", name="meaning"),
        nullable=False,
    ),
    ref("person_id", "person"),
    ref("on_behalf_of", "person", nullable=True),
    Column("sealed_name", LargeBinary, nullable=False),  # the printed name, under the signer's own key
    moment("signed_at", nullable=False),
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

signature_redaction = Table(
    # What the log told, before it was pruned, of words that erasures took out of a signature's reason.
    "signature_redaction",
    metadata,
    Column("signature_id", Uuid, ForeignKey("review_signature.id"), primary_key=True),
    Column("reason_sha256", Text, CheckConstraint("reason_sha256 ~ '^[0-9a-f]{64}$'", name="hash"), nullable=False),
    Column("mac", Text, CheckConstraint("mac ~ '^[0-9a-f]{64}$'", name="mac"), nullable=False),
)

review_step = Table(
    # One approval that a review needs; those of one stage go side by side, a later stage waits for the earlier.
    "review_step",
    metadata,
    ref("review_id", "review"),
    _discipline(),
    Column("stage", SmallInteger, nullable=False),
    Column("signature_id", Uuid, ForeignKey("review_signature.id"), unique=True),
    PrimaryKeyConstraint("review_id", "discipline"),
)

review_claim = Table(
    "review_claim",
    metadata,
    ref("review_id", "review"),
    _discipline(),
    ref("person_id", "person"),
    moment("claimed_at", nullable=False),
    moment("expires_at", nullable=False),
    PrimaryKeyConstraint("review_id", "discipline"),
    Index("ix_review_claim_person_id", "person_id"),
)

review_comment = Table(
    "review_comment",
    metadata,
    own_id(),
    ref("review_id", "review"),
    ref("parent_id", "review_comment", nullable=True),
    ref("person_id", "person"),
    Column("place", JSONB, nullable=False),
    Column("body", Text, nullable=False),
    moment("created_at", nullable=False),
    Column("resolved_by", Uuid, ForeignKey("person.id")),
    moment("resolved_at"),
    CheckConstraint("(resolved_by IS NULL) = (resolved_at IS NULL)", name="resolved"),
    Index("ix_review_comment_review_id", "review_id", "created_at"),
)

review_absence = Table(
    "review_absence",
    metadata,
    own_id(),
    ref("person_id", "person"),
    ref("deputy_id", "person", nullable=True),
    Column("starts_on", Date, nullable=False),  # days in China
    Column("ends_on", Date, nullable=False),  # the last day
    ref("set_by", "person"),
    moment("set_at", nullable=False),
    Column("ended_by", Uuid, ForeignKey("person.id")),  # null although it ended: its last day was over
    moment("ended_at"),
    CheckConstraint("ends_on >= starts_on", name="days"),
    CheckConstraint("deputy_id IS NULL OR deputy_id <> person_id", name="deputy"),
    Index("ix_review_absence_open", "person_id", postgresql_where=text("ended_at IS NULL")),
)
