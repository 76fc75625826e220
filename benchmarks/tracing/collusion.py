"""Several viewers mix their copies, or one removes the repeating tile: who is still named."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.stage import Figure
from benchmarks.tracing.copies import FORWARDED, KEY, SERVED, Source, numbers
from benchmarks.tracing.mixing import MIXES, unrepeated
from watermark.hidden.reading import read_blind

Pixels = NDArray[np.uint8]

TOGETHER = (2, 3, 5)
TOGETHER_BAR = 3  # so many and fewer have to be named, all of them
NAMED_BAR = 0.95
TILE_GAIN = 1.2  # with which the repeating tile is subtracted: a little more than there is


def mixed(pictures: Sequence[Pixels]) -> list[Figure]:
    """2, 3 and 5 viewers by each mix: how often all are named, and how many innocents were."""
    whole, innocent = Counter[str](), 0
    for seed, source in enumerate(map(Source.of, pictures)):
        copies = [source.copy(number) for number in range(max(TOGETHER))]
        for together in TOGETHER:
            for name, mix in MIXES.items():
                names = numbers(source.read(FORWARDED.apply(mix(copies[:together], seed), seed)))
                whole[f"{together} viewers, {name}"] += names == set(range(together))
                innocent += len(names - set(range(together)))
    figures = [_share(name, count, len(pictures)) for name, count in whole.items()]
    return [*figures, Figure("innocents named beside mixed copies", innocent, "", "0 wanted", passed=innocent == 0)]


def removed(pictures: Sequence[Pixels]) -> list[Figure]:
    """The repeating tile folded out without the key, then a JPEG: what either layer still says."""
    blind = informed = wrong = 0
    for source in map(Source.of, pictures):
        suspect = FORWARDED.apply(unrepeated(source.copy(0), TILE_GAIN), 0)
        blind += any(each.copy_id == SERVED[0] for each in read_blind(suspect, [KEY]))
        names = numbers(source.read(suspect))
        informed += 0 in names
        wrong += len(names - {0})
    count = len(pictures)
    return [
        Figure("blind, the repeating tile removed", 100 * blind / count, "%", "no promise"),
        Figure(
            "informed, the repeating tile removed",
            100 * informed / count,
            "%",
            f"{count} pictures, bar ≥ 95 %",
            passed=informed >= NAMED_BAR * count and not wrong,
        ),
    ]


def _share(name: str, count: int, of: int) -> Figure:
    promised = int(name.split(maxsplit=1)[0]) <= TOGETHER_BAR
    note = f"{of} pictures, bar ≥ 95 %" if promised else f"{of} pictures, no promise"
    return Figure(
        f"all named: {name}", 100 * count / of, "%", note, passed=count >= NAMED_BAR * of if promised else None
    )
