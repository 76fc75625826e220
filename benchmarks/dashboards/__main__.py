"""`python -m benchmarks.dashboards`: makes years of figures in a folder, in as many runs as it takes, and measures."""

import time
from pathlib import Path

import click
import uvloop

from benchmarks.dashboards import running, trees
from benchmarks.dashboards.running import Plan
from benchmarks.printing import show
from benchmarks.stage import Figure

PARTS = {"years": running.dashboards, "trees": running.forest}


@click.command()
@click.argument("part", type=click.Choice(tuple(PARTS)))
@click.option(
    "--kept",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".cache/dashboards"),
    show_default=True,
    help="What is made; a run goes on from there. 20 GB.",
)
@click.option("--seconds", type=click.IntRange(1), default=86_400, help="Begin nothing new after that time.")
@click.option("--only", default="", help="Ask only for pages whose names hold these words.")
@click.option("--followed", is_flag=True, help="Write the log, and let the follower make of it what the pages read.")
@click.option("--small", is_flag=True, help="Tiny sizes, to see that it runs.")
def main(  # one for each option
    *, part: str, kept: Path, seconds: int, only: str, followed: bool, small: bool
) -> None:
    """Make years of figures, or large trees, and measure the pages of figures."""
    size, people = (running.SMALL, running.SMALL_TREES) if small else (running.SIZE, trees.TREES)
    ends_s = time.monotonic() + seconds
    plan = Plan(
        size=size,
        trees=people,
        kept=kept,
        only=only,
        followed=followed,
        ends_s=ends_s,
        note=running.say,
    )
    figures: list[Figure] = uvloop.run(PARTS[part](plan))  # as servers do
    if figures:
        show(figures)
    else:
        click.echo(
            "not all of it is made yet: run it again" if not only else "not all is made, or no page is called so",
            err=True,
        )


main()
