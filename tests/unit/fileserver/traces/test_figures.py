"""Figures: a bound is never told smaller than it is, and certainty is never claimed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fileserver.traces.figures import chance, chance_key, confidence_key, percent, plain_chance


@pytest.mark.parametrize(
    ("probability", "text", "plain", "key"),
    [
        (1e-6, "10⁻⁶", "1e-6", "million"),
        (1.1e-6, "10⁻⁵", "1e-5", "more"),
        (3e-9, "10⁻⁸", "1e-8", "million"),
        (1e-9, "10⁻⁹", "1e-9", "billion"),
        (4e-99, "10⁻⁹⁸", "1e-98", "trillion"),
        (0.0, "10⁻³⁰⁰", "1e-300", "trillion"),
        (1.0, "1", "1", "more"),
    ],
)
def test_chance_is_rounded_up(probability: float, text: str, plain: str, key: str) -> None:
    """To the next power of ten."""
    assert (text, plain, key) == (chance(probability), plain_chance(probability), chance_key(probability))


@given(st.floats(1e-290, 1))
def test_chance_is_never_told_smaller(probability: float) -> None:
    """Whatever it is."""
    assert float(plain_chance(probability)) >= probability * (1 - 1e-9)


@pytest.mark.parametrize(
    ("confidence", "text", "key"),
    [
        (1.0, "> 99.9999 %", "certain"),
        (0.9999999, "> 99.9999 %", "certain"),
        (0.99996, "99.9960 %", "certain"),
        (0.9998, "99.9800 %", "strong"),
        (0.87654321, "87.6543 %", "strong"),
    ],
)
def test_confidence_is_rounded_down(confidence: float, text: str, key: str) -> None:
    """And never reaches a hundred."""
    assert (text, key) == (percent(confidence), confidence_key(confidence))
