"""`sealshare demo`: the whole product on this machine, with a brand in it, until Ctrl-C."""

import asyncio
import json
import logging
import signal
import sys
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict
from pathlib import Path
from types import FrameType

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from fileserver.cli.explain import explain
from fileserver.cli.options import plainly
from fileserver.cli.tables import new_table, print_table
from fileserver.demo import household
from fileserver.demo.api import DemoRefused
from fileserver.demo.errors import DemoError
from fileserver.demo.folder import claimed, forget
from fileserver.demo.platforms.people import PEOPLE
from fileserver.demo.running import Running, demo
from fileserver.demo.story import STEPS, tell
from fileserver.demo.studio import Studio
from storage.errors import EngineFailed

DEFAULT_DIR = Path(".demo")
SHOWN = ("login", "password", "role")
terminal = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)


@click.command("demo")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to serve on; 8080 or the next free one unless given.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_DIR,
    show_default=True,
    help="Where everything is kept.",
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON once it serves: url, data_dir, accounts.")
@click.option("--reset", is_flag=True, help="Forget the data of this folder first, and start afresh.")
@plainly(DemoError, DemoRefused)
def command(*, port: int | None, data_dir: Path, as_json: bool, reset: bool) -> None:
    """Start everything on this machine, with a demo brand.

    PostgreSQL, SeaweedFS, a server and a worker run until Ctrl-C, on the loopback address only. The next start goes on
    with the same data, accounts and passwords.
    """
    # What concerns the person at the terminal is said; what libraries log on top would be noise, above all in a stop.
    logging.getLogger().addHandler(logging.NullHandler())
    stop_on_signals()
    data_dir = data_dir.absolute()
    with ExitStack() as stack:
        stack.enter_context(claimed(data_dir))
        if reset or not household.load(data_dir).seeded:
            # A start that was broken off is begun afresh too: half a story would look like a defect.
            forget(data_dir)
        studio = None if household.load(data_dir).seeded else stack.enter_context(closing(Studio(data_dir)))
        with terminal.status("Starting PostgreSQL, SeaweedFS, the server and a worker…"):
            running = stack.enter_context(demo(data_dir, port, terminal.print))
        if studio:
            fill(running, studio)
            studio.close()
        announce(running, as_json=as_json)
        watch(running)


def stop_on_signals() -> None:
    """The first SIGINT, SIGTERM or SIGHUP ends the demo, wherever it is, with status 0; later ones change nothing."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # the signature of a handler
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        with suppress(OSError):  # the terminal may be gone
            terminal.print("Stopping…")
        raise SystemExit(0)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def fill(running: Running, studio: Studio) -> None:
    """Lets the brand's story happen, with a progress bar; it is remembered, so the next start skips it."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as progress:
        task = progress.add_task("Filling the demo brand", total=STEPS)
        asyncio.run(tell(running.url, running.household, studio, lambda _title: progress.advance(task)))
    household.save(running.data_dir, household.with_seed(running.household))


def announce(running: Running, *, as_json: bool) -> None:
    """Where it serves, who may sign in, and what to try first."""
    if as_json:
        accounts = [{name: asdict(each)[name] for name in SHOWN} for each in running.household.accounts]
        click.echo(json.dumps({"url": running.url, "data_dir": str(running.data_dir), "accounts": accounts}))
    else:
        click.echo(f"\nSealShare serves at {running.url}   (data in {running.data_dir})\n")
        table = new_table(*SHOWN, "name")
        for account in running.household.accounts:
            table.add_row(account.login, account.password, account.role, escape(account.name))
        print_table(table)
        click.echo(CLINIC_USERS.format(mailbox=running.mailbox_url))
        known = new_table("clinic user", "ID number", "phone")
        for person in PEOPLE:
            known.add_row(person.name, person.id_card, person.phone)
        print_table(known)
        click.echo(FIRST_STEPS.format(url=running.url, new=PEOPLE[-1].name))
    sys.stdout.flush()


def watch(running: Running) -> None:
    """Returns never; a signal ends it. Raises DemoError when something ended that can't be started again."""
    try:
        running.watch()
    except EngineFailed as failure:
        raise DemoError(
            f"{explain(failure)}\nThe demo ends with it. Start it again: what was saved is there."
        ) from failure


CLINIC_USERS = """
Clinic users come in by a share's or an invitation's link: with WeChat, whose page is a stand-in on which you choose
whom to be, or by a code by e-mail to any address, which arrives at {mailbox}
These people are made up; WeChat and Tencent Cloud, both stand-ins here, know them so:
"""
FIRST_STEPS = """
What to try first
  1. Sign in as marketer and drop a file: a progress bar with speed; close the page, drop it again, it goes on.
  2. Submit the material, sign in as reviewer (another browser), read it, approve it.
  3. As marketer make a share; open its link in a private window and come in as {new}, who has never been here:
     three steps, and every page carries that name. The second time it is one tap.
  4. Sign in as auditor and look for what you just did in the log.

API: {url}/api/docs     Ctrl-C stops everything; the next start goes on with this data.
"""
