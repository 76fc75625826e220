"""Weekly digests: who wants none, and which were made."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Table, Text, Uuid

from storage.schema.columns import metadata, moment

digest_choice = Table(
    # Who wants no digest.
    "digest_choice",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.id"), primary_key=True),
    moment("off_at", nullable=False),
)

digest = Table(
    # One person's digest of the week that ended before this day: made once, and sent by what they can be reached by.
    "digest",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.id"), primary_key=True),
    Column("week", Date, primary_key=True),
    moment("made_at", nullable=False),
    Column(
        "wecom",
        Text,
        CheckConstraint("wecom IN ('waiting', 'sent', 'absent', 'refused')", name="wecom"),
        nullable=False,
        server_default="waiting",
    ),
    Column(
        "mail",
        Text,
        CheckConstraint("mail IN ('waiting', 'sent', 'absent', 'refused')", name="mail"),
        nullable=False,
        server_default="waiting",
    ),
)
