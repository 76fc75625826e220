"""`python -m tests.crash --target server --kills 1000 --seed N [--json]`: see CONTRIBUTING.md."""

import json
import logging
import random
import sys
from typing import Any

import click
import structlog
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.crash.files import MIB
from tests.crash.journal import Journal
from tests.crash.killers import TARGETS, Leg
from tests.crash.ledger import LedgerPlan, run_ledger
from tests.crash.long import LongPlan, run_long
from tests.crash.run import EVIDENCE, Plan, run

SHOWN_MAX = 20
LONG = "long"
LEDGER = "ledger"
ALL_TARGETS = (*TARGETS, LONG, LEDGER)
GIB = 1 << 30
COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
    TimeRemainingColumn(),
    TextColumn("{task.fields[state]}"),
)


@click.command()
@click.option("--target", type=click.Choice(ALL_TARGETS), default="server", show_default=True, help="What is killed.")
@click.option(
    "--kills", type=click.IntRange(1), default=100, show_default=True, help="How often; for all, engines a tenth."
)
@click.option("--seed", type=int, help="Of files, clients and moments; else one is drawn and printed.")
@click.option("--clients", type=click.IntRange(1, 16), default=4, show_default=True, help="How many upload at once.")
@click.option("--nodes", type=click.IntRange(1, 4), default=2, show_default=True, help="How many servers there are.")
@click.option("--size-gib", type=click.FloatRange(0.01), default=10, show_default=True, help="Of the file, for long.")
@click.option("--cuts", type=click.IntRange(0), default=20, show_default=True, help="Interruptions, for long.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object and no progress bar.")
def main(*, target: str, seed: int | None, size_gib: float, cuts: int, as_json: bool, **how: int) -> None:
    """Kill processes while files are uploaded, and prove that nothing acknowledged is lost.

    Target ledger: nodes that append events and sequence them, sessions of PostgreSQL, and PostgreSQL. Target long: one
    file, interrupted by its client and by kill -9 of the server. Ends with 1 if any promise was broken; of targets that
    upload many files, rows, logs and the summary are then kept below .cache/crash.
    """
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    console = Console(stderr=True, quiet=as_json, highlight=False)
    seed = random.randrange(1 << 32) if seed is None else seed
    console.print(f"target {target}, seed {seed}")
    if target == LONG:
        summary = long(LongPlan(int(size_gib * GIB), cuts, seed), console)
    elif target == LEDGER:
        summary = ledger(LedgerPlan(how["kills"], seed, how["nodes"]), console)
    else:
        summary = kill(Plan(target, seed=seed, **how), console)
    if as_json:
        click.echo(json.dumps(summary))
    else:
        tell(summary, console)
    sys.exit(1 if summary["violations"] else 0)


def kill(plan: Plan, console: Console) -> dict[str, Any]:
    """A run with a bar for each of its legs."""
    with Progress(*COLUMNS, console=console) as bar:
        tasks = {leg: bar.add_task(leg.target, total=leg.deaths, start=False, state="") for leg in plan.legs}

        def say(journal: Journal, leg: Leg, deaths: int) -> None:
            broken = f", [red]{len(journal.violations)} broken promises[/]" if journal.violations else ""
            state = f"{journal.finished} files, {journal.finished_bytes // MIB} MiB{broken}"
            bar.start_task(tasks[leg])
            bar.update(tasks[leg], completed=deaths, state=state)

        return uvloop.run(run(plan, say)).summary()


def ledger(plan: LedgerPlan, console: Console) -> dict[str, Any]:
    """A run over the log with a bar for the kills."""
    with Progress(*COLUMNS, console=console) as bar:
        task = bar.add_task(LEDGER, total=plan.kills, state="")
        return uvloop.run(run_ledger(plan, lambda kills: bar.update(task, completed=kills))).summary()


def long(plan: LongPlan, console: Console) -> dict[str, Any]:
    """A long upload with a bar for what is acknowledged."""
    with Progress(*COLUMNS, console=console) as bar:
        task = bar.add_task("MiB", total=plan.length // MIB, state="")
        return uvloop.run(run_long(plan, lambda offset: bar.update(task, completed=offset // MIB)))


def tell(summary: dict[str, Any], console: Console) -> None:
    """The summary for people."""
    violations = summary.pop("violations")
    for name, value in summary.items():
        console.print(f"{name:24} {value}")
    for violation in violations[:SHOWN_MAX]:
        console.print(f"[red]{violation['kind']}[/] {violation['upload']} {violation['detail']}")
    if violations:
        console.print(f"[red]{len(violations)} broken promises; evidence in {EVIDENCE}[/]")
    else:
        console.print("[green]every promise kept[/]")
    summary["violations"] = violations


if __name__ == "__main__":
    main()
