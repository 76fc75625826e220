"""`sealshare migrate`: brings the database to the schema of this release."""

import json

import click

from fileserver.cli.options import configured, plainly
from storage.migrations import migrate


@click.command("migrate")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@plainly()
def command(*, as_json: bool) -> None:
    """Bring the database to the newest schema.

    Running it again changes nothing, and two that run at once take turns. Servers of the release before go on working.
    """
    before, now = migrate(configured().database_url.get_secret_value())
    if as_json:
        click.echo(json.dumps({"before": before, "now": now}))
    elif before == now:
        click.echo(f"The database is at revision {now} already.")
    else:
        click.echo(f"Migrated from {before or 'nothing'} to revision {now}.")
