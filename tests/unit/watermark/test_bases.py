"""Decoded bases that are kept."""

import numpy as np

from watermark.bases import Base, Bases

BASE_BYTES = 100 * 100 * (3 + 2)  # pixels and carrier


def base() -> Base:
    """One of BASE_BYTES."""
    return Base(np.zeros((100, 100, 3), np.uint8), (100, 100))


def test_the_one_not_used_for_the_longest_time_goes_first() -> None:
    """Room for two: of three, the one that was looked at in between stays."""
    bases = Bases(2 * BASE_BYTES)
    first, second, third = base(), base(), base()
    bases.keep("first", first)
    bases.keep("second", second)
    assert first is bases.get("first")
    bases.keep("third", third)

    assert [first, None, third] == [bases.get(name) for name in ("first", "second", "third")]


def test_what_is_larger_than_the_room_is_not_kept() -> None:
    """A huge picture drives out nothing."""
    bases = Bases(BASE_BYTES)
    small = base()
    bases.keep("small", small)
    bases.keep("huge", Base(np.zeros((101, 100, 3), np.uint8), (100, 101)))

    assert (small, None) == (bases.get("small"), bases.get("huge"))


def test_keeping_twice_counts_once() -> None:
    """Two requests that brought the same base take the room of one."""
    bases = Bases(2 * BASE_BYTES)
    for name in ("first", "first", "second"):
        bases.keep(name, base())

    assert None not in (bases.get("first"), bases.get("second"))
