"""How people prove who they are: second factors, codes sent to them, sign-in providers, and what is asked of whom."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from storage.schema.columns import created, metadata, moment, own_id, ref

totp = Table(
    # RFC 6238. Without `confirmed_at` an enrolment that is under way, and asked of nobody.
    "totp",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.id"), primary_key=True),
    Column("sealed_secret", LargeBinary, nullable=False),  # AES-256-GCM under the person's key
    Column("last_step", BigInteger, nullable=False, server_default=text("0")),  # used last: no code counts twice
    created(),
    moment("confirmed_at"),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    ref("person_id", "person"),
    Column("code_hash", Text, nullable=False),  # keyed; a code carries more than 112 random bits
    created(),
    moment("used_at"),
    PrimaryKeyConstraint("person_id", "code_hash"),
)

one_time_code = Table(
    "one_time_code",
    metadata,
    own_id(),
    Column("purpose", Text, nullable=False),
    Column("subject_hash", Text, nullable=False),  # keyed: whom it was sent to, and for which link
    Column("code_hash", Text, nullable=False),  # keyed, and bound to this row
    Column("tries", SmallInteger, nullable=False, server_default=text("0")),
    created(),
    moment("expires_at", nullable=False),
    moment("used_at"),
    Index("ix_one_time_code_subject", "purpose", "subject_hash"),
    Index("ix_one_time_code_expires_at", "expires_at"),
)

sign_in_provider = Table(
    "sign_in_provider",
    metadata,
    own_id(),
    Column("slug", Text, nullable=False, unique=True),  # its name in addresses; never changes
    Column("label", Text, nullable=False),  # on the button
    Column("issuer", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("sealed_secret", LargeBinary, nullable=False),  # wrapped by the master key; empty: a public client
    Column("kek", Text, nullable=False, server_default=""),  # which master key wraps it
    Column("scopes", Text, nullable=False),  # separated by spaces
    Column("login_claim", Text, nullable=False, server_default=""),  # that names an account; empty: linked ones only
    Column("revision", Integer, nullable=False),
    created(),
    moment("disabled_at"),
)

sign_in_provider_change = Table(
    # Every state that a provider was in, but for its secret: written with it, never changed.
    "sign_in_provider_change",
    metadata,
    ref("provider_id", "sign_in_provider"),
    Column("revision", Integer, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    ref("changed_by", "person"),
    moment("changed_at", nullable=False),
    PrimaryKeyConstraint("provider_id", "revision"),
)

sign_in_attempt = Table(
    # A browser that was sent to a provider and is expected back. Nonce and verifier are derived from the state.
    "sign_in_attempt",
    metadata,
    Column("state_hash", LargeBinary, primary_key=True),  # SHA-256
    Column("browser_hash", LargeBinary, nullable=False),  # SHA-256 of the cookie that this browser alone has
    Column("provider", Text, nullable=False),
    Column(
        "purpose",
        Text,
        CheckConstraint("purpose IN ('sign-in', 'step-up', 'link')", name="purpose"),
        nullable=False,
    ),
    Column("session_id", Uuid),  # that a step-up is about; it may be gone by then
    Column("next_path", Text, nullable=False, server_default=""),
    moment("expires_at", nullable=False),
    Index("ix_sign_in_attempt_expires_at", "expires_at"),
)

sign_in_policy = Table(
    # What is asked of whom: the newest row is in force, the others are its history.
    "sign_in_policy",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("second_factor_roles", ARRAY(Text), nullable=False),
    Column(
        "local_sign_in",
        Text,
        CheckConstraint("local_sign_in IN ('everybody', 'break-glass')", name="local_sign_in"),
        nullable=False,
    ),
    Column(
        "signing_factor",
        Text,
        CheckConstraint("signing_factor IN ('code', 'password-and-code')", name="signing_factor"),
        nullable=False,
    ),
    Column("reason", Text, nullable=False, server_default=""),
    ref("changed_by", "person"),
    moment("changed_at", nullable=False),
)
