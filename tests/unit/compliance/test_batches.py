"""Small acts that come together are done together, each with its own outcome."""

import asyncio
from collections.abc import Sequence

import pytest

from compliance.batches import BATCH_MAX, Batches


class Desk:
    """Notes its batches; refuses odd numbers; works only while it may."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may_work, self.has_begun = asyncio.Event(), asyncio.Event()

    async def work(self, items: Sequence[int]) -> Sequence[Exception | None]:
        """One batch."""
        self.batches.append(list(items))
        self.has_begun.set()
        await self.may_work.wait()
        return [ValueError(item) if item % 2 else None for item in items]


async def test_what_gathers_during_the_work_is_the_next_batch() -> None:
    """The first goes alone, the others together behind it."""
    desk = Desk()
    batches = Batches[int](desk.work)
    first = asyncio.create_task(batches.do(0))
    await desk.has_begun.wait()
    others = [asyncio.create_task(batches.do(item)) for item in (2, 4, 6)]
    desk.may_work.set()
    await asyncio.gather(first, *others)
    assert [[0], [2, 4, 6]] == desk.batches


async def test_few_wait_for_the_batch_before_and_many_do_not() -> None:
    """A second batch is begun beside the first as soon as it is worth it."""
    desk = Desk()
    batches = Batches[int](desk.work, at_once=2, worth=3)
    calls = [asyncio.create_task(batches.do(0))]
    await desk.has_begun.wait()
    for item in (2, 4, 6):
        assert [[0]] == desk.batches
        calls.append(asyncio.create_task(batches.do(item)))
        for _ in range(3):  # steps of the loop, in which a batch would begin
            await asyncio.sleep(0)
    assert [[0], [2, 4, 6]] == desk.batches
    desk.may_work.set()
    await asyncio.gather(*calls)


async def test_one_refusal_is_nobody_elses() -> None:
    """Each hears its own outcome."""
    desk = Desk()
    desk.may_work.set()
    batches = Batches[int](desk.work)
    outcomes = await asyncio.gather(*(batches.do(item) for item in range(4)), return_exceptions=True)
    assert [None, ValueError, None, ValueError] == [None if each is None else type(each) for each in outcomes]


async def test_a_batch_is_bounded() -> None:
    """However many wait."""
    desk = Desk()
    desk.may_work.set()
    batches = Batches[int](desk.work)
    await asyncio.gather(*(batches.do(2 * item) for item in range(3 * BATCH_MAX)))
    assert max(map(len, desk.batches)) <= BATCH_MAX


async def test_a_failed_batch_fails_all_of_it_and_no_more() -> None:
    """The next batch is a new chance."""
    away = True

    async def work(items: Sequence[int]) -> Sequence[Exception | None]:
        if away:
            raise OSError("away")
        return [None] * len(items)

    batches = Batches[int](work)
    outcomes = await asyncio.gather(batches.do(1), batches.do(2), return_exceptions=True)
    assert [OSError, OSError] == [type(each) for each in outcomes]
    away = False
    await batches.do(3)


async def test_one_who_leaves_harms_nobody() -> None:
    """Its item may be done all the same; the others hear their outcomes."""
    desk = Desk()
    batches = Batches[int](desk.work)
    leaving = asyncio.create_task(batches.do(0))
    await desk.has_begun.wait()
    leaving.cancel()
    staying = asyncio.create_task(batches.do(2))
    desk.may_work.set()
    await staying
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_two_batches_share_what_waits() -> None:
    """Where two may be under way neither waits for the other, and whoever comes later is done with the next."""
    desk = Desk()
    batches = Batches[int](desk.work, at_once=2)
    first = [asyncio.create_task(batches.do(2 * item)) for item in range(4)]
    await desk.has_begun.wait()
    await asyncio.sleep(0)
    assert [[0, 2], [4, 6]] == desk.batches
    later = asyncio.create_task(batches.do(8))
    await asyncio.sleep(0)
    assert 2 == len(desk.batches)
    desk.may_work.set()
    await asyncio.gather(later, *first)
    assert [[0, 2], [4, 6], [8]] == desk.batches


async def test_whoever_comes_when_a_batch_ends_is_not_forgotten() -> None:
    """Again and again, one behind the other and many at once."""

    async def work(items: Sequence[int]) -> Sequence[Exception | None]:
        await asyncio.sleep(0)
        return [None] * len(items)

    async def writer() -> None:
        for item in range(50):
            await batches.do(item)

    batches = Batches[int](work, at_once=2)
    async with asyncio.timeout(10):
        await asyncio.gather(*(writer() for _ in range(20)))
