"""The rules in Chromium: a text tried, a draft checked and kept, its effects looked at, and it put into force."""

import re

import pytest
from playwright.async_api import expect

from compliance.ruleset import RuleSet
from tests.browser.conftest import PHONE, Console

pytestmark = pytest.mark.browser

READY_MS = 30_000  # tables of characters are made once in a process
STANDARD = RuleSet.default()


async def test_a_text_is_tried(console: Console) -> None:
    """A marketer sees what is wrong with a text, where, and by which article, and finds rules by their words."""
    async with console.opened("owner", size=PHONE) as page:
        await page.goto("/rules")
        await page.get_by_role("textbox", name="文字").fill("😀我们是最 佳团队，满意率98%")
        await page.get_by_role("button", name="试一试").click()
        await expect(page.locator("mark.hit-block")).to_have_text(["最 佳", "满意率98%"], timeout=READY_MS)
        await expect(page.locator("[data-hits]")).to_contain_text("《广告法》（2021 年修正）第 9(3) 条")
        await page.get_by_label("筛选").fill("肉毒")
        await expect(page.locator("[data-rule]:visible")).to_have_count(1)
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert [] == console.complaints


async def test_a_rule_set_comes_into_force(console: Console) -> None:
    """A reviewer mends and keeps a draft; a manager looks at what it would block and puts it into force."""
    async with console.opened("reviewer") as page:
        await page.goto("/rules/new")
        draft = page.get_by_label("规则文件")
        wrong = STANDARD.source.replace("number: 1\n", "number: 2\n", 1).replace("confidence: read", "confidence: x", 1)
        await draft.fill(wrong)
        await page.get_by_role("button", name="检查").click()
        await page.get_by_role("button", name=re.compile(r"rules\[0\]\.confidence")).click()
        start = wrong.index("    confidence: x")
        assert start == await draft.evaluate("(source) => source.selectionStart")
        await draft.fill(wrong.replace("confidence: x", "confidence: read"))
        await page.get_by_role("button", name="检查").click()
        await expect(page.get_by_role("status").filter(has_text="没有问题")).to_be_visible()
        await page.get_by_label("改了什么").fill("试行第二版")
        await page.get_by_role("button", name="保存规则集").click()
        await page.wait_for_url(re.compile(r"/rules/medical-aesthetics-2-"))
        address = page.url
    async with console.opened("manager") as page:
        await page.goto(address)
        await expect(page.locator(".diff-new")).to_have_text(["+number: 2"])
        await page.get_by_role("button", name="开始检查").click()
        await expect(page.locator("[data-effects] [data-status]")).to_contain_text("检查完毕")
        await page.get_by_label("启用原因").fill("试行")
        await page.get_by_label("再次输入您的密码").fill(console.cast.passwords["manager"])
        await page.get_by_role("button", name="启用").click()
        await page.wait_for_url(re.compile(r"/rules$"))
        await expect(page.locator("h1 + .meta")).to_contain_text("medical-aesthetics-2-")
        await expect(page.get_by_role("progressbar")).to_be_visible()
    assert [] == console.complaints
