"""`sealshare config`: every setting as it is in force, secrets hidden."""

import json

import click
from rich.console import Console
from rich.table import Table

from fileserver.cli.options import configured


@click.command("config")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(*, as_json: bool) -> None:
    """Show the effective settings, with secrets hidden."""
    settings = list(configured().effective())
    if as_json:
        click.echo(json.dumps({each.variable: each.value for each in settings}))
        return
    table = Table("Variable", "Value", "", "What it is for", box=None)
    for each in settings:
        table.add_row(each.variable, each.value, "default" if each.is_default else "set", each.description)
    Console().print(table)
