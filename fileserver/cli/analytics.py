"""`sealshare analytics`: makes what the figures are read from anew, out of the log."""

import asyncio

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from compliance.spreading import following
from fileserver.cli.desk import Desk, at_desk
from storage.rows import ledger, sequencing

HELD_S = 0.1


@click.group("analytics")
def command() -> None:
    """Make the figures of shares and forwards anew from the log."""


@command.command("rebuild")
@click.option("--without-pruned", is_flag=True, help="Also when entries were pruned, whose figures are lost with it.")
def rebuild(*, without_pruned: bool) -> None:
    """Forget what the figures are read from, and read the whole log again. They grow back while it runs."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())

    async def work(desk: Desk) -> int:
        async with desk.database.transaction() as tx:
            _head, last = await sequencing.head_and_last(tx)
            pruned = await ledger.minimum_index(tx)
        if pruned and not without_pruned:
            raise click.ClickException(
                f"Entries before {pruned} were pruned: what they told would be missing from the figures. "
                "Say --without-pruned to go on without them."
            )
        total = 0 if last is None else last + 1
        await following.forget(desk.database, desk.clock())
        shown = Progress(*columns, console=console, disable=not console.is_terminal)
        with shown as progress, following.reading_anew():
            task = progress.add_task("reading the log", total=total)
            while (done := await following.done(desk.database)) < total:
                progress.update(task, completed=done)
                if not await following.spread_step(
                    desk.database, desk.clock(), zone=desk.zone, batch=following.BATCH_ANEW
                ):
                    await asyncio.sleep(HELD_S)  # a worker is at it
            progress.update(task, completed=done)
        return done

    click.echo(f"Read {at_desk(work)} entries.")
