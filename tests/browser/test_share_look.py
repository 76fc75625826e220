"""Choosing how the mark looks, in Chromium: by mouse and by keyboard, on a phone and at a desk, in both languages."""

import re

import pytest
from playwright.async_api import Page, Request, expect

from tests.browser.conftest import DESK, PHONE, SMALL_PHONE, Console

pytestmark = pytest.mark.browser

WORDS = {"zh-CN": ("可见水印", "细调"), "en": ("Visible mark", "Fine control")}


async def form(console: Console, page: Page) -> None:
    """The share form, its preview drawn."""
    await page.goto(f"/materials/{console.cast.material_id}/share")
    await drawn(page)


async def drawn(page: Page) -> None:
    """Returns once the page shows the preview that was asked for last."""
    await expect(page.locator("[data-try-image]")).to_be_visible()
    await expect(page.locator("[data-try]")).not_to_have_attribute("aria-busy", "true")


def previews(page: Page) -> list[Request]:
    """Every question for a preview from now on, as it comes."""
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/looks/preview" in request.url else None)
    return asked


async def source(page: Page) -> str:
    """Which picture the preview is."""
    return await page.locator("[data-try-image]").get_attribute("src") or ""


async def test_a_look_is_chosen_seen_and_shared(console: Console) -> None:
    """A preset fills the finer controls, a change of them shows on the page, and the share says what was chosen."""
    async with console.opened("owner", size=PHONE) as page:
        await form(console, page)
        await page.get_by_text("机密", exact=True).click()
        await page.get_by_text("细调").click()
        await expect(page.get_by_label("红", exact=True)).to_be_checked()
        await expect(page.get_by_label("文字", exact=True)).to_have_value(re.compile("请勿外传"))
        await drawn(page)
        before = await source(page)
        await page.get_by_text("对角", exact=True).last.click()
        await expect(page.locator("[data-try-image]")).not_to_have_attribute("src", before)
        await page.get_by_role("button", name="生成链接").click()
        await page.wait_for_url("**/shares/*")
        await expect(page.get_by_text("机密 · 已细调")).to_be_visible()
    assert [] == console.complaints


async def test_a_look_is_changed_later(console: Console) -> None:
    """The form stands as the share is, its own colour included; what is saved is what the share says, and its form."""
    async with console.opened("owner", size=PHONE) as page:
        await form(console, page)
        await page.get_by_text("细调").click()
        await page.get_by_label("自选颜色").fill("#123456")
        await page.get_by_role("button", name="生成链接").click()
        await page.wait_for_url("**/shares/*")
        await page.get_by_role("link", name="更改水印").click()
        await drawn(page)
        await page.get_by_text("细调").click()
        assert "#123456" == await page.get_by_label("自选颜色").input_value()
        await page.get_by_text("机密", exact=True).click()
        await page.get_by_role("button", name="保存水印").click()
        await page.wait_for_url("**/shares/*")
        await expect(page.get_by_role("definition").filter(has_text="机密")).to_be_visible()
        await page.get_by_role("link", name="更改水印").click()
        await expect(page.get_by_role("radio", name=re.compile("^机密"))).to_be_checked()
    assert [] == console.complaints


async def test_presets_and_controls_work_by_keyboard(console: Console) -> None:
    """Arrows go through the presets and the places, space and enter do the rest; each has its name for a reader."""
    async with console.opened("owner") as page:
        await form(console, page)
        standard = page.get_by_role("radio", name=re.compile("^标准"))
        await standard.focus()
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_role("radio", name=re.compile("^深"))).to_be_checked()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("radio", name="铺满")).to_be_focused()
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_role("radio", name="对角").last).to_be_checked()
        await drawn(page)
        await expect(page.get_by_role("slider", name=re.compile("不透明度"))).to_have_value("32")


async def test_what_is_wrong_stands_beside_the_field(console: Console) -> None:
    """A text that names nobody is refused while it is typed, in words; a place put in by its button mends it."""
    async with console.opened("owner") as page:
        await form(console, page)
        await page.get_by_text("细调").click()
        text = page.get_by_label("文字", exact=True)
        await text.fill("内部资料 ")
        await expect(text).to_have_attribute("aria-invalid", "true")
        await expect(page.locator("[data-try-status]")).to_contain_text("姓名")
        await page.get_by_text("细调").click()
        await expect(text).to_be_hidden()
        await page.get_by_role("button", name="生成链接").click()
        await expect(text).to_be_focused()  # what hid the field is open again
        await page.get_by_role("button", name="+ 姓名").click()
        await expect(text).to_have_value("内部资料 {name}")
        await expect(text).not_to_have_attribute("aria-invalid", "true")
        await drawn(page)


async def test_typing_asks_once(console: Console) -> None:
    """The server is asked when the hand rests, not for every letter."""
    async with console.opened("owner") as page:
        await form(console, page)
        await page.get_by_text("细调").click()
        asked = previews(page)
        async with page.expect_response("**/looks/preview"):
            await page.get_by_label("文字", exact=True).press_sequentially(" abcdefgh")
        await drawn(page)
        assert 1 == len(asked)


async def test_a_preview_that_fails_can_be_asked_for_again(console: Console) -> None:
    """Without a connection the page says so and offers another try, which works once there is one."""
    async with console.opened("owner") as page:
        await page.route("**/looks/preview", lambda route: route.abort())
        await page.goto(f"/materials/{console.cast.material_id}/share")
        again = page.get_by_role("button", name="再试一次")
        await expect(again).to_be_visible()
        await page.unroute("**/looks/preview")
        await again.click()
        await drawn(page)


@pytest.mark.parametrize("language", WORDS)
async def test_the_form_fits_every_screen(console: Console, language: str) -> None:
    """Nothing runs out of the screen, and on a desk the preview stands beside the choices."""
    legend, fine = WORDS[language]
    async with console.opened("owner", size=SMALL_PHONE, language=language) as page:
        await form(console, page)
        await page.get_by_text(fine).click()
        await expect(page.get_by_role("group", name=legend, exact=True)).to_be_visible()
        for width, height in (SMALL_PHONE, PHONE, DESK):
            await page.set_viewport_size({"width": width, "height": height})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            choices, preview = [await page.locator(each).bounding_box() for each in (".presets", ".try")]
            assert choices
            assert preview
            beside = preview["x"] >= choices["x"] + choices["width"]
            assert beside is ((width, height) == DESK)
