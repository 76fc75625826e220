"""`python -m benchmarks [NAME…] [--json]`: runs the benchmarks on this machine and prints their figures."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click
import uvloop
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from benchmarks import (
    beacons,
    brochure,
    copies,
    downloads,
    exports,
    ledger,
    links,
    marks,
    matching,
    pages,
    proving,
    reading,
    rebuilding,
    removal,
    sealing,
    spreading,
    templates,
    traces,
)
from benchmarks.dashboards import running as dashboards
from benchmarks.printing import show
from benchmarks.stage import Figure, stage
from benchmarks.tracing import figures as tracing
from benchmarks.trail import figures as trail
from benchmarks.uploads import running as uploads
from benchmarks.uploads.plot import draw
from benchmarks.uploads.stores import STORES
from benchmarks.uploads.wishes import ROUNDS, Wishes
from fileserver.services import Services

ALL = {
    "links": links.run,
    "beacons": beacons.run,
    "sealing": sealing.run,
    "copies": copies.run,
    "templates": templates.run,
    "marks": marks.run,
    "matching": matching.run,
    "pages": pages.run,
    "ledger": ledger.run,
    "exports": exports.run,
    "downloads": downloads.run,
    "proving": proving.run,
    "reading": reading.run,
    "brochure": brochure.run,
    "removal": removal.run,
    "spreading": spreading.run,
    "rebuilding": rebuilding.run,
    "dashboards": dashboards.run,
    "tracing": tracing.run,
    "traces": traces.run,
    "trail": trail.run,
    "trail-long": trail.run_long,
}
UPLOADS = "uploads"
NAMES = (*ALL, UPLOADS)
UNASKED = tuple(
    name for name in NAMES if name not in {"removal", "rebuilding", "dashboards", "trail-long"}
)  # half an hour, a quarter, an hour and 20 GB, 15 GB
COLUMNS = (SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))


async def measure(names: Sequence[str], wishes: Wishes) -> list[Figure]:
    """Every figure of the named benchmarks, in order."""
    async with stage() as services:
        return [figure for name in names for figure in await _one(name, services, wishes)]


async def _one(name: str, services: Services, wishes: Wishes) -> list[Figure]:
    if name == UPLOADS:
        return await uploads.run(services, wishes)
    wishes.advance(name)
    return await ALL[name](services)


def _steps(names: Sequence[str], wishes: Wishes) -> int:
    return sum(uploads.steps(wishes) if name == UPLOADS else 1 for name in names)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.option("--only", multiple=True, type=click.Choice(uploads.NAMES), help="uploads: this scenario; repeatable.")
@click.option("--store", "stores", multiple=True, type=click.Choice(tuple(STORES)), help="uploads: before this store.")
@click.option("--rounds", type=click.IntRange(1), default=ROUNDS, show_default=True, help="uploads: rounds of each.")
@click.option("--quick", is_flag=True, help="uploads: tiny sizes, to see that it runs.")
@click.option(
    "--plot", type=click.Path(path_type=Path, dir_okay=False), help="uploads: also draw an SVG into this file."
)
def main(  # one for each option
    *,
    names: tuple[str, ...],
    as_json: bool,
    only: tuple[str, ...],
    stores: tuple[str, ...],
    rounds: int,
    quick: bool,
    plot: Path | None,
) -> None:
    """Run the named benchmarks, or all of them but `removal`, `rebuilding`, `dashboards` and `trail-long`."""
    wishes = Wishes(only=only, stores=stores or tuple(STORES), rounds=rounds, quick=quick)
    # Nothing is drawn where nobody looks: rich draws live displays on terminals only.
    with Progress(*COLUMNS, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("starting the engines", total=_steps(names or UNASKED, wishes), completed=-1)
        told = replace(wishes, advance=lambda what: progress.update(task, description=what, advance=1))
        figures = uvloop.run(measure(names or UNASKED, told))  # as servers do
    if plot:
        plot.write_text(draw(figures), encoding="utf-8")
    if as_json:
        click.echo(json.dumps([asdict(figure) for figure in figures]))
    else:
        show(figures)


main()
