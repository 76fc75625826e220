"""Uploads in Chromium: many files and folders, pauses, cut lines, closed pages, and files that are known already."""

import hashlib
import json
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import CDPSession, FilePayload, Page, Request, Route, expect
from sqlalchemy import select, text

from storage.rows import quotas
from storage.schema import upload
from tests.browser.conftest import PHONE, Console
from tests.materials import pdf, run_jobs

pytestmark = pytest.mark.browser

DONE_MS = 60_000  # a busy machine takes its time, above all where requests pass by a test
BIG = secrets.token_bytes(6_000_000)
LINE = "Network.emulateNetworkConditions"
SLOW_LINE = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 1_500_000}
FAST_LINE = {**SLOW_LINE, "uploadThroughput": -1}
NO_LINE = {**SLOW_LINE, "offline": True}
NOTE = ".uploads .upload-note"
SENT = "(least) => document.querySelector('.uploads progress')?.value > least"
MANY = """(count) => {
  const transfer = new DataTransfer();
  for (let n = 0; n < count; n++) transfer.items.add(new File([`file ${n}`], `${n}.txt`, { lastModified: n }));
  return transfer;
}"""


@asynccontextmanager
async def uploading(console: Console, **how: Any) -> AsyncIterator[Page]:
    """A marketer at their uploads."""
    async with console.opened("owner", **how) as page:
        await page.goto("/my-uploads")
        await expect(page.locator("[data-earlier-loading]")).to_be_hidden()
        yield page


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A file on the disk, which has a time of change, so that it is the same one when it is chosen again."""
    path = tmp_path / "培训视频.mp4"
    path.write_bytes(BIG)
    return path


async def choose(page: Page, *paths: Path) -> None:
    """Chooses files."""
    await page.locator("[data-file]").set_input_files(list(paths))


async def slowed(page: Page) -> CDPSession:
    """Gives the page a slow line, so that there is a while to look at; `send(LINE, …)` gives it another."""
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("Network.enable")
    await cdp.send(LINE, SLOW_LINE)
    return cdp


async def done(page: Page, files: str) -> None:
    """Waits until so many of the files are done."""
    await expect(page.locator("[data-total-text]")).to_contain_text(f"{files} 个文件", timeout=DONE_MS)


async def hashes(console: Console) -> set[str | None]:
    """The SHA-256 of every upload."""
    async with console.services.database.transaction() as tx:
        return set(await tx.scalars(select(upload.c.sha256)))


def sha256(body: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def told(page: Page, method: str = "PATCH") -> list[Request]:
    """The requests of a method that bring bytes, as they are sent."""
    sent: list[Request] = []
    page.on("request", lambda each: sent.append(each) if each.method == method and "/uploads/" in each.url else None)
    return sent


async def test_a_folder_is_dropped_beside_files(console: Console, tmp_path: Path) -> None:
    """Folders are walked by name to their leaves; what the system left is passed over, what is never accepted named."""
    folder = tmp_path / "活动"
    names = ("海报.png", "内页/2.pdf", "内页/10.pdf", "内页/深/二.pdf")
    bodies = {name: secrets.token_bytes(50_000) for name in names[::-1]}
    for name, body in {**bodies, ".DS_Store": b"system", "内页/._2.pdf": b"system", "安装.EXE": b"MZ"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    beside = tmp_path / "手册.pdf"
    beside.write_bytes(BIG[:70_000])
    async with uploading(console, size=PHONE) as page:
        await drop(page, folder, beside)
        await done(page, "5 / 5")
        await expect(page.locator("[data-drop-notice]")).to_have_text("1 个文件未加入，不接受这种格式：安装.EXE")
        assert {sha256(body) for body in (*bodies.values(), BIG[:70_000])} <= await hashes(console)
        rows = await page.locator(".uploads .upload-name").evaluate_all("all => all.map(({ title }) => title)")
        assert [*(f"活动/{name}" for name in names), "手册.pdf"] == rows
        await expect(page.locator(".uploads li", has_text="二.pdf")).to_contain_text("活动/内页/深")
        await expect(page.locator("[data-earlier-list] li", has_text="可以使用")).to_have_count(5)
    assert [] == console.complaints


async def drop(page: Page, *paths: Path) -> None:
    """Drags files and folders from the desktop onto the page."""
    cdp = await page.context.new_cdp_session(page)
    box = await page.locator("[data-drop]").bounding_box()
    assert box
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        where = {"x": box["x"] + 20, "y": box["y"] + 20}
        await cdp.send("Input.dispatchDragEvent", {"type": kind, **where, "data": data})


async def test_a_folder_is_chosen(console: Console, tmp_path: Path) -> None:
    """The picker for folders takes all that is in one, and shows a bounded number of rows."""
    folder = tmp_path / "照片"
    folder.mkdir()
    for number in range(45):
        (folder / f"{number}.txt").write_text(f"file {number}")
    async with uploading(console) as page:
        await page.locator("[data-folder]").set_input_files(folder)
        await done(page, "45 / 45")
        assert 40 >= await page.locator("[data-upload]").count()
        await expect(page.locator("[data-more]")).to_be_visible()
    assert {sha256(f"file {number}".encode()) for number in range(45)} <= await hashes(console)


async def test_thousands_of_files_do_not_freeze_the_page(console: Console) -> None:
    """The page answers at once, shows some rows and counts the rest."""
    async with uploading(console) as page:
        transfer = await page.evaluate_handle(MANY, 3000)
        await page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})
        await expect(page.locator("[data-total-text]")).to_contain_text("/ 3000 个文件")
        await page.get_by_role("button", name="全部暂停").click()
        await expect(page.get_by_role("button", name="全部继续")).to_be_visible()
        assert 60 >= await page.locator("[data-upload]").count()


async def test_a_file_is_paused_and_goes_on(console: Console, film: Path) -> None:
    """Nothing is sent while it is paused; then the rest is, from the byte that the server names."""
    async with uploading(console) as page:
        patches = told(page)
        line = await slowed(page)
        await choose(page, film)
        await page.wait_for_function(SENT, arg=1_000_000)
        await expect(page.locator(NOTE).first).to_have_text(re.compile(r"\d+ % · .* / 6 MB · .*/s · 剩余 .*"))
        await page.get_by_role("button", name="暂停: 培训视频.mp4").click()
        await expect(page.locator(NOTE).first).to_contain_text("已暂停")
        count = len(patches)
        await line.send(LINE, FAST_LINE)
        await page.get_by_role("button", name="继续: 培训视频.mp4").click()
        await done(page, "1 / 1")
    assert count + 1 == len(patches)
    assert sha256(BIG) in await hashes(console)


async def test_what_stands_still_is_no_fast_one(console: Console, film: Path) -> None:
    """Ten seconds after the last byte the page says that nothing moves, and tells no speed or time left any more."""
    async with uploading(console) as page:
        await page.clock.install()
        async with console.services.database.transaction() as tx:
            await tx.execute(text("LOCK TABLE upload IN EXCLUSIVE MODE"))  # so that the server can't take the file
            await choose(page, film)
            await page.wait_for_function(SENT, arg=0)
            await stood_still(page)
            await expect(page.locator("[data-total-text]")).to_have_text(
                re.compile(r"%\) · 暂时没有进展，正在等待响应$")
            )
        await done(page, "1 / 1")
    assert sha256(BIG) in await hashes(console)


async def stood_still(page: Page) -> None:
    """The page's clock goes on until nothing has moved for long enough; what the line still takes counts as a move."""
    for _ in range(8):
        await page.clock.fast_forward("00:11")
        await page.clock.run_for(1000)
        if "暂时没有进展" in await page.locator(NOTE).first.inner_text():
            return
    raise AssertionError("the page never said that nothing moves")


async def test_a_lost_network_is_waited_for(console: Console, film: Path) -> None:
    """The page says that it is offline, and goes on by itself."""
    async with uploading(console) as page:
        line = await slowed(page)
        await choose(page, film)
        await page.wait_for_function(SENT, arg=1_000_000)
        await console.stop()  # which cuts what is on its way, as a network does that goes
        await line.send(LINE, NO_LINE)
        await console.start()
        await expect(page.locator("[data-total-notice]")).to_have_text(re.compile("网络已断开"))
        await line.send(LINE, FAST_LINE)
        await verified(console, page)
    assert sha256(BIG) in await hashes(console)


async def verified(console: Console, page: Page) -> None:
    """Where no process has seen all bytes, a job reads them again; then it is done."""
    await expect(page.locator(".uploads .verifying, .uploads .done")).to_have_count(1, timeout=20_000)
    await run_jobs(console.services)
    await done(page, "1 / 1")


async def test_a_restarted_server_is_waited_for(console: Console, film: Path) -> None:
    """What was kept is kept; the page goes on by itself once the server is back."""
    async with uploading(console) as page:
        line = await slowed(page)
        await choose(page, film)
        await page.wait_for_function(SENT, arg=1_000_000)
        await console.stop()
        await expect(page.locator(NOTE).first).to_have_text(re.compile("没有响应|正在重启"))
        patches = told(page)
        await line.send(LINE, FAST_LINE)
        await console.start()
        await verified(console, page)
    assert 0 < int(patches[-1].headers["upload-offset"]) < len(BIG)
    assert sha256(BIG) in await hashes(console)


async def test_a_store_that_is_down_is_waited_for(console: Console, film: Path) -> None:
    """A calm message, no request before the time that the server names, and then it goes on by itself."""
    problem = {"type": "/problems/store-unavailable", "status": 503, "title": "-", "detail": "-"}
    asked: list[float] = []

    async def refuse(route: Route) -> None:
        asked.append(await page.evaluate("performance.now()"))
        headers = {"Retry-After": "2", "Content-Type": "application/problem+json"}
        await route.fulfill(status=503, headers=headers, body=json.dumps(problem))

    async with uploading(console) as page:
        await page.route("**/uploads/", refuse, times=1)
        page.on("request", lambda each: asked.append(0) if each.method == "POST" else None)
        await choose(page, film)
        await expect(page.locator("[data-total-notice]")).to_contain_text("存储暂时不可用")
        assert 0 == await page.locator(".uploads .failed").count()
        await done(page, "1 / 1")
        assert await page.evaluate("performance.now()") - asked[1] > 2000
    assert sha256(BIG) in await hashes(console)


async def test_what_was_refused_is_tried_again(console: Console, tmp_path: Path) -> None:
    """A no ends a file with its reason, in one line a touch tries it again; another tries all that failed."""
    files = [tmp_path / name for name in ("一.txt", "二.txt", "三.txt")]
    for path in files:
        path.write_bytes(secrets.token_bytes(5_000))
    owner, database = console.cast.people["owner"], console.services.database
    async with database.transaction() as tx:
        await quotas.put_quota(tx, quotas.PERSON, str(owner), 0, console.services.clock())
    async with uploading(console, size=PHONE) as page:
        await choose(page, *files)
        await expect(page.locator(".uploads .failed", has_text="您可存放 0 B")).to_have_count(3)
        async with database.transaction() as tx:
            await quotas.remove_quota(tx, quotas.PERSON, str(owner))
        await page.get_by_role("button", name="重试: 二.txt").click()
        await expect(page.locator(".uploads .failed")).to_have_count(2)
        await expect(page.locator(".uploads .done", has_text="二.txt")).to_be_visible()
        await page.get_by_role("button", name="重试失败的文件").click()
        await done(page, "3 / 3")
        await expect(page.get_by_role("button", name="重试失败的文件")).to_be_hidden()
    assert {sha256(path.read_bytes()) for path in files} <= await hashes(console)


async def test_a_closed_page_is_no_loss(console: Console, film: Path) -> None:
    """In another browser the unfinished upload is listed, and the same file goes on where it was."""
    async with uploading(console) as page:
        await slowed(page)
        await choose(page, film)
        await page.wait_for_function(SENT, arg=1_000_000)
        await page.goto("about:blank")
    async with console.opened("owner", size=PHONE) as page:
        await page.goto("/materials/new")
        earlier = page.locator("[data-earlier-list] li")
        await expect(earlier).to_contain_text("培训视频.mp4")
        await expect(page.locator("[data-earlier]")).to_contain_text("再次选择同一文件")
        patches = told(page)
        await choose(page, film)
        await done(page, "1 / 1")
        await expect(earlier).to_have_count(0)
    assert 0 < int(patches[0].headers["upload-offset"]) < len(BIG)
    assert sha256(BIG) in await hashes(console)


async def test_one_file_in_two_pages(console: Console, film: Path) -> None:
    """The newer page goes on with it; the older one says so and keeps out of the way."""
    async with uploading(console) as older, uploading(console) as newer:
        await slowed(older)
        await choose(older, film)
        await older.wait_for_function(SENT, arg=1_000_000)
        line = await slowed(newer)
        await choose(newer, film)
        await expect(older.locator(NOTE).first).to_contain_text("已在另一个页面继续上传")
        await line.send(LINE, FAST_LINE)
        await done(newer, "1 / 1")
    assert sha256(BIG) in await hashes(console)


async def test_an_unfinished_upload_is_given_up(console: Console, film: Path) -> None:
    """It is cancelled from the list after a question, and is gone on the server."""
    async with uploading(console) as page:
        await slowed(page)
        await choose(page, film)
        await page.wait_for_function(SENT, arg=1_000_000)
        await page.reload()
        page.on("dialog", lambda dialog: dialog.accept())
        await page.get_by_role("button", name="取消: 培训视频.mp4").click()
        await expect(page.get_by_role("button", name="取消: 培训视频.mp4")).to_have_count(0)
    async with console.services.database.transaction() as tx:
        assert "terminated" in set(await tx.scalars(select(upload.c.state)))


async def test_known_files_are_not_sent_again(console: Console, tmp_path: Path) -> None:
    """What is there is used at once; what is in a material says in which, and is sent again only if told so."""
    path = tmp_path / "新手册.pdf"
    path.write_bytes(pdf(1, trailer=secrets.token_bytes(20)))
    async with uploading(console) as page:
        await choose(page, path)
        await done(page, "1 / 1")
        made = told(page, "POST")
        await page.goto("/materials/new")
        await choose(page, path)
        await done(page, "1 / 1")
        assert [] == made
        await page.get_by_label("院内").check()
        await page.get_by_role("button", name="创建资料").click()
        await page.wait_for_url(re.compile(r"/materials/[0-9a-f-]{36}$"))
        material = page.url
        await page.goto("/my-uploads")
        made.clear()
        await choose(page, path)
        row = page.locator("[data-upload]", has_text="已经用于资料")
        link = row.get_by_role("link", name="新手册")
        await expect(link).to_have_attribute("href", material.removeprefix(console.url))
        assert [] == made
        await row.get_by_role("button", name="仍要上传").click()
        await expect(page.locator("[data-upload].done")).to_be_visible()
        assert 1 == len(made)
    assert [] == console.complaints


async def test_materials_are_made_of_several_uploads(console: Console) -> None:
    """Finished uploads are ticked and become one material each, of one class and named after their files."""
    files = [
        FilePayload(name=f"{name}.pdf", mimeType="application/pdf", buffer=pdf(1, trailer=name.encode()))
        for name in ("春季折页", "秋季折页")
    ]
    async with uploading(console) as page:
        await page.locator("[data-file]").set_input_files(files)
        await done(page, "2 / 2")
        for name in ("春季折页", "秋季折页"):
            await page.get_by_role("checkbox", name=f"选择 {name}.pdf").check()
        await page.get_by_role("link", name="用所选的 2 个文件创建资料").click()
        await expect(page.locator("[data-upload].done")).to_have_count(2)
        await page.get_by_label("公开广告").check()
        await page.get_by_role("button", name="创建资料").click()
        await page.wait_for_url("**/materials?mine=true")
        for name in ("春季折页", "秋季折页"):
            await expect(page.get_by_role("link", name=name)).to_be_visible()
    assert [] == console.complaints
