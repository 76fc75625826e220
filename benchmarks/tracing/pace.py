"""How long a trace takes: one suspect against a page of which 10,000 copies were served."""

import time
from collections.abc import Sequence

import cv2
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
    """Blind, then informed with the original's features computed anew, as a trace does it; median and longest.

    In one thread, for a process that traces may start no other. What is read is looked at as well.
    """
    cv2.setNumThreads(1)
    known = [each for each in attacks() if each.name in ATTACKED]
    took: list[float] = []
    cpu: list[float] = []
    wrong = 0
    for number, source in enumerate(map(Source.of, pictures)):
        attack = known[number % len(known)]
        suspect = attack.apply(source.copy(number), number)
        unmarked = attack.apply(source.pixels, number)  # the longest way: everything is tried and nothing found
        for each, owners in ((suspect, {int(SERVED[number])}), (unmarked, set[int]())):
            started, used = time.perf_counter(), time.process_time()
            blind = read_blind(each, [KEY], {KEY.kid: SERVED})
            informed = read_informed(each, source.pixels, KEY, [source.asset], SERVED).named
            took.append(time.perf_counter() - started)
            cpu.append(time.process_time() - used)
            wrong += bool(({found.copy_id for found in blind} | {found.copy_id for found in informed}) - owners)
    slowest = max(took)
    return [
        Figure("trace of a page, median", float(np.median(took)), "s", f"{COPIES:,} copies"),
        Figure("trace of a page, CPU, median", float(np.median(cpu)), "s"),
        Figure("trace of a page, CPU, most", max(cpu), "s", "an unmarked picture tries everything"),
        Figure("trace of a page, innocents named", wrong, "", f"of {len(took)} traces, 0 wanted", passed=wrong == 0),
        Figure("trace of a page, longest", slowest, "s", f"bar ≤ {TRACE_S_MAX:g} s", passed=slowest <= TRACE_S_MAX),
    ]
