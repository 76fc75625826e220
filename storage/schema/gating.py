"""What is asked at a share's door, besides who somebody is: a password, a code, the pledge; and who has answered."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, Uuid

from storage.schema.columns import metadata, moment, own_id, ref

share_gate = Table(
    # Of an employee's share; what was forwarded from it has the same gate. Without a row nothing is asked.
    "share_gate",
    metadata,
    Column("share_id", Uuid, ForeignKey("share.id"), primary_key=True),
    Column("lock", Text, CheckConstraint("lock IN ('none', 'password', 'code')", name="lock"), nullable=False),
    Column("password_hash", Text),  # argon2id
    Column("revision", Integer, nullable=False),  # of the lock: what opened an older one opens nothing
    Column("pledge", Boolean, nullable=False),  # whether the pledge in force must have been given
    ref("changed_by", "person"),
    moment("changed_at", nullable=False),
    CheckConstraint("(lock = 'password') = (password_hash IS NOT NULL)", name="password"),
)

share_unlock = Table(
    # A viewer's session that has answered; another session of theirs is asked again.
    "share_unlock",
    metadata,
    Column("share_id", Uuid, ForeignKey("share_gate.share_id"), primary_key=True),
    Column("session_id", Uuid, ForeignKey("session.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, nullable=False),
    moment("unlocked_at", nullable=False),
    Index("ix_share_unlock_session_id", "session_id"),
)

pledge_text = Table(
    # The brand's 保密承诺 (NDA). A version is never changed; the newest is in force.
    "pledge_text",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("title_zh", Text, nullable=False),
    Column("text_zh", Text, nullable=False),
    Column("sha256_zh", Text, nullable=False),  # of title, line feed, text
    Column("title_en", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    Column("sha256_en", Text, nullable=False),
    ref("made_by", "person"),
    moment("made_at", nullable=False),
)

pledge = Table(
    # Who gave which version, for which share. It outlives an erasure: the person is a pseudonym then.
    "pledge",
    metadata,
    own_id(),
    ref("person_id", "person"),
    ref("share_id", "share"),
    Column("version", Integer, ForeignKey("pledge_text.version"), nullable=False),
    Column("language", Text, CheckConstraint("language IN ('zh-CN', 'en')", name="language"), nullable=False),
    Column("text_sha256", Text, nullable=False),  # of the very words that were shown
    Column("session", Text, nullable=False),  # as events name it
    moment("given_at", nullable=False),
    Index("uq_pledge_once", "share_id", "person_id", "version", unique=True),
    Index("ix_pledge_person_id", "person_id"),
)
