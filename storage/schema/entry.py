"""A clinic user's way in: consents, verified names, keys of WeChat's sessions, places of work that nobody listed."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)

from storage.schema.columns import metadata, moment, own_id, ref

consent = Table(
    # One text that somebody agreed to; agreeing again to a newer one is another row.
    "consent",
    metadata,
    own_id(),
    ref("person_id", "person"),
    Column("purpose", Text, CheckConstraint("purpose IN ('privacy', 'identity')", name="purpose"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("language", Text, nullable=False),
    Column("text_sha256", Text, nullable=False),  # of the very words that were shown
    Column("session", Text, nullable=False),  # as events name it
    moment("given_at", nullable=False),
    moment("withdrawn_at"),
    Column("withdrawn_session", Text),
    Index("ix_consent_person_id", "person_id"),
    Index(
        "uq_consent_in_force",
        "person_id",
        "purpose",
        "version",
        unique=True,
        postgresql_where=text("withdrawn_at IS NULL"),
    ),
)

verification = Table(
    # One question to a service whether a name is somebody's. No ID number, in no form but `strong_key`.
    "verification",
    metadata,
    own_id(),
    ref("person_id", "person"),
    Column(
        "method",
        Text,
        CheckConstraint("method IN ('two-factor', 'three-factor', 'face', 'esign')", name="method"),
        nullable=False,
    ),
    Column("provider", Text, nullable=False),
    Column("input_hash", Text, nullable=False),  # keyed: the same input is never asked, and paid for, twice
    Column(
        "state",
        Text,
        CheckConstraint(
            "state IN ('started', 'verified', 'duplicate', 'mismatch', 'invalid', 'later', 'down', 'over')",
            name="state",
        ),
        nullable=False,
    ),
    Column("result", Text, nullable=False, server_default=""),  # the service's own code
    Column("strong_key", Text),  # keyed hash of name and ID number
    Column("sealed", LargeBinary),  # of a check that goes on elsewhere: its token and the name, under the person's key
    moment("started_at", nullable=False),
    moment("ended_at"),
    moment("valid_until"),
    Index("ix_verification_person_id", "person_id", "started_at"),
    Index("ix_verification_started_at", "started_at"),
    Index(
        "uq_verification_input",
        "person_id",
        "input_hash",
        unique=True,
        postgresql_where=text("state IN ('started', 'verified', 'duplicate', 'mismatch', 'invalid')"),
    ),
)

wechat_session_key = Table(
    # What a mini-program's sign-in leaves with the server alone; a newer one takes its place.
    "wechat_session_key",
    metadata,
    Column("identity_id", Uuid, ForeignKey("identity.id", ondelete="CASCADE"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    moment("fetched_at", nullable=False),
)

clinic_request = Table(
    # A place of work that nobody listed: who says so waits until an employee has looked.
    "clinic_request",
    metadata,
    own_id(),
    ref("person_id", "person"),
    Column("name", Text, nullable=False),
    Column("credit_code", Text, CheckConstraint("credit_code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'", name="credit_code")),
    Column("job", Text, CheckConstraint("job IN ('consultant', 'operations', 'doctor')", name="job"), nullable=False),
    Column("state", Text, CheckConstraint("state IN ('pending', 'accepted', 'refused')", name="state"), nullable=False),
    moment("requested_at", nullable=False),
    ref("for_id", "person", nullable=True),  # the employee whose share or invitation led here
    moment("decided_at"),
    ref("decided_by", "person", nullable=True),
    ref("clinic_id", "clinic", nullable=True),  # once accepted
    Index("uq_clinic_request_pending", "person_id", unique=True, postgresql_where=text("state = 'pending'")),
    Index("ix_clinic_request_state", "state", "requested_at"),
)
