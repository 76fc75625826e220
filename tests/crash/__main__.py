"""`python -m tests.crash --target server --kills 1000 --seed N [--json]`: see CONTRIBUTING.md."""

import json
import logging
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
import structlog
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.crash.files import MIB
from tests.crash.journal import Journal
from tests.crash.killers import TARGETS, Leg, Say
from tests.crash.run import Outcome, Plan, run

SHOWN_MAX = 20


@click.command()
@click.option("--target", type=click.Choice(TARGETS), default="server", show_default=True, help="What is killed.")
@click.option(
    "--kills",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="How often; for all, engines a tenth.",
)
@click.option("--seed", type=int, help="Of files, clients and moments; else one is drawn and printed.")
@click.option("--clients", type=click.IntRange(1, 16), default=4, show_default=True, help="How many upload at once.")
@click.option("--nodes", type=click.IntRange(1, 4), default=2, show_default=True, help="How many servers there are.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object and no progress bar.")
def main(*, target: str, kills: int, seed: int | None, clients: int, nodes: int, as_json: bool) -> None:
    """Kill processes while files are uploaded, and prove that nothing acknowledged is lost.

    Ends with 1 if any promise was broken; rows, logs and the summary are then kept below .cache/crash.
    """
    plan = Plan(target, kills, random.randrange(1 << 32) if seed is None else seed, clients, nodes)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    console = Console(stderr=True, quiet=as_json, highlight=False)
    console.print(f"target {target}, seed {plan.seed}")
    with progress(plan, console) as say:
        outcome = uvloop.run(run(plan, say))
    if as_json:
        click.echo(json.dumps(outcome.summary()))
    else:
        tell(outcome, console)
    sys.exit(1 if outcome.violations else 0)


@contextmanager
def progress(plan: Plan, console: Console) -> Iterator[Say]:
    """A bar while the block lasts."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[state]}"),
    )
    with Progress(*columns, console=console) as bar:
        tasks = {leg: bar.add_task(leg.target, total=leg.deaths, start=False, state="") for leg in plan.legs}

        def say(journal: Journal, leg: Leg, deaths: int) -> None:
            broken = f", [red]{len(journal.violations)} broken promises[/]" if journal.violations else ""
            state = f"{journal.finished} files, {journal.finished_bytes // MIB} MiB{broken}"
            bar.start_task(tasks[leg])
            bar.update(tasks[leg], completed=deaths, state=state)

        yield say


def tell(outcome: Outcome, console: Console) -> None:
    """The summary for people."""
    summary = outcome.summary()
    violations = summary.pop("violations")
    for name, value in summary.items():
        console.print(f"{name:24} {value}")
    for violation in violations[:SHOWN_MAX]:
        console.print(f"[red]{violation['kind']}[/] {violation['upload']} {violation['detail']}")
    if violations:
        console.print(f"[red]{len(violations)} broken promises; evidence in {outcome.plan.evidence_folder}[/]")
    else:
        console.print("[green]every promise kept[/]")


if __name__ == "__main__":
    main()
