"""What Alembic runs: on the connection that storage.migrations hands over, in one transaction."""

from alembic import context

from storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=True,
    include_name=lambda name, type_, parents: type_ != "table" or name in metadata.tables,
)
with context.begin_transaction():
    context.run_migrations()
