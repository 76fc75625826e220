"""Traces in Chromium: a suspect is dropped, followed, and found beside its page; on a phone and at a desk."""

import asyncio
import io
import re
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from playwright.async_api import FilePayload, Page, Route, expect

from fileserver.http.caller import SESSION_COOKIE
from fileserver.traces.jobs import tracer_of
from tests.browser.conftest import DESK, PHONE, Console
from tests.materials import png
from tests.pictures import decoded

pytestmark = pytest.mark.browser

SIZES = {"phone": PHONE, "desk": DESK}
LANGUAGES = ("zh-CN", "en")
ALIGNED = re.compile("/aligned")
STICKING_OUT = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


async def leaked(console: Console) -> bytes:
    """A part of the screen of 李娜, who has opened a share."""
    async with console.opened("owner") as owner, console.opened("li") as viewer:
        share = await asked(owner, console, "owner", "/api/v1/shares", {"material_id": str(console.cast.material_id)})
        visit = await asked(viewer, console, "li", "/api/v1/visits", {"token": share["token"]})
        answer = await viewer.request.get(visit["pages"][0]["url"])
        screen = decoded(await answer.body()).crop((100, 300, 1300, 1700)).resize((900, 1050))
    out = io.BytesIO()
    screen.save(out, "JPEG", quality=75)
    return out.getvalue()


async def asked(page: Page, console: Console, who: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What the API answers to one of the cast."""
    named = {"Authorization": f"Bearer {console.cast.tokens[who]}", "Cookie": f"{SESSION_COOKIE}="}
    answer = await page.request.post(path, data=body, headers=named)
    found: dict[str, Any] = await answer.json()
    return found


async def begun(page: Page, name: str, body: bytes) -> UUID:
    """Chooses a file and starts: the page of the trace, waiting."""
    await page.goto("/traces")
    await expect(page.locator("[data-start]")).to_be_disabled()
    media_type = "image/jpeg" if name.endswith("jpg") else "image/png"
    await page.locator("#suspect").set_input_files(FilePayload(name=name, mimeType=media_type, buffer=body))
    await expect(page.locator("[data-chosen]")).to_contain_text(name)
    await page.locator("[data-start]").click()
    await page.wait_for_url(re.compile(r"/traces/[0-9a-f-]{36}$"))
    return UUID(page.url.rpartition("/")[2])


async def test_a_leak_is_traced_in_the_page(console: Console) -> None:
    """From the drop zone over the progress to a name, its reasons, the log, and the suspect laid over its page."""
    body = await leaked(console)
    async with console.opened("auditor") as page:
        trace_id = await begun(page, "截图.jpg", body)
        await expect(page.get_by_role("progressbar")).to_be_visible()
        await expect(page.get_by_role("status")).to_contain_text("正在排队")
        await tracer_of(console.services).trace(trace_id)
        await expect(page.get_by_role("heading", name="这个文件来自一份副本")).to_be_visible(timeout=20_000)
        await expect(page.get_by_role("heading", name="李娜")).to_be_visible()
        await expect(page.get_by_text(re.compile("几乎可以肯定"))).to_be_visible()
        await page.get_by_text("这次访问的日志").click()
        await expect(page.get_by_role("cell", name="打开分享")).to_be_visible()
        await compared(page)
        await drawn_slowly(page)
        await expect(page.get_by_role("link", name="下载证据报告（PDF）")).to_have_attribute(
            "href", f"/api/v1/traces/{trace_id}/report?lang=zh-CN"
        )
        await page.get_by_role("link", name="查看此人的全部记录").click()
        await expect(page.locator("table.log tbody tr").first).to_contain_text("李娜")
    assert [] == console.complaints
    await looked_at(console, f"/traces/{trace_id}", "found")
    await not_drawn(console, f"/traces/{trace_id}")


async def compared(page: Page) -> None:
    """The divider follows the arrow keys, and the other two ways to compare can be chosen."""
    slider = page.get_by_role("slider")
    await slider.focus()
    await page.keyboard.press("ArrowRight")
    await expect(slider).to_have_value("51")
    assert "51%" == await page.locator("[data-overlay]").evaluate("(box) => box.style.getPropertyValue('--at')")
    for mode in ("并排", "差异"):
        await page.get_by_label(mode, exact=True).check()
        await expect(page.locator("[data-overlay]")).to_be_hidden()
    await page.wait_for_function("() => document.querySelector('[data-mode=difference] img')?.naturalWidth > 0")


async def drawn_slowly(page: Page) -> None:
    """Pictures that are not there yet are announced, until they are."""
    drawn = asyncio.Event()

    async def hold(route: Route) -> None:
        await drawn.wait()
        await route.continue_()

    await page.route(ALIGNED, hold)
    await page.reload(wait_until="domcontentloaded")
    await expect(page.locator("[data-note]")).to_have_text("正在绘制对照图…")
    drawn.set()
    await expect(page.locator("[data-note]")).to_be_hidden()
    await page.unroute(ALIGNED)


async def not_drawn(console: Console, path: str) -> None:
    """One that doesn't come is told of."""
    async with console.opened("auditor", language="en") as page:
        await page.route(ALIGNED, lambda route: route.abort())
        await page.goto(path)
        await expect(page.locator("[data-note]")).to_contain_text("could not be loaded")


async def test_not_enough_evidence_says_what_to_do(console: Console) -> None:
    """Nobody is named; a file that can't be opened says why; both lead back to the drop zone."""
    async with console.opened("auditor", size=PHONE, language="en") as page:
        for name, body, heading in (
            ("unrelated.png", png(600, 400), "Not enough evidence to name anybody"),
            ("broken.png", png(600, 400)[:70], "This trace could not be finished"),
        ):
            await tracer_of(console.services).trace(await begun(page, name, body))
            await expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=20_000)
            await page.get_by_role("link", name="Upload again").click()
            await expect(page.get_by_role("row", name=re.compile(name))).to_be_visible()
    assert [] == console.complaints
    await looked_at(console, "/traces", "list")


async def test_a_refused_suspect_is_told_in_the_form(console: Console) -> None:
    """What is no picture and no PDF stays in the form, with the reason."""
    async with console.opened("auditor", language="en") as page:
        await page.goto("/traces")
        await expect(page.get_by_role("heading", name="No traces yet")).to_be_visible()
        file = FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"hello")
        await page.locator("#suspect").set_input_files(file)
        await page.get_by_role("button", name="Start the trace").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await expect(page.locator("[data-start]")).to_be_enabled()


async def looked_at(console: Console, path: str, name: str) -> None:
    """Nothing sticks out of the page, in either language and size."""
    for language in LANGUAGES:
        async with console.opened("auditor", size=PHONE, language=language) as page:
            await page.goto(path, wait_until="load")
            for width, height in SIZES.values():
                await page.set_viewport_size({"width": width, "height": height})
                assert not await page.evaluate(STICKING_OUT), (name, language, width)
                shot = await page.screenshot(full_page=True)
                assert Image.open(io.BytesIO(shot)).width == width
