"""Tables of the brand's own organisation: departments and regions, what changed in them, and who was let in when.

Departments are a tree with one root. `path` and `region` of each follow from the tree: storage.rows.departments writes
them anew after every change, so that a reader needs one row to know where somebody stands.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from storage.schema.columns import created, metadata, moment, own_id, ref

region = Table(
    "region",
    metadata,
    own_id(),
    Column("name", Text, nullable=False),
    created(),
    moment("closed_at"),
    Index("uq_region_name", "name", unique=True, postgresql_where=text("closed_at IS NULL")),
)

department = Table(
    "department",
    metadata,
    own_id(),
    ref("parent_id", "department", nullable=True),  # null: the root, which is the brand
    Column("name", Text, nullable=False),
    Column("path", ARRAY(Uuid), nullable=False),  # from the root to the department itself
    ref("region_id", "region", nullable=True),  # as it was said of this department
    Column("region", Text, nullable=False, server_default=""),  # its own or the nearest one above; empty: all regions
    Column(
        "source",
        Text,
        CheckConstraint("source IN ('own', 'wecom', 'oidc')", name="source"),
        nullable=False,
        server_default="own",
    ),
    Column("external_id", Text, nullable=False, server_default=""),  # in the directory that it came from
    created(),
    moment("closed_at"),
    Index("uq_department_name", "parent_id", "name", unique=True, postgresql_where=text("closed_at IS NULL")),
    Index(
        "uq_department_external",
        "source",
        "external_id",
        unique=True,
        postgresql_where=text("external_id <> '' AND closed_at IS NULL"),
    ),
    Index("uq_department_root", text("(parent_id IS NULL)"), unique=True, postgresql_where=text("parent_id IS NULL")),
    Index("ix_department_path", "path", postgresql_using="gin"),
)

organisation_change = Table(
    # What became of a department or a region, never changed itself.
    "organisation_change",
    metadata,
    own_id(),
    ref("department_id", "department", nullable=True),
    ref("region_id", "region", nullable=True),
    Column(
        "kind",
        Text,
        CheckConstraint("kind IN ('create', 'rename', 'move', 'region', 'close')", name="kind"),
        nullable=False,
    ),
    Column("before", Text, nullable=False, server_default=""),
    Column("after", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    ref("changed_by", "person", nullable=True),  # null: the directory, or the operator's command
    moment("changed_at", nullable=False),
    CheckConstraint("num_nonnulls(department_id, region_id) = 1", name="subject"),
    Index("ix_organisation_change_department_id", "department_id", "changed_at"),
    Index("ix_organisation_change_region_id", "region_id", "changed_at"),
)

account_change = Table(
    # What became of an account, never changed itself.
    "account_change",
    metadata,
    own_id(),
    ref("person_id", "person"),
    Column(
        "kind",
        Text,
        CheckConstraint(
            "kind IN ('create', 'role', 'department', 'region', 'clearance', 'validity', 'disable', 'enable', "
            "'leave', 'return')",
            name="kind",
        ),
        nullable=False,
    ),
    Column("before", Text, nullable=False, server_default=""),
    Column("after", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    ref("changed_by", "person", nullable=True),  # null: the directory, or the operator's command
    moment("changed_at", nullable=False),
    Index("ix_account_change_person_id", "person_id", "changed_at"),
)

break_glass = Table(
    # An administrator let in to what they have no right to: to one material or the log, for a reason, for minutes.
    "break_glass",
    metadata,
    own_id(),
    ref("person_id", "person"),
    ref("material_id", "material", nullable=True),  # null: the log
    Column("reason", Text, nullable=False),
    Column("minutes", SmallInteger, CheckConstraint("minutes BETWEEN 1 AND 240", name="minutes"), nullable=False),
    moment("started_at", nullable=False),
    moment("ends_at", nullable=False),
    ref("ended_by", "person", nullable=True),  # null: nobody, its time was over
    moment("ended_at"),  # written down; access is over with ends_at in any case
    Column("uses", Integer, nullable=False, server_default="0"),
    Index(
        "uq_break_glass_open",
        "person_id",
        "material_id",
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    ),
    Index("ix_break_glass_started_at", "started_at"),
)

handover = Table(
    # A clinic whose owner has left: it waits for another one.
    "handover",
    metadata,
    own_id(),
    ref("clinic_id", "clinic"),
    ref("person_id", "person"),  # who left
    moment("since", nullable=False),
    ref("taken_by", "person", nullable=True),
    moment("done_at"),
    Index("uq_handover_open", "clinic_id", unique=True, postgresql_where=text("done_at IS NULL")),
    Index("ix_handover_person_id", "person_id"),
)
