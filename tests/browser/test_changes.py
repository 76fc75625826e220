"""What changed between two versions, in Chromium: words, regions and pages side by side, on a phone and at a desk."""

from uuid import UUID

import pytest
from playwright.async_api import expect

from compliance.reading import ExtractedText, TextPiece
from storage.rows import renditions
from storage.rows.renditions import RenditionRow
from tests.brochure import brochure
from tests.browser.conftest import DESK, PHONE, Console
from tests.materials import add_upload, run_jobs

pytestmark = pytest.mark.browser

BEFORE, AFTER = ("国家级专家团队", "术后注意休息"), ("专家团队", "术后注意休息", "请按时复诊")


async def revised(console: Console) -> str:
    """A material of the owner's with two versions that were read; the path of its changes."""
    services, owner = console.services, console.cast.people["owner"]
    async with console.opened("owner") as page:
        first = await add_upload(services, owner, brochure("Prices from 980"))
        token = {"Authorization": f"Bearer {console.cast.tokens['owner']}"}
        said = {"upload_id": str(first), "title": "手册", "class": "in_clinic"}
        made = await (await page.request.post("/api/v1/materials", data=said, headers=token)).json()
        second = await add_upload(services, owner, brochure("Prices from 1280"))
        path = f"/api/v1/materials/{made['id']}/versions"
        again = await page.request.post(path, data={"upload_id": str(second)}, headers=token)
        newest, oldest = (await again.json())["versions"]
    await run_jobs(services)
    await keep_text(console, UUID(newest["id"]), AFTER)
    await keep_text(console, UUID(oldest["id"]), BEFORE)
    return f"/materials/{made['id']}/changes"


async def keep_text(console: Console, version_id: UUID, lines: tuple[str, ...]) -> None:
    """Keeps a text as a reading would."""
    text = ExtractedText(pieces=tuple(TextPiece(text=each, page=1) for each in lines), page_count=3).to_json()
    row = RenditionRow(
        version_id=version_id, kind="text", page=1, object_key=f"versions/{version_id}/text.json",
        media_type="application/json", width_px=0, height_px=0, width_mpt=0, height_mpt=0, size_bytes=len(text),
    )  # fmt: skip
    await console.services.objects.put(row.object_key, text, media_type=row.media_type)
    async with console.services.database.transaction() as tx:
        await renditions.put_rendition(tx, row)


async def test_words_and_regions_that_changed_are_shown(console: Console) -> None:
    """Words taken out and put in, where a page looks different, and both pages; nothing wider than the screen."""
    path = await revised(console)
    for size, language in ((PHONE, "zh-CN"), (DESK, "en")):
        async with console.opened("owner", size=size, language=language) as page:
            await page.goto(path)
            first = page.locator("section.changes").first
            await expect(first.locator("del")).to_have_text(["国家级专家团队"])
            await expect(first.locator("ins")).to_have_text(["专家团队", "请按时复诊"])
            await expect(first.locator("figure img")).to_have_count(2)
            assert await first.locator("svg rect").count() >= 2
            for picture in await first.locator("figure img").all():
                await picture.scroll_into_view_if_needed()
                await picture.evaluate("image => image.decode()")
            assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert [] == console.complaints
