"""Ranges of one thing to one reader: told of once, summed up once, however many come and whenever they end."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from compliance.events import Trail
from compliance.exit.stretches import LASTS_MAX_S, Stretch, Stretches

KEY, OTHER = ("li", "brochure"), ("wang", "brochure")
PASSAGE: Any = object()


@dataclass
class Over:
    """Keeps what has ended."""

    sums: list[tuple[int, int]] = field(default_factory=list)
    told: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, stretch: Stretch) -> None:
        """Takes a sum: (ranges, bytes)."""
        self.sums.append((stretch.ranges, stretch.size_bytes))
        self.told.set()


@pytest.fixture
def over() -> Over:
    """See Over."""
    return Over()


def one(stretches: Stretches, size_bytes: int, key: tuple[str, str] = KEY) -> None:
    """A range from its beginning to its end."""
    stretches.leave(stretches.enter(key, PASSAGE, Trail()), size_bytes)


async def test_ranges_are_summed_up_and_others_are_apart(over: Over) -> None:
    """Of one reader they are one sum; what somebody else gets, or the same one of something else, is another."""
    stretches = Stretches(over, idle_s=60)
    assert not stretches.covers(KEY)
    one(stretches, 10)
    one(stretches, 5)
    one(stretches, 7, OTHER)
    assert (True, []) == (stretches.covers(KEY), over.sums)
    stretches.close()
    assert ([(2, 15), (1, 7)], False) == (over.sums, stretches.covers(KEY))


async def test_a_stretch_ends_when_nothing_comes_for_a_while(over: Over) -> None:
    """Not while a range is on its way, however long that takes."""
    stretches = Stretches(over, idle_s=0)
    slow = stretches.enter(KEY, PASSAGE, Trail())
    one(stretches, 3)
    await asyncio.sleep(0)
    assert [] == over.sums
    stretches.leave(slow, 4)
    await over.told.wait()
    assert ([(2, 7)], False) == (over.sums, stretches.covers(KEY))


async def test_what_the_log_failed_to_take_ends_every_stretch(over: Over) -> None:
    """Whoever goes on is told of as the first of another; what has left before is summed up by itself."""
    stretches = Stretches(over, idle_s=60)
    one(stretches, 4)
    one(stretches, 2, OTHER)
    stretches.doubt()
    assert [False, False] == [stretches.covers(key) for key in (KEY, OTHER)]
    one(stretches, 1)
    stretches.close()
    assert {(1, 4), (1, 2), (1, 1)} == set(over.sums)


async def test_a_long_stretch_is_told_of_again(over: Over) -> None:
    """After a quarter of an hour the next range begins another; one still on its way counts with its own."""
    now_s = [0.0]
    stretches = Stretches(over, idle_s=60, now_s=lambda: now_s[0])
    slow = stretches.enter(KEY, PASSAGE, Trail())
    now_s[0] = LASTS_MAX_S
    assert not stretches.covers(KEY)
    one(stretches, 1)
    assert ([], True) == (over.sums, stretches.covers(KEY))
    stretches.leave(slow, 9)
    assert [(1, 9)] == over.sums
    stretches.close()
    assert [(1, 9), (1, 1)] == over.sums


async def test_what_is_on_its_way_at_the_end_is_waited_for(over: Over) -> None:
    """The process ends: a range that still leaves is in the sum."""
    stretches = Stretches(over, idle_s=60)
    slow = stretches.enter(KEY, PASSAGE, Trail())
    stretches.close()
    assert [] == over.sums
    stretches.leave(slow, 8)
    assert [(1, 8)] == over.sums
