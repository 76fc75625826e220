"""People, how they sign in, and keys."""

from sqlalchemy import (
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
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from storage.schema.columns import created, metadata, moment, own_id, ref

person = Table(
    "person",
    metadata,
    own_id(),
    Column("kind", Text, CheckConstraint("kind IN ('employee', 'viewer')", name="kind"), nullable=False),
    Column("pseudonym", Text, nullable=False, unique=True),  # what events call this person
    created(),
    moment("erased_at"),
    ref("merged_into", "person", nullable=True),  # the same human: whose identities this one's became
    Column("strong_key", Text),  # keyed hash of verified name and ID number: one person at most
    Index("uq_person_strong_key", "strong_key", unique=True, postgresql_where=text("strong_key IS NOT NULL")),
    Index("ix_person_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
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
    # The department's name, kept in step with it: what shows accounts reads it.
    Column("department", Text, nullable=False, server_default=""),
    created(),
    moment("disabled_at"),
    ref("department_id", "department", nullable=True),  # null: made by an earlier release; opens nothing of others'
    ref("region_id", "region", nullable=True),  # null: as the department
    # The highest sensitivity of materials that the employee may see.
    Column(
        "clearance",
        Text,
        CheckConstraint("clearance IN ('usual', 'top')", name="clearance"),
        nullable=False,
        server_default="usual",
    ),
    moment("valid_from"),
    moment("valid_until"),
    moment("left_at"),  # when they left the company; somebody who returns is the same person
    Index("ix_account_department_id", "department_id"),
    Column("emergency", Boolean, nullable=False, server_default=text("false")),  # signs in here when others must not
)

clinic = Table(
    "clinic",
    metadata,
    own_id(),
    Column("name", Text, nullable=False, unique=True),
    Column("region", Text, nullable=False, server_default=""),
    Column("owner_id", Uuid, ForeignKey("person.id"), nullable=True),  # a copy of the open clinic_ownership
    created(),
    Column(
        "credit_code",  # 统一社会信用代码, GB 32100: compliance.credit_codes checks it
        Text,
        CheckConstraint("credit_code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'", name="credit_code"),
        unique=True,
    ),
    Column("full_name", Text, nullable=False, server_default=""),  # as on the licence
    ref("merged_into", "clinic", nullable=True),  # what was listed twice: this id is another name of that one
)

viewer = Table(
    "viewer",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.id"), primary_key=True),
    ref("clinic_id", "clinic"),
    Column("job", Text, CheckConstraint("job IN ('consultant', 'operations', 'doctor')", name="job"), nullable=False),
    moment("verified_at"),
    moment("blocked_at"),
    Column("blocked_reason", Text),
    moment("verified_until"),
    Column("consented", Integer, nullable=False, server_default="0"),  # version of the privacy consent; 0: none
)

identity = Table(
    "identity",
    metadata,
    own_id(),
    ref("person_id", "person"),
    Column("provider", Text, nullable=False),
    Column("app", Text, nullable=False),
    Column("subject", Text, nullable=False),
    created(),
    UniqueConstraint("provider", "app", "subject"),
)

session = Table(
    "session",
    metadata,
    own_id(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),  # SHA-256 of the random token
    ref("person_id", "person"),
    Column("csrf_token", Text, nullable=False),
    created(),
    moment("seen_at", nullable=False),
    moment("expires_at", nullable=False),  # absolute limit; the idle limit is reckoned from seen_at
    moment("ended_at"),
    Column("device", Text, nullable=False, server_default=""),  # what the browser calls itself: "Chrome · Windows"
    Column("address", Text, nullable=False, server_default=""),  # the network that it began from, as events tell it
    Column("methods", ARRAY(Text), nullable=False, server_default=text("'{}'")),  # proved by: pwd, otp, oidc:<slug>…
    moment("fresh_at"),  # when its person last proved who they are; null: when it began
    Column("limited", Text, nullable=False, server_default=""),  # 'enrol': it can do nothing but that
    ref("provider_id", "sign_in_provider", nullable=True),
    Column("provider_session", Text, nullable=False, server_default=""),  # keyed hash of the provider's `sid`
    Index("ix_session_person_id", "person_id"),
)

api_token = Table(
    "api_token",
    metadata,
    own_id(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    ref("person_id", "person"),
    Column("label", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    created(),
    moment("expires_at"),
    moment("revoked_at"),
    moment("used_at"),
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
    created(),
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
    created(),
    Index("uq_ring_key_active", "use", unique=True, postgresql_where=text("state = 'active'")),
)
