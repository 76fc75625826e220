"""Several viewers mix their copies, or one removes the marks: who is still named."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.stage import Figure
from benchmarks.tracing.copies import FORWARDED, KEY, SERVED, Source, numbers, stamp_of
from benchmarks.tracing.erasing import erased
from benchmarks.tracing.mixing import MIXES
from watermark.hidden.reading import read_blind

Pixels = NDArray[np.uint8]

TOGETHER = (2, 3, 5)
TOGETHER_BAR = 3  # so many and fewer have to be named, all of them
NAMED_BAR = 0.95


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


@dataclass(frozen=True)
class Removal:
    """What is left of one copy after both marks were taken out: how it looks, who is named, and how many others."""

    psnr_db: float
    blind: bool
    informed: bool
    wrong: int

    @classmethod
    def tried(cls, pixels: Pixels, number: int) -> "Removal":
        """By the viewer of SERVED[number], without the key; then a JPEG."""
        source, owner = Source.of(pixels), int(SERVED[number])
        suspect = FORWARDED.apply(erased(source.copy(number), stamp_of(number)), 0)
        read = {each.copy_id for each in read_blind(suspect, [KEY], {KEY.kid: SERVED})}
        named = {each.copy_id for each in source.read(suspect).named}
        wrong = (read | named) - {owner}
        return cls(_psnr_db(pixels, suspect), owner in read, owner in named, len(wrong))


def removed(pictures: Sequence[Pixels]) -> list[Figure]:
    """Both marks taken out of a copy of each picture."""
    return removals([Removal.tried(each, number) for number, each in enumerate(pictures)])


def removals(tried: Sequence[Removal]) -> list[Figure]:
    """What they came to."""
    what, count = "both marks removed without the key", len(tried)
    informed, wrong = sum(each.informed for each in tried), sum(each.wrong for each in tried)
    named = Figure(f"{what}: named against the original", 100 * informed / count, "%", f"{count} pictures, bar ≥ 95 %")
    return [
        Figure(f"{what}: PSNR, median", float(np.median([each.psnr_db for each in tried])), "dB", "of the original"),
        Figure(f"{what}: read blind", 100 * sum(each.blind for each in tried) / count, "%", f"{count} pictures"),
        replace(named, passed=informed >= NAMED_BAR * count),
        Figure(f"{what}: innocents named", wrong, "", "0 wanted", passed=wrong == 0),
    ]


def _psnr_db(first: Pixels, second: Pixels) -> float:
    return float(10 * np.log10(255**2 / np.mean((first.astype(np.float32) - second) ** 2)))


def _share(name: str, count: int, of: int) -> Figure:
    promised = int(name.split(maxsplit=1)[0]) <= TOGETHER_BAR
    note = f"{of} pictures, bar ≥ 95 %" if promised else f"{of} pictures, no promise"
    return Figure(
        f"all named: {name}", 100 * count / of, "%", note, passed=count >= NAMED_BAR * of if promised else None
    )
