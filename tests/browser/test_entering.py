"""A clinic user's first minutes on a phone: from a link to the first page, every touch counted; then once more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Locator, Page, expect

from fileserver.demo.platforms.people import PEOPLE
from tests.browser.conftest import PHONE, Lobby

pytestmark = pytest.mark.browser

LI = PEOPLE[1]
STICKS_OUT = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
SMALL_TARGETS = """() => [...document.querySelectorAll("main a, main button, main input, main select, main summary")]
  .filter((each) => each.offsetParent && each.type !== "checkbox" && each.type !== "radio")
  .filter((each) => each.getBoundingClientRect().height < 44).map((each) => each.outerHTML)"""


@dataclass
class Touches:
    """Counts what a person does: taps, and fields that are filled in."""

    taps: int = 0
    fields: int = 0

    async def tap(self, what: Locator) -> None:
        """A tap."""
        self.taps += 1
        await what.click()

    async def fill(self, what: Locator, text: str) -> None:
        """A field."""
        self.fields += 1
        await what.fill(text)


@asynccontextmanager
async def _phone(lobby: Lobby, path: str) -> AsyncIterator[Page]:
    async with lobby.console.opened(size=PHONE) as phone:
        await phone.goto(path)
        yield phone


async def _looked_at(phone: Page, step: str) -> None:
    """The page says which step it is, fits the phone, and can be hit by a thumb."""
    await expect(phone.get_by_text(f"{step} / 3")).to_be_visible()
    assert not await phone.evaluate(STICKS_OUT)
    assert [] == await phone.evaluate(SMALL_TARGETS)


async def _share(lobby: Lobby) -> str:
    async with lobby.console.opened("owner") as desk:
        await desk.goto("/")
        token = await desk.locator('meta[name="csrf-token"]').get_attribute("content")
        said = {"material_id": str(lobby.console.cast.material_id)}
        headers = {"X-CSRF-Token": token or "", "Origin": lobby.console.url}
        answer = await desk.request.post("/api/v1/shares", data=said, headers=headers)
        return f"/s/{(await answer.json())['token']}"


async def test_first_entry_to_the_first_page_and_the_second_in_one_tap(lobby: Lobby) -> None:
    """Three steps, seven taps besides those at WeChat, three fields; when the session is over, one tap leads back."""
    link, touches = await _share(lobby), Touches()
    async with _phone(lobby, link) as phone:
        await _looked_at(phone, "1")
        await touches.tap(phone.get_by_role("link", name="用微信进入"))
        await phone.get_by_role("link", name=LI.name).first.click()
        await _looked_at(phone, "2")
        for box in ("上述个人信息处理说明", "上述敏感个人信息"):
            await touches.tap(phone.get_by_label(box))
        await touches.fill(phone.get_by_label("真实姓名"), LI.name)
        await touches.fill(phone.get_by_label("身份证号"), LI.id_card)
        await touches.tap(phone.get_by_role("button", name="同意并核验"))
        await _looked_at(phone, "3")
        await touches.fill(phone.get_by_label("机构名称或统一社会信用代码"), "瑞丽")
        await touches.tap(phone.get_by_role("button", name="查找"))
        await touches.tap(phone.get_by_label("岗位").first)
        await phone.get_by_label("岗位").first.select_option(label="咨询")
        await touches.tap(phone.get_by_role("button", name="完成").first)
        await expect(phone.locator("[data-pages] img").first).to_be_visible()
        assert link == phone.url.removeprefix(lobby.console.url)
        assert (7, 3) == (touches.taps, touches.fields)
        await phone.context.clear_cookies(name="sealshare_session")
        await phone.goto(link)
        await phone.get_by_role("link", name="用微信进入").click()
        await phone.get_by_role("link", name=LI.name).first.click()
        await expect(phone.locator("[data-pages] img").first).to_be_visible()
    assert {"IdCardVerification": 1} == dict(lobby.fake.tencent.billed)
    assert [] == [each for each in lobby.console.complaints if "401" not in each]  # pictures when the session ended


async def test_by_mail_with_a_keyboard_and_a_mistake(lobby: Lobby) -> None:
    """Without WeChat a code comes by mail; a name that does not fit is told beside what was typed, and mended."""
    async with _phone(lobby, await _share(lobby)) as phone:
        await phone.get_by_text("用邮箱验证码").click()
        await phone.get_by_label("邮箱", exact=True).fill("li@clinic.example")
        await phone.keyboard.press("Enter")
        await expect(phone.get_by_label("验证码", exact=True)).to_be_focused()
        await phone.keyboard.type(lobby.mailbox.code())
        await phone.keyboard.press("Enter")
        await _looked_at(phone, "2")
        for box in ("上述个人信息处理说明", "上述敏感个人信息"):
            await phone.get_by_label(box).focus()
            await phone.keyboard.press("Space")
        await phone.get_by_label("真实姓名").fill("李慕清")
        await phone.get_by_label("身份证号").fill(LI.id_card)
        await phone.keyboard.press("Enter")
        await expect(phone.get_by_role("alert")).to_contain_text("不一致")
        await expect(phone.get_by_label("身份证号")).to_have_value(LI.id_card)
        await phone.reload()
        await expect(phone.get_by_role("status")).to_contain_text("上次核验未通过")
        await phone.get_by_label("真实姓名").fill(LI.name)
        await phone.get_by_label("身份证号").fill(LI.id_card)
        await phone.keyboard.press("Enter")
        await _looked_at(phone, "3")
        await phone.goto("/my-data")
        await expect(phone.get_by_role("heading", name=LI.name)).to_be_visible()
        assert not await phone.evaluate(STICKS_OUT)
    assert [] == [each for each in lobby.console.complaints if "422" not in each]
