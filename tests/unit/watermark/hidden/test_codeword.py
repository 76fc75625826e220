"""The code that carries a copy id."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watermark.hidden.codeword import CODE_BITS, COPY_ID_BITS, decode, encode
from watermark.hidden.keys import HiddenKey

KEY = HiddenKey(1, bytes(range(32)))
OTHER_KEY = HiddenKey(2, bytes(range(1, 33)))
COPY_IDS = st.integers(0, (1 << COPY_ID_BITS) - 1)


def some_ids(count: int, seed: int = 4) -> np.ndarray:
    """Copy ids, the same ones each time."""
    return np.random.default_rng(seed).integers(0, 1 << COPY_ID_BITS, count, dtype=np.uint64)


@given(COPY_IDS)
def test_an_id_comes_back(copy_id: int) -> None:
    """What was encoded is decoded, its check holds, and the code bits are those that were sent."""
    code = encode(np.array([copy_id], np.uint64), KEY)
    decoded = decode(code, KEY)

    assert (copy_id, True) == (int(decoded.copy_ids[0]), bool(decoded.checked[0]))
    assert np.array_equal(code, decoded.code)


def test_ids_come_back_out_of_noise() -> None:
    """With noise of the strength of a code bit, at least 98 of 100 words are right, and no wrong one is checked."""
    sent = some_ids(100)
    code = encode(sent, KEY)
    decoded = decode(code + np.random.default_rng(5).normal(size=code.shape).astype(np.float32), KEY)
    right = decoded.copy_ids == sent

    assert right.sum() >= 98
    assert not decoded.checked[~right].any()


def test_erased_bits_are_borne() -> None:
    """A quarter of the code bits may be missing altogether."""
    sent = some_ids(20)
    code = encode(sent, KEY)
    code[:, 3::4] = 0

    assert np.array_equal(sent, decode(code, KEY).copy_ids)


def test_a_message_may_wrap_anywhere() -> None:
    """Errors near the seam of the circle are corrected as those in its middle."""
    sent = some_ids(20)
    code = encode(sent, KEY)
    for start in (0, CODE_BITS // 2, CODE_BITS - 8):
        spoiled = code.copy()
        spoiled[:, start : start + 8] *= -1
        assert np.array_equal(sent, decode(spoiled, KEY).copy_ids)


def test_words_lie_far_apart() -> None:
    """Two different ids differ in at least 24 code bits (the free distance of the code)."""
    base = some_ids(50)
    neighbours = base ^ np.uint64(1) << np.arange(len(base), dtype=np.uint64) % np.uint64(COPY_ID_BITS)

    assert (encode(base, KEY) != encode(neighbours, KEY)).sum(axis=1).min() >= 24


def test_the_check_is_keyed() -> None:
    """Another key's words fail the check, but for the one in 65,536 that passes by chance."""
    assert decode(encode(some_ids(50), KEY), OTHER_KEY).checked.sum() <= 1


def test_noise_rarely_passes_the_check() -> None:
    """The check is 16 bits wide: it lets through about one wrong word in 65,536."""
    noise = np.random.default_rng(6).normal(size=(100, CODE_BITS)).astype(np.float32)

    assert decode(noise, KEY).checked.sum() <= 1


def test_longer_ids_are_refused() -> None:
    """An id of more than 48 bits is no copy id."""
    with pytest.raises(ValueError, match="48 bits"):
        encode(np.array([1 << 48], np.uint64), KEY)
