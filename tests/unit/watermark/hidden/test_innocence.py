"""The bound over random copy ids."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from watermark.hidden.codeword import encode
from watermark.hidden.innocence import log_chance
from watermark.hidden.keys import HiddenKey

KEY = HiddenKey(1, b"k" * 32)


@pytest.fixture(scope="module")
def words() -> NDArray[np.float32]:
    """The code words of 50,000 random copies."""
    return encode(np.random.default_rng(4).integers(0, 1 << 48, 50_000, np.uint64), KEY)


@pytest.mark.parametrize("noise", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("marked", [0, 1, 3])
def test_bounds_what_random_words_do(marked: int, noise: float, words: NDArray[np.float32]) -> None:
    """Of 50,000 words, never more reach a sum than the bound allows: unmarked, one copy's mark, or three mixed."""
    mark = words[:marked].mean(axis=0) if marked else np.zeros(256)
    soft = (mark + np.random.default_rng(5).normal(0, noise + 0.01, 256)).astype(np.float32)
    sums = np.sort(words[marked:] @ soft)
    for rank in (10, 100, 1000):
        assert math.log(rank / len(sums)) < log_chance(soft, float(sums[-rank]))


def test_the_word_itself_is_as_improbable_as_its_message(words: NDArray[np.float32]) -> None:
    """A perfect fit has the chance of one in 2⁶⁴ messages, and noise makes it no less sure by much."""
    assert pytest.approx(-64 * math.log(2), abs=0.5) == log_chance(words[0], 256.0)


def test_no_evidence_is_certain_to_be_matched(words: NDArray[np.float32]) -> None:
    """Silence, or a sum that is not positive, bounds nothing."""
    assert log_chance(np.zeros(256, np.float32), 1.0) == 0
    assert log_chance(words[0], -5.0) == 0
