"""`sealshare migrate`: brings the database to the schema of this release."""

import click

from fileserver.cli.options import configured, plainly
from storage.errors import StorageError
from storage.migrations import migrate


@click.command("migrate")
@plainly(StorageError)
def command() -> None:
    """Bring the database to the newest schema. Running it again changes nothing."""
    before, now = migrate(configured().database_url.get_secret_value())
    click.echo(
        f"The database is at revision {now}." if before == now else f"Migrated from {before or 'nothing'} to {now}."
    )
