"""Mixes of copies and the removal of the tile, as the benchmark makes them."""

import numpy as np
import pytest

from benchmarks.tracing.copies import KEY, SERVED, Source, numbers
from benchmarks.tracing.innocents import innocents
from benchmarks.tracing.mixing import MIXES, unrepeated
from watermark.hidden import read_blind


@pytest.fixture(scope="module")
def source() -> Source:
    """A picture with soft areas, edges and grain, 1000 × 800, large enough for a tile to be seen six times across."""
    rows, columns = np.mgrid[:800, :1000]
    hills = 128 + 50 * np.sin(columns / 70) * np.cos(rows / 110) + 40 * (np.sin(rows * columns / 90000) > 0)
    grain = np.random.default_rng(2).normal(0, 3, (800, 1000, 3))
    return Source.of(np.asarray(np.clip(hills[:, :, None] + grain, 0, 255), np.uint8))


@pytest.mark.parametrize("mix", ["mosaic", "min-max"])
def test_all_three_are_named(source: Source, mix: str) -> None:
    """Three delivered copies, each with its visible mark, in squares or half-way: all and only they."""
    assert {0, 1, 2} == numbers(source.read(MIXES[mix]([source.copy(number) for number in range(3)], 1)))


def test_removing_the_tile_leaves_the_secret_layer(source: Source) -> None:
    """Folding works against the blind layer, as it must without a key, and leads nowhere against the other."""
    suspect = unrepeated(source.copy(5), gain=1.2)
    assert int(SERVED[5]) not in {each.copy_id for each in read_blind(suspect, [KEY])}
    assert {5} == numbers(source.read(suspect))


def test_innocents_are_counted(source: Source) -> None:
    """The figures name each kind of innocent, and none of them is accused."""
    figures = {figure.name: figure for figure in innocents([source.pixels], 120, candidates=500)}
    assert 120 == sum(figure.value for name, figure in figures.items() if name.endswith(": inputs"))
    assert all(figure.passed for name, figure in figures.items() if name.endswith(": accused"))
