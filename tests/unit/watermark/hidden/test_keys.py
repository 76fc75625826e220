"""What is drawn from a hidden key."""

import numpy as np
import pytest

from watermark.hidden.chips import ChipMap
from watermark.hidden.codeword import CODE_BITS
from watermark.hidden.keys import HiddenKey

KEY = HiddenKey(1, bytes(range(32)))


def test_streams_never_change() -> None:
    """Copies made by one release are read by every later one: the stream's bytes are fixed."""
    assert "9787f26d9f33389f" == KEY.stream("tile", 8).hex()


def test_streams_differ_by_label_and_by_what_they_are_about() -> None:
    """Neither label nor subject can be moved into the other."""
    streams = {KEY.stream("ab", 16), KEY.stream("a", 16, b"b"), KEY.stream("a", 16), KEY.stream("", 16, b"ab")}

    assert len(streams) == 4


def test_a_key_does_not_show_its_secret() -> None:
    """A key that lands in a log or a traceback gives nothing away."""
    assert "x" not in repr(HiddenKey(7, b"x" * 32)).removeprefix("HiddenKey(kid=7").replace("key", "")


def test_short_secrets_are_refused() -> None:
    """Thirty-two bytes, no fewer."""
    with pytest.raises(ValueError, match="32 bytes"):
        HiddenKey(1, b"short")


def test_chips_carry_each_code_bit_equally_often() -> None:
    """1024 chips carry each of the 256 code bits four times."""
    assert np.all(np.bincount(ChipMap.of(KEY, "test", 1024).bit_of, minlength=CODE_BITS) == 4)


def test_gathering_undoes_spreading() -> None:
    """Spread and gathered, a code comes back times the number of chips of a bit."""
    code = KEY.signs("some code", CODE_BITS)
    chips = ChipMap.of(KEY, "test", 1024)

    assert np.array_equal(4 * code, chips.gather(chips.spread(code)))


def test_another_subject_gets_another_map() -> None:
    """A map about another picture shares neither order nor signs."""
    first, second = (ChipMap.of(KEY, "test", 1024, about) for about in (b"1", b"2"))

    assert not np.array_equal(first.bit_of, second.bit_of)
    assert not np.array_equal(first.signs, second.signs)
