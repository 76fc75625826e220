"""One story in Chromium, as its people live it: a file is dropped, lost, found again, approved, shared and read."""

import asyncio
import base64
import hashlib
import io
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Locator, Page, Response, expect
from sqlalchemy import select

from compliance.access import Role
from fileserver.http.caller import SESSION_COOKIE
from fileserver.worker import keep_working, register_jobs
from storage.jobs import Jobs
from storage.schema import version
from tests.brochure import SHOWN_SIZES_PT, brochure
from tests.browser.conftest import PHONE, Console
from tests.people import Employee, add_employee
from tests.pictures import decoded, least_changed_share, pages_of, text_of
from tests.services import Clock
from tests.viewers import come_in

pytestmark = pytest.mark.browser

FILE = brochure(ballast=secrets.token_bytes(8_000_000))
SLOW_LINE = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 1_500_000}
DROPPED = """([name, text]) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type: "application/pdf", lastModified: 1795000000000 }));
  return transfer;
}"""
LI = ("李娜", "13800138001", "瑞丽诊所")
SUN = ("孙悦", "13800138005", "新开的诊所")


@pytest.fixture
def clock() -> Clock:
    """The time of day: the browser's own clock stands beside the server's in this story."""
    return Clock(datetime.now(UTC))


@pytest_asyncio.fixture(loop_scope="session")
async def worker(console: Console) -> AsyncIterator[None]:
    """A worker beside the server."""
    services = replace(console.services, jobs=Jobs(console.services.config.database_url.get_secret_value()))
    register_jobs(services)
    working = asyncio.create_task(keep_working(services))
    yield
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


@pytest.mark.usefixtures("worker")
async def test_the_story(console: Console, tmp_path: Path) -> None:
    """From a dropped file to two phones that show it, each with marks of its own; then the link is closed."""
    marketer = await add_employee(console.services, Role.MARKETER, name="林晓", login="linxiao")
    reviewer = await add_employee(console.services, Role.REVIEWER, name="陈静", login="chenjing")
    async with signed_in(console, marketer) as page:
        material = await uploaded(console, page)
        await page.get_by_role("button", name="提交审核").click()
        await expect(page.locator(".badge.submitted").first).to_be_visible()
        async with signed_in(console, reviewer) as desk:
            await approved(desk, reviewer.password)
        link = await shared(page, material)
        async with console.opened(size=PHONE) as phone, console.opened(size=PHONE) as other_phone:
            await enter(console, phone, link, *LI)
            await enter(console, other_phone, link, *SUN)
            await check_marks(console, await screenshot(phone), await screenshot(other_phone))
            await check_download(phone, tmp_path)
            await closed(page)
            await phone.reload()
            await expect(phone.get_by_text("该分享已被撤销")).to_be_visible()
            await expect(phone.locator("[data-pages] img")).to_have_count(0)
    assert [] == [complaint for complaint in console.complaints if "403" not in complaint]


@asynccontextmanager
async def signed_in(console: Console, who: Employee) -> AsyncIterator[Page]:
    """An employee at a desk, who signed in by the form."""
    async with console.opened() as page:
        await page.goto("/")
        await page.get_by_label("登录名").fill(who.login)
        await page.get_by_label("密码").fill(who.password)
        await page.get_by_role("button", name="登录").click()
        await page.wait_for_url(f"{console.url}/")
        yield page


async def drop(page: Page) -> None:
    """Drops the file onto the page."""
    await page.goto("/materials/new")
    arguments = ["夏季手册.pdf", base64.b64encode(FILE).decode()]
    transfer = await page.evaluate_handle(DROPPED, arguments)
    await page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})


async def uploaded(console: Console, page: Page) -> str:
    """The file is dropped; half-way the server ends, and the lid is closed; dropped again, the file goes on."""
    before_the_lid = await page.context.new_page()
    line = await page.context.new_cdp_session(before_the_lid)
    await line.send("Network.emulateNetworkConditions", SLOW_LINE)
    await drop(before_the_lid)
    await before_the_lid.wait_for_function("() => document.querySelector('.uploads progress')?.value > 1e6")
    await expect(before_the_lid.locator(".uploads .upload-note")).to_have_text(
        re.compile(r"\d+ % · .* / 8.01 MB · .*/s · 剩余 .*")
    )
    await console.stop()
    await expect(before_the_lid.locator(".uploads .upload-note")).to_have_text(re.compile("没有响应|正在重启"))
    await before_the_lid.close()
    await console.start()

    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer) if f"{console.url}/uploads/" in answer.url else None)
    await drop(page)
    await page.get_by_label("标题").fill("夏季护肤手册·新版")
    await page.get_by_label("院内").check()
    await page.get_by_role("button", name="创建资料").click()
    await page.wait_for_url(re.compile(r"/materials/[0-9a-f-]{36}$"))
    where, rest = answers
    assert ("HEAD", "PATCH") == (where.request.method, rest.request.method)
    kept = where.headers["upload-offset"]
    assert 0 < int(kept) < len(FILE)
    assert kept == rest.request.headers["upload-offset"]
    async with console.services.database.transaction() as tx:
        hashes = await tx.scalars(select(version.c.sha256).order_by(version.c.created_at.desc()))
    assert hashlib.sha256(FILE).hexdigest() == hashes.first()
    await expect(page.locator(".strip img")).to_have_count(3)
    return page.url


async def approved(page: Page, password: str) -> None:
    """The reviewer finds the material in the queue, reads it, and approves it."""
    await page.get_by_role("link", name="审核").first.click()
    await page.get_by_role("link", name="夏季护肤手册·新版").click()
    await drawn(page.locator("#page-1 img"))
    await page.get_by_label("您的密码").fill(password)
    await page.get_by_role("button", name="通过").click()
    await page.wait_for_url("**/reviews")


async def shared(page: Page, material: str) -> str:
    """The marketer makes a share that may be downloaded, and copies its link."""
    await page.goto(material)
    await page.get_by_role("link", name="生成分享").click()
    await page.get_by_label("最多访问次数").fill("5")
    await page.get_by_label("允许下载").check()
    await page.get_by_role("button", name="生成链接").click()
    await drawn(page.locator("img.qr"))
    return await page.get_by_role("textbox", name="分享链接").input_value()


async def enter(console: Console, page: Page, link: str, name: str, phone: str, clinic: str) -> None:
    """A clinic user who has been here before opens the link, and reads."""
    session = await come_in(console.services, name=name, phone=phone, clinic_name=clinic)
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": session["token"], "url": console.url}])
    await page.goto(link)
    await expect(page.get_by_role("heading", name="夏季护肤手册·新版")).to_be_visible()
    await drawn(page.locator("[data-pages] img").first)


async def screenshot(page: Page) -> Image.Image:
    """The first page as the phone shows it."""
    return decoded(await page.locator("[data-pages] img").first.screenshot())


async def check_marks(console: Console, one: Image.Image, other: Image.Image) -> None:
    """All over what the phones show the pixels are changed, and not in the same way on both."""
    async with console.services.database.transaction() as tx:
        ids = await tx.scalars(select(version.c.id).order_by(version.c.created_at.desc()))
    base = await console.services.objects.read_all(f"versions/{ids.first()}/page/1.jpg", limit_bytes=1 << 27)
    bare = Image.open(io.BytesIO(base)).convert("RGB").resize(one.size)
    assert one.size == other.size
    assert min(least_changed_share(one, bare), least_changed_share(other, bare)) > 0.01
    assert least_changed_share(one, other) > 0.001


async def check_download(page: Page, folder: Path) -> None:
    """The copy to take away is a PDF of three pages that can still be searched."""
    async with page.expect_download() as begun:
        await page.get_by_text("下载我的专属副本").click()
    path = folder / "copy.pdf"
    await (await begun.value).save_as(path)
    copy = path.read_bytes()
    assert list(SHOWN_SIZES_PT) == [drawing.size for drawing in pages_of(copy)]
    assert all(f"THESE WORDS STAND IN THE ORIGINAL {page}" in text_of(copy) for page in (1, 2, 3))


async def closed(page: Page) -> None:
    """The marketer closes the share."""
    page.on("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="撤销分享").click()
    await expect(page.locator(".badge.revoked")).to_be_visible()


async def drawn(picture: Locator) -> None:
    """Waits for a picture with pixels."""
    await expect(picture).to_have_js_property("complete", value=True)
    await expect(picture).not_to_have_js_property("naturalWidth", 0)
