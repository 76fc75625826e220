"""How long a trace takes: one suspect against a page of which 10,000 copies were served."""

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.stage import Figure
from benchmarks.tracing.attacks import attacks
from benchmarks.tracing.copies import COPIES, KEY, SERVED, Source
from watermark.hidden import read_informed
from watermark.hidden.reading import read_blind

Pixels = NDArray[np.uint8]

TRACE_S_MAX = 10.0
ATTACKED = ("none", "goal", "crop 90%", "photo of a screen", "print and scan")


def pace(pictures: Sequence[Pixels]) -> list[Figure]:
    """Blind, then informed with the original's features computed anew, as a trace does it; median and longest."""
    known = [each for each in attacks() if each.name in ATTACKED]
    took: list[float] = []
    cpu: list[float] = []
    for number, source in enumerate(map(Source.of, pictures)):
        attack = known[number % len(known)]
        suspect = attack.apply(source.copy(number), number)
        unmarked = attack.apply(source.pixels, number)  # the longest way: everything is tried and nothing found
        for each in (suspect, unmarked):
            started, used = time.perf_counter(), time.process_time()
            read_blind(each, [KEY], {KEY.kid: SERVED})
            read_informed(each, source.pixels, KEY, [source.asset], SERVED)
            took.append(time.perf_counter() - started)
            cpu.append(time.process_time() - used)
    slowest = max(took)
    return [
        Figure("trace of a page, median", float(np.median(took)), "s", f"{COPIES:,} copies"),
        Figure("trace of a page, CPU of all threads, median", float(np.median(cpu)), "s"),
        Figure("trace of a page, CPU of all threads, most", max(cpu), "s", "an unmarked picture tries everything"),
        Figure("trace of a page, longest", slowest, "s", f"bar ≤ {TRACE_S_MAX:g} s", passed=slowest <= TRACE_S_MAX),
    ]
