"""Asking again while bytes leave: how far an answer may run ahead of the question."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from compliance.errors import AccessDenied
from compliance.exit.asking import AGAIN_BYTES, AGAIN_S, AHEAD_BYTES, AHEAD_S, Asking

MIB = 1 << 20
TURNS_MAX = 20  # of the event loop; an answer that is there is heard within a few


@dataclass
class Desk:
    """Answers questions when it is let, says no once `ended`, and shows a time that stands still until it is moved."""

    ended: bool = False
    asked: int = 0
    now_s: float = 0.0
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self) -> None:
        """One question."""
        self.asked += 1
        await self.answers.wait()
        if self.ended:
            raise AccessDenied("actor-inactive")


async def leave(asking: Asking, wanted_bytes: int) -> int:
    """Lets MiB after MiB leave; how many bytes did before an answer was waited for in vain."""
    sent_bytes, still_turns = 0, 0

    async def leaving() -> None:
        nonlocal sent_bytes, still_turns
        while sent_bytes < wanted_bytes:
            await asking.before(MIB)
            sent_bytes, still_turns = sent_bytes + MIB, 0
            await asyncio.sleep(0)

    task = asyncio.create_task(leaving())
    while not task.done() and still_turns < TURNS_MAX:
        still_turns += 1
        await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return sent_bytes


async def test_bytes_run_ahead_of_the_answer_so_far_and_no_farther() -> None:
    """While a question is open, bytes leave up to the limit, and then wait."""
    desk = Desk()
    async with Asking(desk.ask, lambda: desk.now_s) as asking:
        assert AGAIN_BYTES + AHEAD_BYTES == await leave(asking, 10 * AGAIN_BYTES)
        assert 1 == desk.asked


async def test_a_fast_reader_is_asked_about_by_bytes() -> None:
    """With an answer at hand nothing waits, and there are as many questions as the bytes demand."""
    desk = Desk()
    desk.answers.set()
    async with Asking(desk.ask, lambda: desk.now_s) as asking:
        assert 10 * AGAIN_BYTES == await leave(asking, 10 * AGAIN_BYTES)
        assert 9 <= desk.asked <= 10


async def test_a_slow_reader_is_asked_about_by_time() -> None:
    """However few bytes leave, none leaves on an answer that is older than the limit."""
    desk = Desk()
    async with Asking(desk.ask, lambda: desk.now_s) as asking:
        await asking.before(1)
        desk.now_s = AGAIN_S + AHEAD_S + 0.1
        assert 0 == await leave(asking, MIB)
        desk.answers.set()
        await asking.before(1)
        assert 1 == desk.asked


async def test_a_no_ends_it() -> None:
    """The refusal comes out of the next step, and what follows is refused too."""
    desk = Desk(ended=True)
    desk.answers.set()
    async with Asking(desk.ask, lambda: desk.now_s) as asking:
        with pytest.raises(AccessDenied):
            await leave(asking, 10 * AGAIN_BYTES)
        with pytest.raises(AccessDenied):
            await asking.before(1)


async def test_the_end_leaves_no_question_open() -> None:
    """A question that nobody waits for any more is cancelled."""
    desk = Desk()
    async with Asking(desk.ask, lambda: desk.now_s) as asking:
        await leave(asking, AGAIN_BYTES + MIB)
    assert [asyncio.current_task()] == list(asyncio.all_tasks())
