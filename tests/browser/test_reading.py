"""Reading in Chromium: a page says by itself how long it was in sight, and nothing else does."""

import json

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PHONE, Console
from tests.browser.test_traces import asked
from tests.services import Clock

pytestmark = pytest.mark.browser


async def test_a_page_in_sight_is_reported(console: Console, clock: Clock) -> None:
    """Every quarter of a minute, as long as somebody is there; a link to pass on is at hand before it is asked for."""
    async with console.opened("li", size=PHONE) as phone:
        body = {"material_id": str(console.cast.material_id), "forward_depth": 1}
        share = await asked(phone, console, "owner", "/api/v1/shares", body)
        await phone.clock.install()
        async with phone.expect_response("**/forward/ahead") as made:
            await phone.goto(share["url"])
        await expect(phone.locator(".sheet img").first).to_be_visible()
        clock.advance(seconds=16)
        async with phone.expect_response("**/beacons") as reported:
            await phone.clock.run_for(16_000)
        said = json.loads((await reported.value).request.post_data or "")["beacons"]
        counted = await (await reported.value).json()
        assert [1] == [each["page"] for each in said]
        assert 10_000 < counted["ms"] == said[0]["ms"] <= 15_000
        await phone.get_by_role("button", name="转发").click()
        ahead = (await (await made.value).json())["items"][0]["url"]
        await expect(phone.locator("[data-forward-link]")).to_have_value(ahead)
    assert [] == console.complaints
