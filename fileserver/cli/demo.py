"""`sealshare demo`: the whole product on this machine, with a brand in it, until Ctrl-C."""

import asyncio
import json
import shutil
import signal
import sys
import threading
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from types import FrameType

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from fileserver.cli.options import plainly
from fileserver.demo import household
from fileserver.demo.api import DemoRefused
from fileserver.demo.running import DemoError, Running, demo
from fileserver.demo.story import STEPS, Studio, tell
from storage.engines.folder import LOCK_NAME, lock_folder
from storage.errors import StorageError

DEFAULT_DIR = Path(".demo")
terminal = Console(stderr=True, highlight=False)


@click.command("demo")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to serve on; 8080 or the next free one unless given.")
@click.option("--data-dir", type=click.Path(path_type=Path), default=DEFAULT_DIR, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON once it serves.")
@click.option("--reset", is_flag=True, help="Forget the data of this folder first, and start afresh.")
@plainly(DemoError, DemoRefused, StorageError)
def command(*, port: int | None, data_dir: Path, as_json: bool, reset: bool) -> None:
    """Start everything on this machine, with a demo brand, and serve until Ctrl-C."""
    data_dir = data_dir.absolute()
    if reset or not complete(data_dir):
        forget(data_dir)
    stopping = stop_on_signals()
    with ExitStack() as stack:
        home = household.load(data_dir)
        studio = None if home.seeded else Studio()
        if studio:
            stack.callback(studio.close)
        with terminal.status("Starting PostgreSQL, SeaweedFS, the server and a worker…"):
            running = stack.enter_context(demo(data_dir, port, terminal.print))
        if studio:
            fill(running, studio)
        announce(running, as_json=as_json)
        stopping.wait()


def stop_on_signals() -> threading.Event:
    """An event for the first SIGINT or SIGTERM once the demo serves; while it starts, they break the start off."""
    asked = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # the signature of a handler
        if asked.is_set():
            return
        asked.set()
        terminal.print("Stopping…")
        raise SystemExit(0)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    return asked


def complete(data_dir: Path) -> bool:
    """Whether the folder holds a brand that was filled to the end; a start that was broken off is begun afresh."""
    return household.load(data_dir).seeded


def forget(data_dir: Path) -> None:
    """Removes the demo's folder, unless a demo is running in it. Raises EngineBusy, or DemoError for another folder."""
    if not data_dir.exists():
        return
    if not (data_dir / household.FILE_NAME).exists() and any(data_dir.iterdir()):
        raise DemoError(f"{data_dir} holds no demo; it is left alone.")
    if (data_dir / "engines" / LOCK_NAME).exists():
        lock_folder(data_dir / "engines")
    shutil.rmtree(data_dir)


def fill(running: Running, studio: Studio) -> None:
    """Lets the brand's story happen, with a progress bar; it is remembered, so the next start skips it."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=terminal, transient=True) as progress:
        task = progress.add_task("Filling the demo brand", total=STEPS)
        asyncio.run(tell(running.url, running.household, studio, lambda _title: progress.advance(task)))
    household.save(running.data_dir, household.with_seed(running.household))


def announce(running: Running, *, as_json: bool) -> None:
    """Where it serves, who may sign in, and what to try first."""
    if as_json:
        accounts = [
            {key: asdict(each)[key] for key in ("login", "password", "role")} for each in running.household.accounts
        ]
        click.echo(json.dumps({"url": running.url, "data_dir": str(running.data_dir), "accounts": accounts}))
        sys.stdout.flush()
        return
    table = Table("login", "password", "role", "name", box=None, padding=(0, 3, 0, 0))
    for account in running.household.accounts:
        table.add_row(account.login, account.password, account.role, account.name)
    out = Console(highlight=False)
    out.print(f"\nSealShare serves at [bold]{running.url}[/bold]   (data in {running.data_dir})\n")
    out.print(table)
    out.print(FIRST_STEPS.format(url=running.url))


FIRST_STEPS = """
What to try first
  1. Sign in as marketer and drop a file: a progress bar with speed; close the page, drop it again, it goes on.
  2. Submit the material, sign in as reviewer (another browser), read it, approve it.
  3. As marketer make a share; open its link in a private window or by the QR code, say who you are, and read:
     every page carries your name. The sign-in of viewers is a stand-in here, and says so.
  4. Sign in as auditor and look for what you just did in the log.

API: {url}/api/docs     Ctrl-C stops everything; the next start goes on with this data.
"""
