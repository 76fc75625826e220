"""`sealshare config`: every setting as it is in force, secrets hidden."""

import json

import click
from rich.markup import escape

from fileserver.cli.options import configured
from fileserver.cli.tables import new_table, print_table


@click.command("config")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: variable and value.")
def command(*, as_json: bool) -> None:
    """Show the effective settings, with secrets hidden.

    Every setting is an environment variable. A secret may come from a file: SEALSHARE_MASTER_KEY_FILE names it instead
    of SEALSHARE_MASTER_KEY.
    """
    settings = list(configured().effective())
    if as_json:
        click.echo(json.dumps({each.variable: each.value for each in settings}))
        return
    table = new_table("Variable", "Value", "", "What it is for")
    for each in settings:
        origin = "default" if each.is_default else "set"
        table.add_row(each.variable, escape(each.value), origin, escape(each.description))
    print_table(table)
