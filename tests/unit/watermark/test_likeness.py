"""Likeness: a page is found again by a part of it, and by nothing else."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from watermark.likeness import CORNER_BYTES, PAGE_CORNERS_MAX, VOTES_CLEAR, features, votes

Pixels = NDArray[np.uint8]


def page(number: int) -> Pixels:
    """A page of shapes and words that only this number has."""
    chance = np.random.default_rng(number)
    drawn = np.full((1000, 700, 3), 255, np.uint8)
    for _ in range(60):
        x, y, w, h = (int(chance.integers(0, limit)) for limit in (600, 900, 90, 90))
        colour = [int(each) for each in chance.integers(0, 255, 3)]
        cv2.rectangle(drawn, (x, y), (x + w + 8, y + h + 8), colour, -1)
        cv2.putText(drawn, str(chance.integers(1_000_000)), (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 2)
    return drawn


PAGES = [features(page(number)) for number in range(5)]
TURNS: dict[str, Callable[[Pixels], Any]] = {
    "as it is": lambda pixels: pixels,
    "half of it": lambda pixels: pixels[250:750, 100:600],
    "shrunk": lambda pixels: cv2.resize(pixels, (280, 400), interpolation=cv2.INTER_AREA),
    "a quarter turn": lambda pixels: cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE),
    "mirrored": lambda pixels: pixels[:, ::-1],
    "inverted": lambda pixels: 255 - pixels,
    "blurred": lambda pixels: cv2.GaussianBlur(pixels, (0, 0), 1.5),
}


@pytest.mark.parametrize("turn", TURNS)
def test_the_page_itself_gets_the_most_votes(turn: str) -> None:
    """However a leak was cut, turned or blurred."""
    found = votes(np.ascontiguousarray(TURNS[turn](page(3)), np.uint8), PAGES)
    assert 3 == int(np.argmax(found)), found
    assert found[3] > 2 * sorted(found)[-2]


def test_another_picture_gets_few() -> None:
    """Chance pairs stay far below what ends the search."""
    assert max(votes(page(99), PAGES)) < VOTES_CLEAR


def test_features_are_small_and_empty_without_corners() -> None:
    """At most 12 KB a page; white paper has nothing to find it by."""
    assert all(0 < len(each) <= PAGE_CORNERS_MAX * CORNER_BYTES for each in PAGES)
    blank = np.full((500, 400, 3), 255, np.uint8)
    assert b"" == features(blank)
    assert [0] * 5 == votes(blank, PAGES)
    assert [0] == votes(page(3), [b""])


@pytest.mark.parametrize("shape", [(4000, 1), (1, 4000), (3000, 2), (1, 1)])
def test_a_line_is_like_nothing(shape: tuple[int, int]) -> None:
    """A picture of which nothing is left when it is brought down, as a page and as a suspect."""
    line = np.zeros((*shape, 3), np.uint8)
    assert b"" == features(line)
    assert [0] == votes(line, [PAGES[0]])
