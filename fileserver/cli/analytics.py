"""`sealshare analytics`: makes what the figures are read from anew, out of the log."""

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from compliance.spreading import following
from fileserver.cli.desk import Desk, at_desk
from storage.rows import sequencing


@click.group("analytics")
def command() -> None:
    """Make the figures of shares and forwards anew from the log."""


@command.command("rebuild")
def rebuild() -> None:
    """Forget what the figures are read from, and read the whole log again. They grow back while it runs."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())

    async def work(desk: Desk) -> int:
        async with desk.database.transaction() as tx:
            _head, last = await sequencing.head_and_last(tx)
        await following.forget(desk.database, desk.clock())
        done = 0
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task("reading the log", total=0 if last is None else last + 1)
            while step := await following.spread_step(desk.database, desk.clock()):
                done += step
                progress.update(task, completed=done)
        return done

    click.echo(f"Read {at_desk(work)} entries.")
