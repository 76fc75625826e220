"""`python -m tests.malformed --count 5000`: a longer run over broken files than the tests can wait for."""

import asyncio
import json
import time

import click
from rich.console import Console
from rich.progress import track

from compliance.office import find_program
from compliance.rendering import Renderer
from tests.malformed import corpus
from tests.malformed.run import LIMITS, MIB, Outcomes, converted_all, drawn_all


async def measure(count: int, office: int, seed: int) -> dict[str, object]:
    """How the files ended, and what that took."""
    console, started = Console(stderr=True), time.perf_counter()
    async with Renderer(processes=3, limits=LIMITS) as renderer:
        samples = track(corpus.drawn(count, seed), "PDFs and pictures", total=count, console=console)
        drawn = await drawn_all(renderer, samples)
    program, converted = find_program(), Outcomes()
    if program and office:
        samples = track(corpus.office(office, seed), "Office files", total=office, console=console)
        converted = await converted_all(program, samples)
    worst = ("render-crashed", "render-failed", "render-timeout", "render-memory")
    return {
        "seed": seed,
        "drawn": drawn.counted(),
        "templates": drawn.counted(templates=True),
        "peak_mib": drawn.peak_bytes // MIB,
        "office": converted.counted(),
        "seconds": round(time.perf_counter() - started, 1),
        "to_look_at": {name: ended for name, ended in {**drawn.by_name, **drawn.templates}.items() if ended in worst},
    }


@click.command()
@click.option("--count", default=2000, show_default=True, help="PDFs and pictures.")
@click.option("--office", default=100, show_default=True, help="Office files, where LibreOffice is.")
@click.option("--seed", default=corpus.SEED, show_default=True, help="Another seed, other files.")
def main(count: int, office: int, seed: int) -> None:
    """Break files and see what becomes of them; one JSON object."""
    click.echo(json.dumps(asyncio.run(measure(count, office, seed)), indent=1))


if __name__ == "__main__":
    main()
