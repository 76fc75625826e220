"""Posters with planted phrases and dense pages looked at, and layouts with and without pairs of pictures."""

import random
import statistics
import time

import numpy as np

from benchmarks.stage import Figure
from compliance.reading.merging import plain
from compliance.reading.pictures.pairs import pairs
from compliance.reading.processes import Looker
from fileserver.services import Services
from tests import posters

POSTERS, PAGES, LAYOUTS = 50, 3, 100
FOUND_MIN, POSTER_MAX_S, PAGE_MAX_S = 0.95, 3.0, 6.0


async def run(_services: Services) -> list[Figure]:
    """Found phrases, seconds a picture, and how often a pair is one."""
    found, times = 0, list[float]()
    async with Looker() as looker:
        for seed in range(POSTERS):
            poster = posters.poster(random.Random(seed))  # noqa: S311  # variety, not a secret
            started = time.perf_counter()
            sight = await looker.look(posters.png(poster.picture))
            times.append(time.perf_counter() - started)
            said = plain("".join(each.text for each in sight.pieces))
            found += sum(plain(each) in said for each in poster.phrases)
        page, dense = posters.png(posters.dense_page()), list[float]()
        for _ in range(PAGES):
            started = time.perf_counter()
            await looker.look(page)
            dense.append(time.perf_counter() - started)
    share, poster_s, page_s = found / (2 * POSTERS), statistics.median(times), statistics.median(dense)
    right, wrong = _pairs()
    return [
        Figure("reading, planted phrases", share, "share", "bar 95 % of 100", passed=share >= FOUND_MIN),
        Figure("reading, a poster", poster_s, "s", "bar 3 s", passed=poster_s <= POSTER_MAX_S),
        Figure("reading, a dense page", page_s, "s", "bar 6 s", passed=page_s <= PAGE_MAX_S),
        Figure("reading, pairs found", right / LAYOUTS, "share", f"of {LAYOUTS} drawn layouts"),
        Figure("reading, pairs that are one", right / max(1, right + wrong), "share", "precision, as many without"),
    ]


def _pairs() -> tuple[int, int]:
    chances = [random.Random(seed) for seed in range(LAYOUTS)]  # noqa: S311  # variety, not a secret
    right = sum(bool(pairs(np.asarray(posters.pair_layout(each)))) for each in chances)
    return right, sum(bool(pairs(np.asarray(posters.other_layout(each)))) for each in chances)
