"""Figures in Chromium: drawn from the table that is there without scripts, explained to the keyboard, taken as PNG."""

import re

import pytest
from playwright.async_api import Page, expect

from benchmarks.dashboards.histories import BEGAN, Size, history, uuid_of
from benchmarks.dashboards.log import write_whole
from benchmarks.dashboards.people import bring_in
from compliance.spreading.following import spread_all
from tests.browser.conftest import DESK, PHONE, Console

pytestmark = pytest.mark.browser

SIZE = Size(shares=6, visits=60, materials=3, employees=2, clinics=3, people=30, days=5)
STICKING_OUT = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
PNG = b"\x89PNG"
WITHIN_BRAND = re.compile("distinct within the whole brand")


async def saved_as_png(page: Page, name: str) -> None:
    """The picture of a plot."""
    async with page.expect_download() as saving:
        await page.get_by_role("button", name=f"Save as PNG · {name}").click()
    saved = await (await saving.value).path()
    assert saved.read_bytes().startswith(PNG)


async def test_figures_are_drawn_and_explained(console: Console) -> None:
    """One bar a day and a square a page, saved as pictures; what a figure means; nothing sticks out on a phone."""
    async with console.services.database.transaction() as tx:
        await write_whole(tx, history(SIZE))
        await bring_in(tx, console.services.keys.master, SIZE)
    await spread_all(console.services.database, BEGAN)
    days = (console.services.clock() - BEGAN).days
    assert days < 366, "the history lies in the last year"
    async with console.opened("manager", language="en", size=DESK) as page:
        await page.goto("/analytics?days=365")
        await expect(page.locator("[data-chart] canvas")).to_be_visible()
        told = "Day by day: a chart. All of its numbers stand below, under “As a table”."
        await expect(page.get_by_role("img", name=told, exact=True)).to_be_visible()
        means = page.get_by_role("button", name="New to the brand").first
        await means.focus()
        await expect(page.locator("[role=tooltip]").filter(has_text="within the whole brand").first).to_be_visible()
        await expect(means).to_have_accessible_description(WITHIN_BRAND)
        await page.get_by_text("As a table").click()
        await page.locator("#days-table").get_by_role("button", name="Openings").focus()
        await expect(page.locator("[role=tooltip]").filter(has_text="began on this day")).to_be_visible()
        column = page.locator("#days-table").get_by_role("columnheader", name="Openings", exact=True)
        await expect(column).to_be_visible()  # what it says of itself is no part of its name
        other = page.locator("#days-table").get_by_role("columnheader", name="New to the brand", exact=True)
        await expect(other, "a column is called by its name, without what it means").to_be_visible()
        await saved_as_png(page, "Day by day")
        await page.goto(f"/materials/{uuid_of(2, 0)}/spread")
        await expect(page.get_by_role("img", name="How it was read: a chart", exact=False)).to_be_visible()
        await saved_as_png(page, "How it was read")
    async with console.opened("manager", size=PHONE) as page:
        await page.goto("/analytics/employee?days=365")
        assert not await page.evaluate(STICKING_OUT)
        column = page.get_by_role("button", name="新查看者", exact=True)
        await column.click()  # a card has no column to point at: its name stands above all cards
        said = page.locator("[role=tooltip]").filter(has_text="本期首次打开的人数")
        await expect(said).to_be_in_viewport(ratio=1)
        await page.mouse.move(0, 0)
        await page.keyboard.press("Tab")
        await expect(said).to_be_hidden()
        await expect(page.locator(":focus")).to_be_in_viewport(ratio=1)
    assert [] == console.complaints
