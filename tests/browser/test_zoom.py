"""Looking closely in Chromium: a page grows in its frame, sharper tiles are laid over it, by button, key and finger."""

import io
import re

import pypdf
import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Console
from tests.browser.test_traces import STICKING_OUT, asked

pytestmark = pytest.mark.browser

SCROLLED = "(box) => [box.scrollLeft / box.clientWidth, box.scrollTop / box.clientHeight]"
THERE = ".tiles img.there"
TILES_DRAWN = """([frame, selector]) => {
  const box = frame.getBoundingClientRect();
  const seen = [...frame.querySelectorAll(".tiles img")].filter((tile) => {
    const place = tile.getBoundingClientRect();
    return place.right > box.left && place.left < box.right && place.bottom > box.top && place.top < box.bottom;
  });
  return seen.length > 0 && seen.every((tile) => tile.matches(".there") && tile.naturalWidth > 0);
}"""


async def reading(console: Console, phone: Page) -> Locator:
    """The first page of a share that 李娜 has opened, as soon as it is drawn."""
    body = {"material_id": str(console.cast.material_id)}
    share = await asked(phone, console, "owner", "/api/v1/shares", body)
    await phone.goto(share["url"])
    page = phone.locator("[data-pages] li").first
    await expect(page.locator(".sheet img").first).to_be_visible()
    return page


async def rounded(frame: Locator) -> list[int]:
    """Where the frame is, in whole pixels."""
    box = await frame.bounding_box()
    assert box is not None
    return [round(each) for each in box.values()]  # type: ignore[call-overload]  # a TypedDict of numbers


async def sharp(phone: Page, frame: Locator) -> None:
    """Returns when every tile in sight is drawn."""
    await phone.wait_for_function(TILES_DRAWN, arg=[await frame.element_handle(), THERE])


async def test_a_page_is_looked_at_closely_on_a_phone(console: Console) -> None:
    """Buttons double it twice and take it back; the frame keeps its size, and nothing else of the page moves."""
    async with console.opened("li", size=PHONE) as phone:
        page = await reading(console, phone)
        frame, larger, smaller = page.locator(".frame"), page.get_by_label("放大"), page.get_by_label("缩小")
        await expect(smaller).to_be_disabled()
        before = await rounded(frame)
        for width_percent in (200, 400):
            await larger.click()
            await sharp(phone, frame)
            assert before == await rounded(frame)
            inside, outside = await frame.evaluate("(box) => [box.scrollWidth, box.clientWidth]")
            assert width_percent == round(100 * inside / outside)
        await expect(larger).to_be_disabled()
        assert not await phone.evaluate(STICKING_OUT)
        for _ in range(2):
            await smaller.click()
        await expect(page.locator(".tiles img")).to_have_count(0)
        assert before == await rounded(frame)
    assert [] == console.complaints


async def test_fingers_and_keys_do_the_same(console: Console) -> None:
    """A double tap keeps what was tapped in sight; plus, minus and Escape work where the frame has the focus."""
    async with console.opened("li", size=PHONE) as phone:
        page = await reading(console, phone)
        frame = page.locator(".frame")
        box = await frame.bounding_box()
        assert box is not None
        await frame.dblclick(position={"x": box["width"] * 0.9, "y": box["height"] * 0.1})
        await sharp(phone, frame)
        left, top = await frame.evaluate(
            "(box) => [box.scrollLeft / box.clientWidth, box.scrollTop / box.clientHeight]"
        )
        assert left > 0.8
        assert top < 0.2
        await frame.focus()
        await phone.keyboard.press("+")
        await sharp(phone, frame)
        await phone.keyboard.press("-")
        await expect(page.get_by_label("放大")).to_be_enabled()
        await phone.keyboard.press("Escape")
        await expect(page.locator(".tiles img")).to_have_count(0)
    assert [] == console.complaints


async def test_a_reviewer_looks_closely_too(console: Console) -> None:
    """In the console the same buttons; arrow keys move what is in sight, and turn no page meanwhile."""
    async with console.opened("reviewer", language="en") as desk:
        await desk.goto(f"/reviews/{console.cast.review_id}")
        page = desk.locator("[data-reader] li").first
        frame = page.locator(".frame")
        await page.get_by_label("Zoom in").click()
        await sharp(desk, frame)
        await frame.focus()
        await desk.keyboard.press("ArrowRight")
        await desk.wait_for_function("(box) => box.scrollLeft > 0", arg=await frame.element_handle())
        await desk.keyboard.press("Escape")
        await expect(page.locator(".tiles img")).to_have_count(0)
    assert [] == console.complaints


async def test_a_printed_page_is_a_sheet(console: Console) -> None:
    """As many sheets as pages, each with its page; buttons and whatever else is ours stay on the screen."""
    async with console.opened("li") as desk:
        await reading(console, desk)
        for page in await desk.locator("[data-pages] li").all():
            await page.scroll_into_view_if_needed()
            await expect(page.locator(".sheet img").first).to_have_attribute("src", re.compile("blob:"))
        sheets = pypdf.PdfReader(io.BytesIO(await desk.pdf(format="A4"))).pages
    assert 3 == len(sheets)
    assert ["", "", ""] == [sheet.extract_text().strip() for sheet in sheets]
    assert [1, 1, 1] == [len(sheet.images) for sheet in sheets]
