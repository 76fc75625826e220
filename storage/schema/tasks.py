"""Tasks: a material that employees are asked to pass on, and how far each of them is with it."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY

from storage.schema.columns import created, metadata, moment, own_id, ref

task = Table(
    # What is to be passed on, by whom, to whom, under which policy, and until when.
    "task",
    metadata,
    own_id(),
    ref("material_id", "material"),
    ref("creator_id", "person"),
    Column("text", Text, nullable=False),  # that goes with the link
    Column("poster_page", Integer),  # shown to who shall pass it on; null: none
    ref("poster_material_id", "material", nullable=True),  # whose page that is; null: the material's own
    # Who: named people, and those of these departments (none: of all within the maker's reach), region and roles.
    Column("person_ids", ARRAY(Uuid), nullable=False),
    Column("department_ids", ARRAY(Uuid), nullable=False),
    Column("region", Text, nullable=False, server_default=""),
    Column("roles", ARRAY(Text), nullable=False),
    # To whom: the clinics that each of them holds, of this region and job where one is named.
    Column("clinic_region", Text, nullable=False, server_default=""),
    Column("job", Text, CheckConstraint("job IN ('consultant', 'operations', 'doctor')", name="job")),
    Column("download", Boolean, nullable=False),
    Column("forward_depth", Integer, CheckConstraint("forward_depth BETWEEN 0 AND 10", name="depth"), nullable=False),
    Column("visits_max", Integer),
    Column("viewers_max", Integer),  # different people, for each share that it makes; null: not limited
    Column("watermark", Text, nullable=False),
    moment("until", nullable=False),
    moment("shares_until", nullable=False),  # when the shares that it makes expire
    # Where its maker was when they made it: whose it is to govern, and whose employees it may ask.
    ref("home_department_id", "department", nullable=True),
    Column("home_region", Text, nullable=False, server_default=""),
    created(),
    moment("reminded_at"),
    Column("reminders", Integer, nullable=False, server_default="0"),
    moment("ended_at"),
    ref("ended_by", "person", nullable=True),
    Column("shares_closed", Boolean, nullable=False, server_default=text("false")),  # when it was ended
    moment("stopped_at"),  # the material can't be shared any more: what nobody had confirmed was taken back
    Index("ix_task_created_at", "created_at"),
    Index("ix_task_creator_id", "creator_id"),
    Index("ix_task_material_id", "material_id"),
)

task_assignment = Table(
    # One employee's part in a task. Copies are counted as WeCom tells of them, one for each contact.
    "task_assignment",
    metadata,
    Column("task_id", Uuid, ForeignKey("task.id"), primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.id"), primary_key=True),
    moment("given_at", nullable=False),
    moment("off_at"),  # since when it is theirs no more: they left, or moved to where it doesn't ask
    Column(
        "told",
        Text,
        CheckConstraint("told IN ('waiting', 'reached', 'unreached', 'absent')", name="told"),
        nullable=False,
        server_default="waiting",
    ),
    Column("share_id", Uuid, ForeignKey("share.id"), unique=True),
    moment("done_at"),
    Column(
        "message",
        Text,
        CheckConstraint(
            "message IN ('', 'asked', 'laying', 'laid', 'unsure', 'nobody', 'refused', 'cancelled')", name="message"
        ),
        nullable=False,
        server_default="",
    ),
    Column("message_id", Text, nullable=False, server_default=""),  # WeCom's, of the message to contacts
    moment("laid_at"),
    Column("copies_sent", Integer, nullable=False, server_default="0"),
    Column("copies_unsent", Integer, nullable=False, server_default="0"),
    Column("copies_no_friend", Integer, nullable=False, server_default="0"),
    Column("copies_capped", Integer, nullable=False, server_default="0"),
    moment("polled_at"),
    Index("ix_task_assignment_person_id", "person_id"),
    Index("ix_task_assignment_message", "polled_at", postgresql_where=text("message = 'laid'")),
)
