"""`python -m benchmarks [NAME…] [--json]`: runs the benchmarks on this machine and prints their figures."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from benchmarks import ledger, links, pages, sealing, uploads
from benchmarks.stage import Figure, stage

ALL = {
    "links": links.run,
    "sealing": sealing.run,
    "pages": pages.run,
    "ledger": ledger.run,
    "uploads": uploads.run,
}
UNBROKEN_CHARS = 160
WHOLE_FROM = 100


async def measure(names: Sequence[str]) -> list[Figure]:
    """Every figure of the named benchmarks, in order."""
    async with stage() as services:
        return [figure for name in names for figure in await ALL[name](services)]


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(ALL)))
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def main(*, names: tuple[str, ...], as_json: bool) -> None:
    """Run the named benchmarks, or all of them."""
    figures = asyncio.run(measure(names or tuple(ALL)))
    if as_json:
        click.echo(json.dumps([asdict(figure) for figure in figures]))
        return
    table = Table("figure", "value", "unit", "note", box=None)
    for figure in figures:
        table.add_row(
            figure.name,
            f"{figure.value:,.0f}" if figure.value >= WHOLE_FROM else f"{figure.value:.3g}",
            figure.unit,
            figure.note,
        )
    console = Console(highlight=False)
    (console if console.is_terminal else Console(highlight=False, width=UNBROKEN_CHARS)).print(table)


main()
