"""The repeating pattern."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from watermark import tile as tiles

LINES = ("张伟 *1234", "瑞丽医美门诊部", "2026-11-23 13:05 · 8F3K2Q7M")


@given(st.floats(10, 600), st.floats(0.5, 12))
def test_copies_of_a_block_never_touch(across: float, ratio: float) -> None:
    """In the grid of a tile, two copies are apart by a block's length or its height, to within rounding."""
    along = across * ratio
    width, height = tiles._steps(along, across)
    slant = math.radians(tiles.SLANT_DEGREES)
    for right in range(-8, 9):
        for down in range(-8, 9):
            x, y, rounding = right * width, down * height, abs(right) + abs(down)
            length = abs(x * math.cos(slant) - y * math.sin(slant)) + rounding
            distance = abs(x * math.sin(slant) + y * math.cos(slant)) + rounding
            assert (right, down) == (0, 0) or length >= along or distance >= across


def test_the_tile_repeats_without_a_seam() -> None:
    """A tile holds all the ink of its block: what crosses an edge comes back at the opposite one."""
    tile = tiles.tile(LINES, 24, "standard")
    block = tiles._set(LINES, 24)

    assert sum(tile.opacity.histogram()[1:]) >= 0.95 * sum(block.outlined.histogram()[8:])


def test_the_same_stamp_is_drawn_once() -> None:
    """A second tile of the same text, size and preset is the first."""
    assert tiles.tile(LINES, 30, "standard") is tiles.tile(LINES, 30, "standard")


def test_huge_tiles_are_not_kept() -> None:
    """Posters do not fill the memory of a process with tiles."""
    assert tiles.tile(LINES, 100, "standard") is not tiles.tile(LINES, 100, "standard")


def test_presets_differ_in_strength() -> None:
    """Light covers less than standard, standard less than strong."""
    heaviest = [tiles.tile(LINES, 30, preset).opacity.getextrema()[1] for preset in ("light", "standard", "strong")]

    assert heaviest == sorted(set(heaviest))


@pytest.mark.parametrize(("short_side", "expected"), [(40, 10), (300, 10), (1400, 40), (6000, 171)])
def test_type_grows_with_the_picture(short_side: int, expected: int) -> None:
    """Type is a fixed share of the short side, and never smaller than what can be read."""
    assert expected == tiles.em_px(LINES, short_side)


def test_another_name_gives_another_picture() -> None:
    """Two people of the same clinic at the same minute get different tiles."""
    other = ("李娜 *1234", *LINES[1:])
    first, second = (tiles.tile(lines, 30, "standard").opacity for lines in (LINES, other))

    assert ImageChops.difference(first, second).getbbox() is not None


def test_the_footer_fits_its_picture() -> None:
    """The strip is never wider than the picture, however narrow that is."""
    strip = tiles.footer(" · ".join(LINES), 120, 120)

    assert isinstance(strip.paint, Image.Image)
    assert strip.paint.width <= 120
