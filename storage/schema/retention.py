"""Legal holds."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, Uuid, text

from storage.schema.columns import metadata, moment, own_id, ref

legal_hold = Table(
    # What must be kept for a proceeding: a person, a material, or the whole log. Lifted, it stays as a record.
    "legal_hold",
    metadata,
    own_id(),
    Column("kind", Text, CheckConstraint("kind IN ('person', 'material', 'log')", name="kind"), nullable=False),
    ref("person_id", "person", nullable=True),
    ref("material_id", "material", nullable=True),
    Column("reason", Text, nullable=False),
    Column("placed_by", Uuid, ForeignKey("person.id")),  # null: an operator
    moment("placed_at", nullable=False),
    Column("lifted_by", Uuid, ForeignKey("person.id")),
    moment("lifted_at"),
    Column("lifted_reason", Text, nullable=False, server_default=""),
    CheckConstraint(
        "(kind = 'person') = (person_id IS NOT NULL) AND (kind = 'material') = (material_id IS NOT NULL)",
        name="subject",
    ),
    Index("ix_legal_hold_active", "kind", postgresql_where=text("lifted_at IS NULL")),
)
