"""Mixes of copies and the removal of the tile, as the benchmark makes them."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.tracing.copies import KEY, Source, numbers, stamp_of
from benchmarks.tracing.corpus import Picture
from benchmarks.tracing.erasing import erased
from benchmarks.tracing.informing import spread
from benchmarks.tracing.innocents import innocents
from benchmarks.tracing.mixing import MIXES
from watermark.hidden import read_blind


@pytest.fixture(scope="module")
def source() -> Source:
    """A picture with soft areas, edges and grain, 640 × 512, large enough for a tile to be seen six times across."""
    rows, columns = np.mgrid[:512, :640]
    hills = 128 + 50 * np.sin(columns / 70) * np.cos(rows / 110) + 40 * (np.sin(rows * columns / 90000) > 0)
    grain = np.random.default_rng(2).normal(0, 3, (512, 640, 3))
    return Source.of(np.asarray(np.clip(hills[:, :, None] + grain, 0, 255), np.uint8))


def test_all_three_are_named(source: Source) -> None:
    """Three delivered copies, each with its visible mark, in squares: all and only they."""
    assert {0, 1, 2} == numbers(source.read(MIXES["mosaic"]([source.copy(number) for number in range(3)], 1)))


def test_each_mix_keeps_to_its_copies() -> None:
    """No pixel of a mix is darker or lighter than those it was made of, and two runs give the same."""
    copies = [np.random.default_rng(seed).integers(0, 256, (60, 70, 3), np.uint8) for seed in range(3)]
    for mix in MIXES.values():
        made = mix(copies, 1)
        assert np.all((np.min(copies, axis=0) <= made) & (made <= np.max(copies, axis=0)))
        assert np.array_equal(made, mix(copies, 1))


def test_removing_both_marks_leaves_the_secret_layer(source: Source) -> None:
    """Who knows the scheme gets rid of all that needs no key, and the picture is the better for it: it still names."""
    copy = source.copy(5)
    suspect = erased(copy, stamp_of(5))
    assert [] == read_blind(suspect, [KEY])
    assert {5} == numbers(source.read(suspect))
    assert off(suspect, source) < off(copy, source) / 2


def off(pixels: NDArray[np.uint8], source: Source) -> float:
    """How far from the original, in levels of 255."""
    return float(np.std(pixels.astype(np.float32) - source.pixels))


def test_pages_and_photographs_are_chosen_alike() -> None:
    """The corpus has them in turn; whatever number is taken, it is half of each, from all over."""
    corpus = [Picture(number, f"{number}", ("photograph", "page")[number % 2], Path()) for number in range(200)]
    for count in (8, 20, 40):
        chosen = spread(corpus, count)
        assert 2 * [count // 2] == [sum(each.kind == kind for each in chosen) for kind in ("page", "photograph")]
        assert count == len({each.number for each in chosen})
        assert max(each.number for each in chosen) > 140


def test_innocents_are_counted(source: Source) -> None:
    """The figures name each kind of innocent, and none of them is accused."""
    small = np.ascontiguousarray(source.pixels[:420, :420])
    figures = {figure.name: figure for figure in innocents([small], 120, candidates=500)}
    assert 120 == sum(figure.value for name, figure in figures.items() if name.endswith(": inputs"))
    assert all(figure.passed for name, figure in figures.items() if name.endswith(": accused"))
