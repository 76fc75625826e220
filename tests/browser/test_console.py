"""The console in Chromium: what people do there, on a phone and at a desk."""

import re

import pytest
from playwright.async_api import FilePayload, Page, expect

from compliance.access import Role
from tests.browser.conftest import DESK, PHONE, SMALL_PHONE, Console
from tests.materials import pdf, run_jobs
from tests.people import add_employee

pytestmark = pytest.mark.browser

PAGES = {
    "owner": ("/", "/materials", "/materials/new", "/my-uploads", "/shares", "/people", "/people/clinics", "/me"),
    "manager": ("/", "/reviewing"),
    "reviewer": ("/", "/reviews", "/reviewing"),
    "auditor": ("/", "/log", "/log/1", "/log/timeline", "/log/anomalies", "/log/reviews", "/traces"),
    "admin": ("/", "/accounts", "/organisation", "/break-glass", "/flights", "/quotas"),
}


async def test_signing_in_says_what_is_wrong_and_leads_on(console: Console) -> None:
    """A wrong password is answered in words; the right one leads to where the person wanted to go."""
    employee = await add_employee(console.services, Role.MARKETER, login="fang")
    async with console.opened(size=PHONE) as page:
        await page.goto("/shares")
        await expect(page).to_have_url(re.compile(r"/sign-in\?next=/shares$"))
        await page.get_by_label("登录名").fill(employee.login)
        await page.get_by_label("密码").fill("not-the-password")
        await page.get_by_role("button", name="登录").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await expect(page.get_by_role("alert")).not_to_be_empty()
        await page.get_by_label("密码").fill(employee.password)
        await page.get_by_role("button", name="登录").click()
        await expect(page).to_have_url(f"{console.url}/shares")


async def test_the_menu_of_places_opens_by_keys_and_closes_behind_them(console: Console) -> None:
    """Enter opens it and Escape closes it, where the focus was; so does turning to something else."""
    async with console.opened("manager", size=PHONE) as page:
        await page.goto("/rules")
        more, certificates = page.locator("summary", has_text="更多"), page.get_by_role("link", name="证照登记簿")
        await expect(more).to_have_attribute("aria-current", "true")  # the page is one of the menu's
        await expect(certificates).to_be_hidden()
        await more.press("Enter")
        await expect(certificates).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        await page.keyboard.press("Tab")
        await page.keyboard.press("Escape")
        await expect(certificates).to_be_hidden()
        await expect(more).to_be_focused()
        await more.click()
        await page.get_by_label("筛选").click()
        await expect(certificates).to_be_hidden()
    assert [] == console.complaints


async def test_the_menu_of_places_needs_no_script(console: Console) -> None:
    """With scripts switched off it opens, and leads on."""
    async with console.opened("manager", scripts=False) as page:
        await page.goto("/shares")
        await page.locator("summary", has_text="更多").click()
        await page.get_by_role("link", name="证照登记簿").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("证照登记簿")
    assert [] == console.complaints


async def test_from_a_file_to_a_link(console: Console) -> None:
    """A marketer uploads and submits, a reviewer reads and approves, the marketer makes a share: all in the pages."""
    async with console.opened("owner", size=PHONE) as marketer, console.opened("reviewer") as reviewer:
        material = await upload(console, marketer)
        await marketer.get_by_role("button", name="提交审核").click()
        await expect(marketer.locator(".badge.submitted").first).to_be_visible()
        await approve(reviewer, console.cast.passwords["reviewer"])
        await marketer.goto(material)
        await marketer.get_by_role("link", name="生成分享").click()
        await marketer.get_by_label("备注").fill("内训")
        await marketer.get_by_role("button", name="生成链接").click()
        await expect(marketer.get_by_role("textbox", name="分享链接")).to_have_value(re.compile(f"^{console.url}/s/"))
        await drawn(marketer, "img.qr")
    assert [] == console.complaints


async def upload(console: Console, page: Page) -> str:
    """The address of a new material, whose preparation the page follows to its end."""
    await page.goto("/materials/new")
    file = FilePayload(name="秋季手册.pdf", mimeType="application/pdf", buffer=pdf(2, trailer=b"%1"))
    await page.locator("[data-file]").set_input_files(file)
    await page.get_by_label("院内使用").check()
    await page.get_by_role("button", name="创建资料").click()
    await page.wait_for_url(re.compile(r"/materials/[0-9a-f-]{36}$"))
    await expect(page.get_by_role("heading", name="秋季手册")).to_be_visible()
    await expect(page.get_by_role("progressbar", name="正在准备预览页面")).to_be_visible()
    await run_jobs(console.services)
    await drawn(page, ".strip img")
    return page.url


async def approve(page: Page, password: str) -> None:
    """Reads the newest version in the queue page by page, and approves it."""
    await page.goto("/reviews")
    await page.get_by_role("link", name="秋季手册").click()
    await drawn(page, "#page-1 img")
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("[data-counter]")).to_have_text("2 / 2")
    await drawn(page, "#page-2 img")
    await page.get_by_label("您的密码").fill(password)
    await page.get_by_role("button", name="通过").click()
    await page.wait_for_url("**/reviews")
    await expect(page.locator(".badge.approved").first).to_be_visible()


async def test_rejecting_needs_a_reason(console: Console) -> None:
    """The field that is missing is marked, and nothing is decided."""
    async with console.opened("reviewer") as page:
        await page.goto(f"/reviews/{console.cast.review_id}")
        await page.get_by_label("您的密码").fill(console.cast.passwords["reviewer"])
        await page.get_by_role("button", name="驳回").click()
        reason = page.locator(".decide").get_by_label("理由")
        await expect(reason).to_have_attribute("aria-invalid", "true")
        await expect(reason).to_be_focused()
        await reason.fill("日期有误")
        await page.get_by_role("button", name="驳回").click()
        await page.wait_for_url("**/reviews")
        await expect(page.locator(".badge.rejected")).to_be_visible()


async def test_a_share_for_one_person(console: Console) -> None:
    """Choosing a person shows a search; only somebody who was found can be chosen, and forwarding is off."""
    async with console.opened("owner") as page:
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        await page.goto(f"/materials/{console.cast.material_id}/share")
        await page.get_by_label("指定人员").check()
        await page.get_by_label("哪些人", exact=True).first.fill("李娜")
        await page.get_by_role("checkbox", name=re.compile("李娜")).check()
        await expect(page.get_by_label("转发", exact=True)).to_be_disabled()
        await page.get_by_role("button", name="生成链接").click()
        await page.wait_for_url("**/shares/*")
        assert [f"{console.url}/api/v1/shares"] == [url for url in sent if "preview" not in url]  # one press, one share
        await expect(page.get_by_text("指定人员 · 李娜")).to_be_visible()
        page.on("dialog", lambda dialog: dialog.accept())
        await page.get_by_role("button", name="撤销分享").click()
        await expect(page.locator(".badge.revoked")).to_be_visible()
    assert [] == console.complaints


async def test_secrets_are_shown_once(console: Console) -> None:
    """A new account's password and a new API token stand in a dialog, and nowhere after it is closed."""
    async with console.opened("admin") as page:
        await page.goto("/accounts")
        await page.get_by_role("button", name="新建账号").click()
        dialog = page.get_by_role("dialog", name="新建账号")
        await dialog.get_by_label("姓名").fill("新同事")
        await dialog.get_by_label("登录名").fill("newcomer")
        await dialog.get_by_label("角色").select_option("marketer")
        await dialog.get_by_role("button", name="新建账号").click()
        password = await secret(page)
        await expect(page.get_by_text("newcomer")).to_be_visible()
        assert password not in await page.content()
    async with console.opened("owner") as page:
        await page.goto("/me")
        await page.get_by_text("新建令牌").click()
        await page.get_by_label("用途").fill("夜间上传")
        await page.get_by_label("上传文件").check()
        await page.get_by_role("button", name="生成令牌").click()
        token = await secret(page)
        assert token.startswith("ss_")
        await expect(page.get_by_text("夜间上传")).to_be_visible()
        assert token not in await page.content()
    assert [] == console.complaints


async def secret(page: Page) -> str:
    """What the dialog of secrets shows, after closing it."""
    shown = page.locator("#secret-value")
    await expect(shown).to_be_visible()
    value = await shown.input_value()
    async with page.expect_navigation():
        await page.get_by_role("button", name="已保存，关闭").click()
    return value


async def test_the_log_is_searched_in_plain_words(console: Console) -> None:
    """An auditor chooses an act by its words, and sees who did it to what, with the exact entry behind."""
    async with console.opened("auditor") as page:
        await page.goto("/log")
        await page.get_by_label("操作").select_option(label="审核通过")
        await page.get_by_role("button", name="检索").click()
        row = page.locator("table.log tbody tr")
        await expect(row).to_have_count(1)
        await expect(row).to_contain_text("陈静")
        await expect(row).to_contain_text("夏季护肤手册")
        await row.get_by_text("原始记录").click()
        await expect(row.locator("pre")).to_contain_text('"act":"employee:version:approve"')
    assert [] == console.complaints


@pytest.mark.parametrize(
    ("language", "sizes"), [("zh-CN", (SMALL_PHONE, DESK)), ("en", (SMALL_PHONE,))], ids=["zh", "en"]
)
async def test_no_page_scrolls_sideways_or_complains(
    console: Console, language: str, sizes: tuple[tuple[int, int], ...]
) -> None:
    """At 360 px in both languages, and at a desk: nothing sticks out, nothing is blocked, no script fails."""
    sticking_out = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    for who, paths in PAGES.items():
        async with console.opened(who, size=sizes[0], language=language) as page:
            for path in (*paths, *(details(console) if who == "owner" else ())):
                await page.goto(path, wait_until="load")
                for width, height in sizes:
                    await page.set_viewport_size({"width": width, "height": height})
                    assert not await page.evaluate(sticking_out), (who, path, width)
    assert [] == console.complaints


def details(console: Console) -> tuple[str, ...]:
    """Pages about the owner's brochure."""
    material = f"/materials/{console.cast.material_id}"
    return (material, f"{material}/read", f"{material}/share", f"{material}/versions/new")


async def drawn(page: Page, picture: str) -> None:
    """Waits for a picture with pixels."""
    ready = "(at) => { const image = document.querySelector(at); return image?.complete && image.naturalWidth > 0; }"
    await page.wait_for_function(ready, arg=picture)


async def test_a_comment_is_drawn_on_the_page(console: Console) -> None:
    """A box drawn over a page, or a point set with the arrow keys, is where the comment stands; K leads to it."""
    async with console.opened("reviewer") as page:
        await page.goto(f"/reviews/{console.cast.review_id}")
        await drawn(page, "#page-1 img")
        await page.get_by_text("添加批注").click()
        await page.get_by_role("textbox", name="批注", exact=True).fill("出处？")
        await page.get_by_role("button", name="在页面上标出").click()
        sheet = await page.locator("[data-marks='1']").bounding_box()
        assert sheet is not None
        await page.mouse.move(sheet["x"] + sheet["width"] * 0.2, sheet["y"] + 60)
        await page.mouse.down()
        await page.mouse.move(sheet["x"] + sheet["width"] * 0.6, sheet["y"] + 120)
        await page.mouse.up()
        await page.get_by_role("button", name="发送").click()
        mark = page.locator("[data-marks='1'] .mark.comment rect")
        await expect(mark).to_have_count(1)
        await page.wait_for_load_state("domcontentloaded")  # the page is drawn anew, and answers once its scripts ran
        width = float(await mark.get_attribute("width") or 0)
        view = (await page.locator("[data-marks='1']").get_attribute("viewBox") or "").split()
        assert 0.39 < width / float(view[2]) < 0.41
        await page.get_by_text("添加批注").click()
        await page.get_by_role("textbox", name="批注", exact=True).fill("中间")
        pin = page.get_by_role("button", name="在页面上标出")
        await pin.press("Enter")
        await pin.press("ArrowRight")
        await pin.press("Enter")
        await page.locator("[data-commenting]").get_by_role("button", name="发送").click()
        await expect(page.locator(".mark.comment circle")).to_have_count(1)
        await page.wait_for_load_state("domcontentloaded")
        await page.locator("main").press("k")
        await expect(page.locator("[data-mark]").last).to_be_focused()
        await expect(page.locator(".mark.lit")).to_have_count(1)
    assert [] == console.complaints
