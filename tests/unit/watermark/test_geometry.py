"""Where a mark stands."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watermark import geometry
from watermark.look import Layout, Look, Size

LINES = ("张伟 *1234", "瑞丽医美门诊部", "2026-11-23 13:05 · 8F3K2Q7M")
SIDE = st.floats(200, 8000)


@given(st.floats(10, 600), st.floats(0.5, 12))
def test_copies_of_a_block_never_touch(across: float, ratio: float) -> None:
    """In the grid of a tile, two copies are apart by a block's length or its height."""
    along = across * ratio
    width, height = geometry.steps(along, across)
    slant = math.radians(geometry.SLANT_DEGREES)
    for right in range(-8, 9):
        for down in range(-8, 9):
            x, y = right * width, down * height
            length = abs(x * math.cos(slant) - y * math.sin(slant)) + 1e-6 * along
            distance = abs(x * math.sin(slant) + y * math.cos(slant)) + 1e-6 * across
            assert (right, down) == (0, 0) or length >= along or distance >= across


@given(SIDE, SIDE, st.sampled_from(["diagonal", "corner"]), st.sampled_from(["small", "medium", "large"]))
def test_a_single_block_stands_within_its_page(width: float, height: float, layout: Layout, size: Size) -> None:
    """At any size of page and type, the upright box around the turned block is inside."""
    planned = geometry.setting(LINES, Look(layout=layout, size=size), width, height, em_min=0)
    (x, y), (across, down) = planned.centre, planned.extent

    assert across / 2 <= x + 1e-6
    assert x + across / 2 <= width + 1e-6
    assert down / 2 <= y + 1e-6
    assert y + down / 2 <= height + 1e-6


@given(SIDE, SIDE)
def test_copies_stand_wherever_the_page_is(width: float, height: float) -> None:
    """No copy of the grid that reaches into the page is left out, and none is named that doesn't."""
    planned = geometry.setting(LINES, Look(), width, height, em_min=0)
    step = planned.step or (0, 0)
    (first_x, first_y), (across, down) = planned.centre, planned.extent
    expected = {
        (column, row)
        for column in range(-9, 9)
        for row in range(-9, 9)
        if -across / 2 < first_x + column * step[0] < width + across / 2
        and -down / 2 < first_y + row * step[1] < height + down / 2
    }
    found = {
        (round((x - first_x) / step[0]), round((y - first_y) / step[1])) for x, y in planned.centres(width, height)
    }
    assert expected == {each for each in found if max(map(abs, each)) < 9}


@pytest.mark.parametrize("layout", ["tiled", "diagonal", "corner"])
def test_type_grows_with_its_size_and_with_the_page(layout: Layout) -> None:
    """Small, medium, large; and twice the page is twice the type, in whatever unit."""
    ems = [
        geometry.setting(LINES, Look(layout=layout, size=size), 1000, 1400, em_min=0).em
        for size in ("small", "medium", "large")
    ]
    doubled = geometry.setting(LINES, Look(layout=layout), 2000, 2800, em_min=0)

    assert ems == sorted(set(ems))
    assert doubled.em == pytest.approx(2 * ems[1])


def test_type_is_never_smaller_than_what_can_be_read() -> None:
    """On a tiny picture it is as small as the caller can draw."""
    assert 10 == geometry.setting(LINES, Look(), 60, 40, em_min=10).em


def test_lines_stand_evenly_about_the_middle() -> None:
    """Their distances from the centre of the block add up to nothing."""
    planned = geometry.setting(LINES, Look(), 1000, 1400, em_min=0)

    assert 3 == len(planned.rows)
    assert sum(planned.rows) == pytest.approx(0)
    assert max(planned.rows) + planned.em / 2 < planned.height / 2


@given(st.floats(100, 5000), st.floats(100, 5000))
def test_the_footer_fits_its_page(width: float, height: float) -> None:
    """With its margin it is never wider than the page."""
    strip = geometry.footer(" · ".join(LINES), width, height, em_min=0)

    assert strip.margin + strip.width <= width
