"""Patience: how long the command goes on without progress, and what it says meanwhile."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from fileserver.cli.upload_server import DELAY_MAX_S, Patience, Refused, Server, Unreachable


class Time:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now, self.sleeps = 0.0, list[float]()

    def __call__(self) -> float:
        """What it shows."""
        return self.now

    async def sleep(self, duration_s: float) -> None:
        """No time passes but this."""
        self.sleeps.append(duration_s)
        self.now += duration_s


@pytest.fixture
def time() -> Time:
    """The clock of a test."""
    return Time()


async def test_it_ends_when_nothing_goes_on_for_so_long(time: Time) -> None:
    """The last error comes out, no sooner and hardly later than asked for; delays grow to a limit."""
    patience, error = Patience(100.0, clock=time, sleep=time.sleep), Unreachable("away")

    async def away() -> None:
        raise error

    with pytest.raises(Unreachable) as raised:
        await patience.until(away)
    assert (error, 100.0) == (raised.value, time.now)
    assert max(time.sleeps) <= DELAY_MAX_S


async def test_progress_makes_it_new(time: Time) -> None:
    """Each sign of life counts from zero."""
    patience = Patience(10.0, clock=time, sleep=time.sleep)
    for _ in range(10):
        await patience.wait(Unreachable("away"))
        time.now += 8
        patience.progressed()
    assert time.now > 80


async def test_a_server_may_say_when(time: Time) -> None:
    """Retry-After is respected, within patience."""
    await Patience(60.0, clock=time, sleep=time.sleep).wait(Unreachable("busy", retry_after_s=30.0))
    assert [30.0] == time.sleeps
    await Patience(60.0, clock=time, sleep=time.sleep).wait(Unreachable("busy", retry_after_s=3000.0))
    assert [30.0, 60.0] == time.sleeps


async def test_without_patience_nothing_is_tried_again(time: Time) -> None:
    """--patience 0 is for scripts that have a loop of their own."""
    with pytest.raises(Unreachable):
        await Patience(0.0, clock=time, sleep=time.sleep).wait(Unreachable("away"))
    assert [] == time.sleeps


async def test_waiting_is_told_and_so_is_its_end(time: Time) -> None:
    """Once for each try, and None when it goes on; nothing when nothing ever stood still."""
    told = list[str | None]()
    patience = Patience(60.0, told.append, clock=time, sleep=time.sleep)
    patience.progressed()
    await patience.wait(Unreachable("away"))
    await patience.wait(Unreachable("still away"), quiet=True)
    patience.progressed()
    assert ["away", None] == told


async def test_an_attempt_is_made_until_it_comes_through(time: Time) -> None:
    """And no longer."""
    answers = iter([Unreachable("a"), Unreachable("b"), None])

    async def attempt() -> str:
        if error := next(answers):
            raise error
        return "there"

    assert "there" == await Patience(60.0, clock=time, sleep=time.sleep).until(attempt)
    assert 2 == len(time.sleeps)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_refused(status: int) -> None:
    """The address was wrong: the sentence names the right one, and nothing is sent there."""
    asked = list[str]()

    async def away(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", away)
    async with TestClient(TestServer(app)) as client:
        with pytest.raises(Refused, match="/elsewhere"):
            await Server(client.session, str(client.make_url("/"))).call("POST", "/uploads/", {})
    assert ["/uploads/"] == asked
