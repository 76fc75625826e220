"""Alive says nothing of other parts; ready names each part that does not serve, and no secret."""

import asyncio

import pytest

from fileserver.operations import ROUTES, readiness
from fileserver.operations.readiness import NotReady, run_check
from tests.unit.fileserver.frame import OpenClient


async def test_alive_without_any_engine(open_client: OpenClient) -> None:
    """A database that is down must not restart every server."""
    response = await (await open_client(*ROUTES)).get("/healthz")
    assert (200, {"alive": True}) == (response.status, await response.json())


async def test_part_that_serves_is_ok() -> None:
    """A check that returns has passed."""

    async def fine() -> None: ...

    assert (True, "") == ((result := await run_check("part", fine)).ok, result.reason)


async def test_reason_of_a_check_is_shown() -> None:
    """What a check words for readers reaches them."""

    async def behind() -> None:
        raise NotReady("database is at revision none")

    assert (await run_check("part", behind)).reason == "database is at revision none"


async def test_exception_of_a_part_is_not_shown() -> None:
    """Exception texts hold hosts and user names; the public learns only that the part is unreachable."""

    async def broken() -> None:
        raise ConnectionError("app:hunter2@db")

    assert (await run_check("part", broken)).reason == "unreachable"


async def test_silent_part_does_not_hang_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check has a time limit."""
    monkeypatch.setattr(readiness, "CHECK_TIMEOUT_S", 0.01)
    assert (await run_check("part", asyncio.Event().wait)).reason == "no answer in time"  # type: ignore[arg-type]  # it never returns
