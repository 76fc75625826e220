"""The auditor's console in Chromium: narrow, save, follow, read one event, close an anomaly, sign a review."""

import re

import pytest
from playwright.async_api import Page, expect

from compliance import ledger
from compliance.access import Role
from compliance.events import Act, Trail
from fileserver.audit.following import follow
from fileserver.http.caller import SESSION_COOKIE
from storage.rows import people
from tests.browser.conftest import Console
from tests.people import Employee, add_employee

pytestmark = pytest.mark.browser

COPIES = 21


async def a_busy_viewer(console: Console) -> None:
    """李娜 has downloaded a lot in little time; everything is in the tree, indexed and looked at."""
    services, cast = console.services, console.cast
    async with services.database.transaction() as tx:
        row = (await people.sealed_profiles(tx, person_ids=[cast.people["li"]]))[0]
        trail = Trail(who=row.pseudonym, org=str(cast.clinics["li"]), role="viewer", ip="192.0.2.0/24", ua="b" * 16)
        event = trail.event(Act.VIEWER_COPY_DOWNLOAD, obj=f"material:{cast.material_id}", bytes=1000)
        for _ in range(COPIES):
            await ledger.append(tx, event, now=services.clock())
    for _ in range(2):
        await services.sequencer.catch_up()
        await follow(services)


async def signed_in(page: Page, console: Console) -> Employee:
    """Another auditor, whose password is known, in this browser."""
    employee = await add_employee(console.services, Role.AUDITOR, name="孙静")
    credentials = {"login": employee.login, "password": employee.password}
    answer = await page.request.post("/api/v1/sessions", data=credentials)
    assert answer.ok
    assert SESSION_COOKIE in {each["name"] for each in await page.context.cookies()}
    return employee


async def chosen(page: Page, name: str) -> None:
    """Follows a link without a mouse."""
    link = page.get_by_role("link", name=name, exact=True).first
    await link.focus()
    await page.keyboard.press("Enter")


async def test_an_auditor_narrows_follows_and_signs(console: Console) -> None:
    """From all events to one person's downloads, their timeline and one leaf; then the anomaly and the signature."""
    await a_busy_viewer(console)
    async with console.opened() as page:
        employee = await signed_in(page, console)
        await page.goto("/log")
        facets = page.get_by_label("计数与缩小范围")
        await expect(facets.get_by_role("status")).to_contain_text(re.compile(r"共 \d+ 条"))
        await chosen(page, "下载副本")
        await expect(page.locator(".counted")).to_contain_text(f"共 {COPIES} 条")
        await page.get_by_text("保存这次检索").first.click()
        await page.get_by_role("textbox", name="名称", exact=True).fill("下载")
        await page.get_by_role("button", name="保存这次检索").click()
        await expect(page.get_by_label("保存的检索").get_by_role("link", name="下载")).to_be_visible()
        await page.locator(".facet").get_by_role("link", name="李娜").click()
        await chosen(page, "按时间线查看")
        await expect(page.locator(".timeline li")).to_have_count(COPIES)
        await page.get_by_text("以表格查看").click()
        await expect(page.locator(".counts tbody tr")).to_have_count(1)
        await page.locator(".timeline li a").first.click()
        await expect(page.locator("pre")).to_contain_text('"act":"viewer:copy:download"')
        await expect(page.get_by_text(re.compile("已包含在大小为 .* 的检查点中"))).to_be_visible()
        await closed(page)
        assert [] == console.complaints
        await signed(page, employee)


async def closed(page: Page) -> None:
    """The anomaly leads to its evidence, and is closed with a reason."""
    await page.goto("/log/anomalies")
    row = page.locator("tbody tr").filter(has_text="短时间内大量副本")
    await row.get_by_role("link", name="查看相关记录").click()
    await expect(page.locator("table.log tbody tr").filter(has_text="下载副本")).to_have_count(COPIES)
    await page.go_back()
    await row.locator("summary").click()
    await row.get_by_label("理由").fill("培训日，已核实")
    await row.get_by_role("button", name="标记为已处理").click()
    await expect(page.locator("tbody tr").filter(has_text="短时间内大量副本")).to_have_count(0)


async def signed(page: Page, employee: Employee) -> None:
    """A wrong password is marked; the right one signs, and the list names who did."""
    await page.goto("/log/reviews")
    await page.get_by_label("已审阅，未发现问题").check()
    password = page.get_by_label("再次输入您的密码")
    await password.fill("not-the-password")
    async with page.expect_response("**/api/v1/audit/reviews") as refused:
        await page.get_by_role("button", name="签字").click()
    assert 422 == (await refused.value).status
    await expect(password).to_have_attribute("aria-invalid", "true")
    await password.fill(employee.password)
    async with page.expect_navigation():
        await page.get_by_role("button", name="签字").click()
    await expect(page.locator(".signed tbody tr")).to_contain_text("孙静")
