"""The policy of a share in Chromium: a preset that fills, several addressees, a policy narrowed, a viewer shut out."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PHONE, Console

pytestmark = pytest.mark.browser


async def test_a_list_is_looked_at_line_by_line_before_anything_is_made(console: Console) -> None:
    """Faults stand beside their lines; then whom the list names, their links, and all of them as a file."""
    async with console.opened("owner", size=PHONE) as page:
        await page.goto(f"/materials/{console.cast.material_id}/share/people")
        pasted, look = page.get_by_label("或粘贴名单"), page.get_by_role("button", name="检查名单")
        await pasted.fill("手机号,姓名\n13800138001,王强\n12,李娜\n")
        await look.click()
        await expect(page.locator("[data-faults] li").filter(has_text="第 3 行")).to_be_visible()
        await expect(page.get_by_role("button", name="全部生成")).to_be_hidden()
        console.complaints.clear()  # the browser's own line about the answer of 422
        await pasted.fill("手机号,备注\n13800138001,周五\n13800138002,\n")
        await look.click()
        await expect(page.get_by_role("table").get_by_role("row")).to_have_count(3)
        await page.get_by_role("button", name="全部生成").click()
        async with page.expect_download() as saving:
            await page.get_by_role("link", name="下载链接").click()
        lines = (await (await saving.value).path()).read_text("utf-8-sig").splitlines()
    assert [True, True] == ["/s/" in each for each in lines[1:]]
    assert [] == console.complaints


async def test_a_policy_is_made_narrowed_and_told(console: Console) -> None:
    """What a preset fills is seen and changed; later the share is for one clinic less, and its page says since when."""
    async with console.opened("owner", size=PHONE) as page:
        await page.goto(f"/materials/{console.cast.material_id}/share")
        await page.get_by_role("button", name="仅接收人").click()
        await page.get_by_role("button", name="生成链接").click()
        await expect(page.get_by_role("searchbox", name="哪些人")).to_be_focused()
        await expect(page.get_by_text("尚未选择具体对象")).to_have_count(1)  # beside what fills the list alone
        assert ["422"] == [word for line in console.complaints for word in line.split() if word == "422"]
        console.complaints.clear()
        await page.get_by_role("button", name="接收人所在机构").click()
        await expect(page.get_by_label("转发", exact=True)).to_have_value("1")
        await expect(page.get_by_text("尚未选择具体对象")).to_be_hidden()  # it was about people
        for clinic in ("瑞丽诊所", "悦美诊所"):
            await page.get_by_label(clinic).check()
        await page.get_by_text("医生", exact=True).click()
        await page.get_by_role("button", name="生成链接").click()
        await page.wait_for_url("**/shares/*-*")
        for said in ("瑞丽诊所", "悦美诊所", "医生"):
            await expect(page.locator("dl")).to_contain_text(said)
        await page.get_by_role("link", name="收窄规则").click()
        await page.get_by_label("悦美诊所").uncheck()
        await page.get_by_role("button", name="保存").click()
        await page.wait_for_url("**/shares/*-*")
        row = page.get_by_role("row").filter(has_text="哪些机构")
        await expect(row.get_by_role("cell").nth(3)).to_have_text("1")
        await expect(page.locator("dl")).not_to_contain_text("悦美诊所")
    assert [] == console.complaints
