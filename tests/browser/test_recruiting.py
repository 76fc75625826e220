"""Recruiting in Chromium: the demo's story on every page of it, at a phone and at a desk, in both languages."""

from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from playwright.async_api import expect
from sqlalchemy import update

from compliance.access import Role
from fileserver.demo.api import employee
from fileserver.demo.recruiting import CONTESTED, INVITED, recruit
from storage.rows import transfers
from storage.schema import clinic
from tests.browser.conftest import DESK, PHONE, Console, Lobby
from tests.people import add_employee
from tests.recruits import add_clinic

pytestmark = pytest.mark.browser

MARKETERS = ("/recruiting", "/recruiting/invitations", "/recruiting/pool", "/recruiting/requests")
MANAGERS = ("/recruiting/progress", "/recruiting/transfers", "/recruiting/disputes", "/recruiting/duplicates")
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def test_recruiting_on_its_pages(lobby: Lobby) -> None:
    """The funnel, a dispute, the pool and a clinic listed twice are there to be seen, and nothing is cut off."""
    console = lobby.console
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
            await page.goto("/recruiting/progress")
            await expect(page.get_by_role("button", name="保存为 PNG", exact=False)).to_be_visible()
            await page.locator("thead").last.get_by_role("button", name="归属", exact=True).focus()
            await expect(page.locator("[role=tooltip]").filter(has_text="因受邀人完成实名")).to_be_visible()
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


async def test_a_long_handover_goes_in_pieces(console: Console) -> None:
    """What somebody else took meanwhile stays with its reason, all others pass on, and the page counts both."""
    taker = await add_employee(console.services, Role.MARKETER, login="taker", name="林晓雯")
    manager = await add_employee(console.services, Role.MANAGER, login="leader", name="沈知行")
    clinics = [await add_clinic(console.services, name) for name in ("甲诊所", "乙诊所", "丙诊所")]
    async with console.services.database.transaction() as tx:
        for each in clinics:
            await transfers.add_handover(tx, each, manager.person_id, console.services.clock())
    async with employee(console.url, "leader", manager.password) as desk:
        token = desk.authorization.removeprefix("Bearer ")
    console.cast = replace(console.cast, tokens={**console.cast.tokens, "leader": token})
    async with console.opened("leader") as page:
        await page.goto("/recruiting/transfers")
        async with console.services.database.transaction() as tx:
            await tx.execute(update(clinic).where(clinic.c.id == clinics[1]).values(owner_id=taker.person_id))
        await page.evaluate("document.querySelector('[data-batch]').dataset.batchMax = 2")
        await page.get_by_label("交接给").select_option(label="沈知行")
        await page.get_by_label("理由").fill("离职交接")
        await page.get_by_role("button", name="交接 3 家机构").click()
        await expect(page.locator("[data-batch-progress]")).to_have_text("共 3 家，已移交 2 家，未移交 1 家")
        await expect(page.locator("tr:has([data-refused])")).to_contain_text("乙诊所")
        await expect(page.get_by_role("row").filter(has_text="甲诊所").locator("input")).to_have_count(0)
