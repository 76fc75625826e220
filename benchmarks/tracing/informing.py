"""`python -m benchmarks.tracing.informing`: mixed copies, the removed tile, innocents and pace of the informed reading.

Promises: so many pictures of the corpus of `benchmarks.tracing`, as many pages as photographs; figures as `benchmarks`
prints them, kept for `writing`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.printing import tell
from benchmarks.stage import Figure
from benchmarks.tracing.collusion import mixed, removed
from benchmarks.tracing.corpus import Picture, prepared
from benchmarks.tracing.innocents import innocents
from benchmarks.tracing.keeping import keep_figures
from benchmarks.tracing.pace import pace
from benchmarks.tracing.table import KINDS

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
    chosen = [each.pixels() for each in spread(corpus, pictures)]
    for part in parts or PARTS:
        figures = PARTS[part](chosen, innocent)
        keep_figures(kept, part, figures)
        for each in figures:
            tell(each)


def spread(corpus: Sequence[Picture], count: int) -> list[Picture]:
    """`count` pictures from all over the corpus: photographs and pages in turn, as far as there are both."""
    kinds = [group for kind in KINDS if (group := [each for each in corpus if each.kind == kind])]
    each_count = -(-count // len(kinds))
    return [group[turn * len(group) // each_count] for turn in range(each_count) for group in kinds][:count]


if __name__ == "__main__":
    main()
