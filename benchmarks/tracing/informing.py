"""`python -m benchmarks.tracing.informing`: mixed copies, the removed tile, innocents and pace of the informed reading.

Promises: the corpus of `benchmarks.tracing`, every n-th picture of it; figures as `benchmarks` prints them.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.stage import Figure
from benchmarks.tracing.collusion import mixed, removed
from benchmarks.tracing.corpus import prepared
from benchmarks.tracing.innocents import innocents
from benchmarks.tracing.pace import pace

Pixels = NDArray[np.uint8]

PARTS: dict[str, Callable[[Sequence[Pixels], int], list[Figure]]] = {
    "mixed": lambda pictures, _: mixed(pictures),
    "removed": lambda pictures, _: removed(pictures),
    "innocents": innocents,
    "pace": lambda pictures, _: pace(pictures),
}


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(tuple(PARTS)))
@click.option("--photographs", "folders", multiple=True, type=click.Path(path_type=Path, exists=True))
@click.option("--kept", type=click.Path(path_type=Path), default=Path(".cache/tracing"), help="Holds the corpus.")
@click.option("--pictures", type=click.IntRange(1), default=20, show_default=True)
@click.option("--innocent", type=click.IntRange(1), default=10_000, show_default=True)
def main(*, parts: tuple[str, ...], folders: tuple[Path, ...], kept: Path, pictures: int, innocent: int) -> None:
    """Run the named parts, or all of them."""
    corpus = prepared(kept / "corpus", folders, pages=100, photographs=100)
    chosen = [each.pixels() for each in corpus[:: max(1, len(corpus) // pictures)][:pictures]]
    for part in parts or PARTS:
        for figure in PARTS[part](chosen, innocent):
            row = asdict(figure)
            verdict = {None: "", True: "pass", False: "FAIL"}[row["passed"]]
            click.echo(f"{row['name']} | {row['value']:.4g} {row['unit']} | {row['note']} | {verdict}")


if __name__ == "__main__":
    main()
