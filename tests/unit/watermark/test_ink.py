"""Colours that show on any ground."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watermark.ink import COLOURS, ink, is_colour, luma
from watermark.look import STRENGTHS

LEVELS = range(256)
HEX = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: "#{:02x}{:02x}{:02x}".format(*rgb))


@pytest.mark.parametrize("colour", ["#12345", "#1234567", "#ABCDEF", "red;", "", "#gggggg", "rgb(0,0,0)", "#123456\n"])
def test_what_is_no_colour(colour: str) -> None:
    """Only names of the table and six small hexadecimal digits are colours."""
    assert not is_colour(colour)


@pytest.mark.parametrize("colour", COLOURS)
def test_named_colours_are_colours(colour: str) -> None:
    """A name means its hexadecimal form."""
    assert is_colour(colour)
    assert ink(COLOURS[colour], 20) == ink(colour, 20)


@given(HEX, st.integers(8, 60))
def test_any_colour_shows_on_any_grey(colour: str, opacity_percent: int) -> None:
    """The grey on which both strokes show least changes as much as it does under black, up to the strong opacity."""
    strokes, black = ink(colour, opacity_percent), ink("black", min(opacity_percent, STRENGTHS["strong"]))

    def change(ground: int) -> float:
        fill = strokes.fill_opacity * abs(ground - luma(strokes.fill))
        return max(fill, strokes.outline_opacity * abs(ground - luma(strokes.outline)))

    least = min(change(ground) for ground in LEVELS)
    assert least >= black.least_change_levels - 1
    assert least == pytest.approx(strokes.least_change_levels, abs=1)


@given(HEX)
def test_fill_and_outline_are_of_opposite_brightness(colour: str) -> None:
    """They are at least half the range apart."""
    strokes = ink(colour, 17)
    assert abs(luma(strokes.fill) - luma(strokes.outline)) >= 255 / 2
