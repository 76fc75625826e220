"""Several viewers mix their copies, or one removes the marks: who is still named."""

from collections import Counter
from collections.abc import Sequence

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


def removed(pictures: Sequence[Pixels]) -> list[Figure]:
    """Both marks taken out by a viewer without the key, then a JPEG: what either layer still says, and how it looks."""
    blind = informed = wrong = 0
    likeness: list[float] = []
    for number, source in enumerate(map(Source.of, pictures)):
        suspect = FORWARDED.apply(erased(source.copy(number), stamp_of(number)), 0)
        likeness.append(_psnr_db(source.pixels, suspect))
        read = {each.copy_id for each in read_blind(suspect, [KEY], {KEY.kid: SERVED})}
        names = numbers(source.read(suspect))
        blind += int(SERVED[number]) in read
        informed += number in names
        wrong += len(names - {number}) + len(read - {int(SERVED[number])})
    count = len(pictures)
    return [
        Figure("both marks removed without the key: PSNR, median", float(np.median(likeness)), "dB", "of the original"),
        Figure("both marks removed without the key: read blind", 100 * blind / count, "%", f"{count} pictures"),
        Figure(
            "both marks removed without the key: named against the original",
            100 * informed / count,
            "%",
            f"{count} pictures, bar ≥ 95 %",
            passed=informed >= NAMED_BAR * count,
        ),
        Figure("both marks removed without the key: innocents named", wrong, "", "0 wanted", passed=wrong == 0),
    ]


def _psnr_db(first: Pixels, second: Pixels) -> float:
    return float(10 * np.log10(255**2 / np.mean((first.astype(np.float32) - second) ** 2)))


def _share(name: str, count: int, of: int) -> Figure:
    promised = int(name.split(maxsplit=1)[0]) <= TOGETHER_BAR
    note = f"{of} pictures, bar ≥ 95 %" if promised else f"{of} pictures, no promise"
    return Figure(
        f"all named: {name}", 100 * count / of, "%", note, passed=count >= NAMED_BAR * of if promised else None
    )
