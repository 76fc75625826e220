"""What drawing the visible mark costs: each layout on a page of 150 dpi and on 12 MP, with its tile drawn and kept."""

import statistics
import time
from collections.abc import Callable

import numpy as np

from benchmarks.stage import Figure
from fileserver.services import Services
from watermark import tile
from watermark.look import PRESETS
from watermark.sealing import stamp_pixels
from watermark.stamp import Stamp

ROUNDS = 21
STAMP = Stamp("欧阳明慧", "上海瑞丽医疗美容门诊部", "5678", "2026-11-23 14:15", "7780108f")
SIZES_PX = {"150 dpi page": (1240, 1754), "12 MP": (4000, 3000)}
KEPT_MAX_MS = {"150 dpi page": 3.0}


async def run(_services: Services) -> list[Figure]:
    """Medians, in this process: the mark needs no other."""
    return [
        figure
        for size in SIZES_PX
        for layout in ("standard", "diagonal", "corner")
        for figure in _figures(size, layout)
    ]


def _figures(size: str, layout: str) -> list[Figure]:
    look = next(look for name, look in PRESETS.items() if name == layout)
    width, height = SIZES_PX[size]
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    stamp_pixels(pixels, STAMP, look)
    kept_ms = _median_ms(lambda: stamp_pixels(pixels, STAMP, look))
    drawn_ms = _median_ms(lambda: tile.drawn(look.lines(STAMP), look, width, height))
    bar_ms = KEPT_MAX_MS.get(size)
    note, passed = (f"bar: at most {bar_ms:g} ms", kept_ms <= bar_ms) if bar_ms else ("", None)
    return [
        Figure(f"mark, {size}, {layout}, tile kept", kept_ms, "ms", note, passed),
        Figure(f"mark, {size}, {layout}, tile drawn", drawn_ms, "ms", "beside it, once for a copy"),
    ]


def _median_ms(work: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000
