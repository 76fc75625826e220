"""Recruiting: invitations, who holds the relation to a clinic and when, transfers, disputes, duplicates and merges."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from storage.schema.columns import created, metadata, moment, own_id, ref

clinic_ownership = Table(
    # 归属: every moment of a clinic's life is in exactly one interval, of an employee or of nobody (the pool). Triggers
    # begin the first and keep clinic.owner_id a copy of the open one.
    "clinic_ownership",
    metadata,
    own_id(),
    ref("clinic_id", "clinic"),
    Column("version", Integer, nullable=False),  # 1, 2, 3… of this clinic: what changes compare and set
    ref("person_id", "person", nullable=True),
    moment("valid_from", nullable=False),
    moment("valid_to"),
    Column(
        "cause",
        Text,
        CheckConstraint(
            "cause IN ('begun', 'assigned', 'transferred', 'claimed', 'returned', 'released', 'verified', 'handed_over'"
            ", 'decided', 'merged', 'outside')",
            name="cause",
        ),
        nullable=False,
    ),
    Column("reason", Text, nullable=False, server_default=""),
    ref("changed_by", "person", nullable=True),
    Column("event_id", BigInteger),  # what the log says of it
    moment("counted_from"),  # since when activity is noted, if that is not since `valid_from`
    UniqueConstraint("clinic_id", "version"),
    CheckConstraint("valid_to >= valid_from", name="interval"),
    Index("uq_clinic_ownership_open", "clinic_id", unique=True, postgresql_where=text("valid_to IS NULL")),
    Index("ix_clinic_ownership_person_id", "person_id", postgresql_where=text("valid_to IS NULL")),
)

invitation = Table(
    "invitation",
    metadata,
    own_id(),
    Column("kid", SmallInteger, nullable=False),  # the key that signs its token
    Column("token_id", LargeBinary, nullable=False, unique=True),
    ref("creator_id", "person"),
    ref("clinic_id", "clinic"),
    Column("job", Text, CheckConstraint("job IN ('consultant', 'operations', 'doctor')", name="job")),
    Column("note", Text, nullable=False, server_default=""),
    Column("uses_max", Integer, nullable=False),
    Column("uses", Integer, nullable=False, server_default="0"),  # people who came in by it
    created(),
    moment("expires_at", nullable=False),
    moment("revoked_at"),
    ref("revoked_by", "person", nullable=True),
    Column("event_id", BigInteger),
    Column(
        "contact_url", Text, nullable=False, server_default=""
    ),  # WeCom's picture of the code to follow its maker by
    CheckConstraint("uses >= 0 AND uses <= uses_max", name="uses"),
    Index("ix_invitation_clinic_id", "clinic_id"),
    Index("ix_invitation_creator_id", "creator_id"),
)

invitation_use = Table(
    # How far one person came by one invitation, and the events that say so.
    "invitation_use",
    metadata,
    own_id(),
    ref("invitation_id", "invitation"),
    ref("person_id", "person"),
    Column("credit", Text, CheckConstraint("credit IN ('owner', 'assist')", name="credit")),  # once they are verified
    moment("entered_at", nullable=False),
    Column("entered_event", BigInteger),
    moment("verified_at"),
    Column("verified_event", BigInteger),
    moment("content_at"),
    Column("content_event", BigInteger),
    UniqueConstraint("invitation_id", "person_id"),
    Index("ix_invitation_use_person_id", "person_id"),
)

clinic_contact = Table(
    # Who follows an employee in WeCom, as its callbacks say.
    "clinic_contact",
    metadata,
    Column("external_userid", Text, primary_key=True),
    Column("employee_id", Uuid, ForeignKey("person.id"), primary_key=True),
    ref("clinic_id", "clinic", nullable=True),
    ref("invitation_id", "invitation", nullable=True),
    moment("followed_at", nullable=False),
    moment("ended_at"),
    Column("event_id", BigInteger),
    Index("ix_clinic_contact_clinic_id", "clinic_id"),
    Index("ix_clinic_contact_employee_id", "employee_id"),
)

transfer = Table(
    # One clinic that passes on; ours is done at `effective_at`, whatever the platform says.
    "transfer",
    metadata,
    own_id(),
    Column("batch_id", Uuid, nullable=False),  # of those asked for together
    ref("clinic_id", "clinic"),
    ref("from_id", "person", nullable=True),
    ref("to_id", "person", nullable=True),
    Column("version", Integer, nullable=False),  # of the ownership that it passes on; another one overtook it
    Column("cause", Text, CheckConstraint("cause IN ('transferred', 'handed_over')", name="cause"), nullable=False),
    Column("reason", Text, nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('scheduled', 'done', 'overtaken', 'cancelled')", name="state"),
        nullable=False,
    ),
    ref("requested_by", "person"),
    moment("requested_at", nullable=False),
    moment("effective_at", nullable=False),
    moment("settled_at"),
    Index("ix_transfer_clinic_id", "clinic_id"),
    Index("ix_transfer_batch_id", "batch_id"),
    Index("ix_transfer_effective_at", "effective_at", postgresql_where=text("state = 'scheduled'")),
    Index("uq_transfer_scheduled", "clinic_id", unique=True, postgresql_where=text("state = 'scheduled'")),
)

transfer_customer = Table(
    # What WeCom does with each customer of a clinic that passes on.
    "transfer_customer",
    metadata,
    Column("transfer_id", Uuid, ForeignKey("transfer.id"), primary_key=True),
    Column("external_userid", Text, primary_key=True),
    Column("resigned", Boolean, nullable=False),  # by the way for those who left the company
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('requested', 'waiting', 'done', 'refused', 'taker_full', 'failed')", name="state"),
        nullable=False,
    ),
    Column("errcode", Integer),  # WeCom's, of one that failed
    moment("requested_at"),  # when WeCom was asked
    moment("settled_at"),
    Index("ix_transfer_customer_external_userid", "external_userid", "requested_at"),
    Index("ix_transfer_customer_state", "state", postgresql_where=text("state IN ('requested', 'waiting')")),
)

ownership_dispute = Table(
    "ownership_dispute",
    metadata,
    own_id(),
    ref("clinic_id", "clinic"),
    ref("claimant_id", "person"),
    ref("holder_id", "person"),
    ref("opened_by", "person", nullable=True),  # null: found by the rules
    moment("opened_at", nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("state", Text, CheckConstraint("state IN ('open', 'decided')", name="state"), nullable=False),
    ref("winner_id", "person", nullable=True),
    ref("decided_by", "person", nullable=True),
    moment("decided_at"),
    Column("verdict", Text, nullable=False, server_default=""),
    Index("uq_ownership_dispute_open", "clinic_id", unique=True, postgresql_where=text("state = 'open'")),
)

duplicate = Table(
    # Two clinics, or two persons, that may be one.
    "duplicate",
    metadata,
    own_id(),
    Column("kind", Text, CheckConstraint("kind IN ('clinic', 'person')", name="kind"), nullable=False),
    Column("first_id", Uuid, nullable=False),
    Column("second_id", Uuid, nullable=False),
    Column("grounds", ARRAY(Text), nullable=False),
    Column("state", Text, CheckConstraint("state IN ('open', 'merged', 'dismissed')", name="state"), nullable=False),
    moment("found_at", nullable=False),
    ref("decided_by", "person", nullable=True),
    moment("decided_at"),
    Column("reason", Text, nullable=False, server_default=""),
    CheckConstraint("first_id < second_id", name="pair"),
    UniqueConstraint("kind", "first_id", "second_id"),
)

merge = Table(
    # One clinic or person taken into another.
    "merge",
    metadata,
    own_id(),
    Column("kind", Text, CheckConstraint("kind IN ('clinic', 'person')", name="kind"), nullable=False),
    Column("kept_id", Uuid, nullable=False),
    Column("merged_id", Uuid, nullable=False),
    Column("cause", Text, CheckConstraint("cause IN ('manual', 'automatic')", name="cause"), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("undo", JSONB, nullable=False),  # ids of rows and what stood in them: what puts everything back exactly
    ref("merged_by", "person", nullable=True),
    moment("merged_at", nullable=False),
    ref("undone_by", "person", nullable=True),
    moment("undone_at"),
    Index("uq_merge_standing", "kind", "merged_id", unique=True, postgresql_where=text("undone_at IS NULL")),
    Index("ix_merge_kept_id", "kept_id"),
)
