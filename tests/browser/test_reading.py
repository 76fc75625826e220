"""Reading in Chromium: a page says by itself how long it was in sight, and nothing else does."""

import json
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from compliance.beacons import Beacon, Report
from tests.browser.conftest import PHONE, Console
from tests.browser.test_traces import asked
from tests.services import Clock

pytestmark = pytest.mark.browser


async def another_window(console: Console, *, reported_at: str, seq: int) -> None:
    """A second window of the visit reports, and passes numbers of the first one by."""
    beacon = Beacon(page=2, seq=seq, claimed_ms=0, served_at=console.services.clock())
    visit_id, person_id = UUID(reported_at.split("/")[-2]), console.cast.people["li"]
    report = Report(visit_id=visit_id, person_id=person_id, at=console.services.clock(), beacons=[beacon])
    await console.services.beacons.take(report)


async def reports_again(phone: Page, clock: Clock) -> Any:
    """What the server says to the next report of the page."""
    clock.advance(seconds=30)
    async with phone.expect_response("**/beacons") as reported:
        await phone.clock.run_for(30_000)
    return await (await reported.value).json()


async def test_a_page_in_sight_is_reported(console: Console, clock: Clock) -> None:
    """After ten seconds and every half a minute while somebody is there, and again what another window held back.

    A link to pass on is at hand before it is asked for.
    """
    async with console.opened("li", size=PHONE) as phone:
        body = {"material_id": str(console.cast.material_id), "forward_depth": 1}
        share = await asked(phone, console, "owner", "/api/v1/shares", body)
        await phone.clock.install()
        async with phone.expect_response("**/reading*.js"), phone.expect_response("**/forward/ahead") as made:
            await phone.goto(share["url"])
        await expect(phone.locator(".sheet img[src]").first).to_be_visible()  # served, before the clock goes on
        clock.advance(seconds=11)
        async with phone.expect_response("**/beacons") as reported:
            await phone.clock.run_for(11_000)
        said = json.loads((await reported.value).request.post_data or "")["beacons"]
        counted = await (await reported.value).json()
        assert [1] == [each["page"] for each in said]
        assert 7_000 < counted["ms"] == said[0]["ms"] <= 10_000
        await another_window(console, reported_at=(await reported.value).url, seq=said[0]["seq"] + 5)
        counts = [await reports_again(phone, clock) for _ in range(2)]
        assert (0, 1, 0) == (counts[0]["ms"], counts[0]["dropped"], counts[1]["dropped"])
        assert 50_000 < counts[1]["ms"] <= 60_000
        await phone.get_by_role("button", name="转发").click()
        ahead = (await (await made.value).json())["items"][0]["url"]
        await expect(phone.locator("[data-forward-link]")).to_have_value(ahead)
    assert [] == console.complaints
