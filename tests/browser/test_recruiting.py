"""Recruiting in Chromium: the demo's story on every page of it, at a phone and at a desk, in both languages."""

from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from playwright.async_api import expect

from compliance.access import Role
from fileserver.demo.api import employee
from fileserver.demo.recruiting import CONTESTED, INVITED, recruit
from tests.browser.conftest import DESK, PHONE, Console
from tests.people import add_employee

pytestmark = pytest.mark.browser

MARKETERS = ("/recruiting", "/recruiting/invitations", "/recruiting/pool")
MANAGERS = ("/recruiting/progress", "/recruiting/transfers", "/recruiting/disputes", "/recruiting/duplicates")
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def test_recruiting_on_its_pages(console: Console) -> None:
    """The funnel, a dispute, the pool and a clinic listed twice are there to be seen, and nothing is cut off."""
    people = {
        login: await add_employee(console.services, role, login=login, name=name)
        for login, role, name in (
            ("marketer", Role.MARKETER, "林晓雯"),
            ("marketer2", Role.MARKETER, "周子昂"),
            ("manager", Role.MANAGER, "沈知行"),
        )
    }
    async with AsyncExitStack() as stack:
        desks = {
            login: await stack.enter_async_context(employee(console.url, login, each.password))
            for login, each in people.items()
        }
        wanted = {"material_id": str(console.cast.material_id)}
        share = await desks["marketer"].call("POST", "/api/v1/shares", wanted)
        await recruit(console.url, desks, share["token"])
        signed_in = {login: desk.authorization.removeprefix("Bearer ") for login, desk in desks.items()}
        console.cast = replace(console.cast, tokens={**console.cast.tokens, **signed_in})
        for who, paths in (("marketer", MARKETERS), ("manager", (*MARKETERS, *MANAGERS))):
            for size, language in ((PHONE, "zh-CN"), (DESK, "zh-CN"), (PHONE, "en"), (DESK, "en")):
                async with console.opened(who, size=size, language=language) as page:
                    for path in paths:
                        await page.goto(path)
                        await expect(page.get_by_role("heading", level=1)).to_be_visible()
                        assert 0 == await page.evaluate(WIDER), (path, size)
        async with console.opened("manager") as page:
            await page.goto("/recruiting/disputes")
            await expect(page.get_by_role("heading", name=CONTESTED)).to_be_visible()
            await page.get_by_label("归属裁定给").select_option(label="林晓雯")
            await page.get_by_label("理由").fill("先邀请")
            await page.get_by_role("button", name="裁定").click()
            await expect(page.locator(".badge.approved")).to_be_visible()
            await page.goto("/recruiting/duplicates")
            await page.get_by_text("合并", exact=True).first.click()
            await page.get_by_role("button", name="合并", exact=True).click()
            await expect(page.get_by_role("button", name="撤销合并")).to_be_visible()
        async with console.opened("marketer") as page:
            await page.goto("/recruiting")
            await page.get_by_role("link", name=INVITED[0][1]).click()
            await expect(page.get_by_text("邀请的人首先完成实名")).to_be_visible()
    assert [] == console.complaints
