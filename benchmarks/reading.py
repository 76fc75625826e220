"""Posters with planted phrases and dense pages looked at, and layouts with and without pairs of pictures."""

import random
import statistics
import time
from importlib.resources import files

import numpy as np
from PIL import Image

from benchmarks.stage import Figure
from compliance.reading.merging import plain
from compliance.reading.pictures.pairs import pairs
from compliance.reading.processes import Looker
from fileserver.services import Services
from tests import photo_layouts, posters

POSTERS, PAGES, LAYOUTS = 50, 3, 100
HELD_OUT = 150  # layouts with a pair, and as many without
PHOTOGRAPHS = (  # in the wheel of scikit-image; the heuristic of pairs was tuned on none of them
    "astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "camera.png", "motorcycle_left.png", "ihc.png",
    "retina.jpg", "hubble_deep_field.jpg", "coins.png", "moon.png", "horse.png", "brick.png", "grass.png", "gravel.png",
)  # fmt: skip
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
    seen, taken = held_out()
    return [
        Figure("reading, planted phrases", share, "share", "bar 95 % of 100", passed=share >= FOUND_MIN),
        Figure("reading, a poster", poster_s, "s", "bar 3 s", passed=poster_s <= POSTER_MAX_S),
        Figure("reading, a dense page", page_s, "s", "bar 6 s", passed=page_s <= PAGE_MAX_S),
        Figure("reading, pairs found", right / LAYOUTS, "share", f"of {LAYOUTS} drawn layouts"),
        Figure("reading, pairs that are one", right / max(1, right + wrong), "share", "precision, as many without"),
        Figure("reading, pairs of photographs found", seen / HELD_OUT, "share", f"of {HELD_OUT}, held out"),
        Figure("reading, pairs of photographs that are one", seen / max(1, seen + taken), "share", "precision"),
    ]


def held_out() -> tuple[int, int]:
    """Layouts of photographs with a pair in which one was found, and layouts without in which one was."""
    chances = [random.Random(1_000 + seed) for seed in range(HELD_OUT)]  # noqa: S311  # variety, not a secret
    photographs = [_photograph(name) for name in PHOTOGRAPHS]
    right = sum(bool(pairs(np.asarray(photo_layouts.pair(photographs, each)))) for each in chances)
    return right, sum(bool(pairs(np.asarray(photo_layouts.no_pair(photographs, each)))) for each in chances)


def _photograph(name: str) -> Image.Image:
    with files("skimage").joinpath("data", name).open("rb") as file:
        return Image.open(file).convert("RGB")


def _pairs() -> tuple[int, int]:
    chances = [random.Random(seed) for seed in range(LAYOUTS)]  # noqa: S311  # variety, not a secret
    right = sum(bool(pairs(np.asarray(posters.pair_layout(each)))) for each in chances)
    return right, sum(bool(pairs(np.asarray(posters.other_layout(each)))) for each in chances)
