"""`python -m benchmarks.tracing`: seals pictures, attacks the copies, reads them, and prints the tables for docs/."""

import time
from pathlib import Path

import click

from benchmarks.tracing.corpus import prepared
from benchmarks.tracing.running import STRENGTHS, Plan, attacked, unmarked
from benchmarks.tracing.table import false_alarms, quality, robustness

SMALL_PICTURES = 6


@click.command()
@click.option(
    "--photographs",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="Folder of photographs; repeatable.",
)
@click.option(
    "--kept",
    type=click.Path(path_type=Path),
    default=Path(".cache/tracing"),
    help="Records and corpus; a run goes on from there.",
)
@click.option("--blind/--no-blind", default=True, help="Read the repeating layer.")
@click.option("--informed/--no-informed", default=False, help="Read against the original where blind gave nothing.")
@click.option("--innocent", type=click.IntRange(0), default=0, help="Instead read so many innocent inputs.")
@click.option("--small", is_flag=True, help="Six pictures, one strength of each attack.")
@click.option("--processes", type=click.IntRange(1), default=2)
@click.option("--seconds", type=click.IntRange(1), default=86_400, help="Start nothing after that time.")
def main(  # one for each option
    *,
    folders: tuple[Path, ...],
    kept: Path,
    blind: bool,
    informed: bool,
    innocent: int,
    small: bool,
    processes: int,
    seconds: int,
) -> None:
    """Measure how far the hidden mark can be followed, and print it."""
    pictures = prepared(kept / "corpus", folders, pages=100, photographs=100)
    plan = Plan(blind, informed, processes, time.monotonic() + seconds)
    if innocent:
        click.echo(false_alarms(unmarked(pictures, innocent, plan, kept / "innocent.jsonl")))
        return
    chosen, strengths = (pictures[:SMALL_PICTURES], 1) if small else (pictures, STRENGTHS)
    records = attacked(chosen, strengths, plan, kept / "records.jsonl")
    click.echo(quality(records) + "\n\n" + robustness(records))


if __name__ == "__main__":  # the pool's processes import this module again
    main()
