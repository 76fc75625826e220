"""What the tables share: the registry, and the columns that nearly each of them has."""

from sqlalchemy import Column, DateTime, ForeignKey, MetaData, Uuid, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

NOW = text("clock_timestamp()")


def own_id() -> Column[object]:
    """The primary key: a random UUID, made by us."""
    return Column("id", Uuid, primary_key=True)


def moment(name: str, *, nullable: bool = True) -> Column[object]:
    """A time, in UTC."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def created() -> Column[object]:
    """When the row was written, by the database's clock."""
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=NOW)


def ref(name: str, target: str, *, nullable: bool = False) -> Column[object]:
    """A reference to another table's `id`."""
    return Column(name, Uuid, ForeignKey(f"{target}.id"), nullable=nullable)
