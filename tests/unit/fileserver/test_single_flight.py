"""Equal questions at the same time: one look-up, and nobody gets an answer older than their question."""

import asyncio

import pytest

from fileserver.single_flight import SingleFlight


class Source:
    """Counts its look-ups; each waits until it may answer."""

    def __init__(self) -> None:
        self.begun = 0
        self.has_begun = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def look_up(self) -> int:
        """The number of this look-up."""
        self.begun += 1
        self.has_begun.set()
        number = self.begun
        await self.may_answer.wait()
        return number


async def test_those_who_ask_together_share() -> None:
    """Ten at once are one look-up."""
    source, flights = Source(), SingleFlight[int]()
    asked = [asyncio.create_task(flights.share("k", source.look_up)) for _ in range(10)]
    source.may_answer.set()
    assert [1] * 10 == await asyncio.gather(*asked)


async def test_a_look_up_that_has_begun_answers_nobody_who_came_later() -> None:
    """What it read may be older than the question: a second one begins when the first is over."""
    source, flights = Source(), SingleFlight[int]()
    first = asyncio.create_task(flights.share("k", source.look_up))
    await source.has_begun.wait()
    later = [asyncio.create_task(flights.share("k", source.look_up)) for _ in range(3)]
    source.may_answer.set()
    assert [1, 2, 2, 2] == [await first, *await asyncio.gather(*later)]


async def test_other_keys_do_not_wait() -> None:
    """A look-up that hangs holds up its own key only."""
    hanging, quick, flights = Source(), Source(), SingleFlight[int]()
    stuck = asyncio.create_task(flights.share("a", hanging.look_up))
    quick.may_answer.set()
    assert 1 == await flights.share("b", quick.look_up)
    assert not stuck.done()
    hanging.may_answer.set()
    assert 1 == await stuck


async def test_one_who_leaves_takes_nobody_along() -> None:
    """A caller that is cancelled does not end the look-up of the others."""
    source, flights = Source(), SingleFlight[int]()
    leaving, staying = (asyncio.create_task(flights.share("k", source.look_up)) for _ in range(2))
    await source.has_begun.wait()
    leaving.cancel()
    source.may_answer.set()
    assert 1 == await staying


async def test_a_failure_is_everybodys_and_not_remembered() -> None:
    """All who shared hear it; the next one asks anew."""

    async def failing() -> int:
        raise OSError("away")

    flights = SingleFlight[int]()
    outcomes = await asyncio.gather(*(flights.share("k", failing) for _ in range(2)), return_exceptions=True)
    assert [OSError, OSError] == [type(outcome) for outcome in outcomes]
    source = Source()
    source.may_answer.set()
    assert 1 == await flights.share("k", source.look_up)


@pytest.mark.parametrize("callers", [1, 50])
async def test_nothing_is_kept(callers: int) -> None:
    """After the answers no trace of the key is left."""
    source, flights = Source(), SingleFlight[int]()
    source.may_answer.set()
    await asyncio.gather(*(flights.share("k", source.look_up) for _ in range(callers)))
    assert {} == flights._running == flights._next
