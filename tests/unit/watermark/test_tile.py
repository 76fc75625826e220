"""The mark as pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watermark import geometry
from watermark import tile as tiles
from watermark.look import Look
from watermark.tile import Piece, Pixels

LINES = ("张伟 *1234", "瑞丽医美门诊部", "2026-11-23 13:05 · 8F3K2Q7M")


def paper(width: int = 1000, height: int = 1400, level: int = 200) -> Pixels:
    """An empty page."""
    return np.full((height, width, 3), level, np.uint8)


def test_the_tile_repeats_without_a_seam() -> None:
    """What crosses an edge of the tile comes back at the opposite one: nothing of the block's ink is lost."""
    planned = geometry.setting(LINES, Look(), 1000, 1400, em_min=10)
    planned = geometry.at_em(LINES, Look(), 1000, 1400, round(planned.em))
    masks = tiles._turned(tiles._set(planned), planned)
    pieces = tiles.overlay(LINES, Look(), 1000, 1400).pieces

    assert ink_of(tiles._inked(masks, 0, 0, Look().ink)) == sum(map(ink_of, pieces))


def ink_of(piece: Piece) -> int:
    """How much a piece takes of what lies under it."""
    return int(np.sum(255 - piece.keep.astype(int)))


def test_copies_stand_where_the_geometry_says() -> None:
    """Around each centre that is on the page there is ink, as dense as around any other."""
    page = paper()
    tiles.overlay(LINES, Look(), 1000, 1400).onto(page)
    planned = geometry.setting(LINES, Look(), 1000, 1400, em_min=10)
    inked = [
        float(np.mean(page[round(y) - 25 : round(y) + 25, round(x) - 40 : round(x) + 40] != 200))
        for x, y in planned.centres(1000, 1400)
        if 60 < x < 940 and 60 < y < 1340
    ]
    assert len(inked) >= 6
    assert min(inked) > 0.15


def test_the_same_mark_is_drawn_once() -> None:
    """The overlay of a page is kept for the next page; that of a poster is not."""
    assert tiles.overlay(LINES, Look(), 1240, 1754) is tiles.overlay(LINES, Look(), 1240, 1754)
    assert tiles.overlay(LINES, Look(), 5000, 4000) is not tiles.overlay(LINES, Look(), 5000, 4000)


@given(st.integers(-30, 30), st.integers(-30, 30), st.integers(1, 20), st.integers(1, 20))
def test_what_hangs_over_an_edge_is_cut_off(left: int, top: int, width: int, height: int) -> None:
    """Exactly the pixels that are under the piece are changed, wherever it lies."""
    page = paper(24, 16)
    black = Piece(left, top, np.zeros((height, width, 3), np.uint8), np.zeros((height, width, 3), np.uint8))
    black.onto(page)
    expected = paper(24, 16)
    expected[max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)] = 0

    assert np.array_equal(expected, page)


def test_a_diagonal_leaves_the_corners_free() -> None:
    """It stands once, in the middle, and ends before the edges."""
    page = paper()
    tiles.overlay(LINES, Look(layout="diagonal"), 1000, 1400).onto(page)

    assert np.any(page[600:800, 400:600] != 200)
    assert np.all(page[:200, :200] == 200)
    assert np.all(page[-200:, -200:] == 200)


def test_a_corner_is_at_the_upper_right() -> None:
    """All of its ink is there."""
    page = paper()
    tiles.overlay(LINES, Look(layout="corner"), 1000, 1400).onto(page)
    rows, columns = np.nonzero(np.any(page != 200, axis=2))

    assert rows.max() < 200
    assert columns.min() > 500


def test_colour_is_the_colour_of_the_strokes() -> None:
    """On white, red strokes take from green and blue, and leave red nearly as it was."""
    page = paper(level=255)
    tiles.overlay(LINES, Look(colour="#ff0000", opacity_percent=40), 1000, 1400).onto(page)
    red, green, blue = (page[..., channel].min() for channel in range(3))

    assert red >= 250
    assert green < 170
    assert blue < 170


@pytest.mark.parametrize("size", [(120, 120), (60, 3000), (16, 16), (1, 1)])
def test_the_footer_fits_its_picture(size: tuple[int, int]) -> None:
    """The strip is never wider than the picture, however narrow that is."""
    assert tiles.footer(" · ".join(LINES), *size).keep.shape[1] <= size[0]
