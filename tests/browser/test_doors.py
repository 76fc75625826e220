"""A share's door in Chromium: what it asks before it opens, and asking to be let in."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PHONE, Console
from tests.browser.test_traces import asked

pytestmark = pytest.mark.browser


async def test_a_password_is_made_in_the_form_and_asked_at_the_door(console: Console) -> None:
    """The form makes one, to be copied; a wrong one is told beside the field, the right one opens the pages."""
    async with console.opened("owner") as desk:
        await desk.goto(f"/materials/{console.cast.material_id}/share")
        await desk.get_by_label("打开时另需").select_option("password")
        password = await desk.get_by_label("分享密码").input_value()
        await desk.get_by_role("button", name="生成链接").click()
        await desk.wait_for_url("**/shares/*")
        link = await desk.locator("input[value*='/s/']").first.input_value()
    async with console.opened("li", size=PHONE) as phone:
        await phone.goto(link)
        field = phone.get_by_label("分享密码")
        await expect(phone.get_by_role("heading", name="请输入分享密码")).to_be_focused()
        await field.fill("wrong-wrong")
        await phone.get_by_role("button", name="打开").click()
        await expect(field).to_have_accessible_description("分享的密码不正确。")
        await expect(field).to_be_focused()  # where it is read: once, not by an alert too
        await expect(phone.get_by_role("alert")).to_have_count(0)
        await phone.keyboard.press("Enter")
        await expect(phone.get_by_role("alert")).to_have_text("分享的密码不正确。")  # the focus was there already
        await field.fill(password)
        await phone.get_by_role("button", name="打开").click()
        await expect(phone.locator(".sheet img").first).to_be_visible()
        await phone.get_by_role("button", name="申请转发").click()  # for it may not be passed on
        await expect(phone.get_by_role("textbox", name="留言（选填）")).to_be_focused()
        await phone.get_by_role("button", name="提交申请").click()
        await expect(phone.get_by_text("已提交申请，等待分享人处理。")).to_be_focused()
    refusals = [each for each in console.complaints if "the server responded with a status of 4" in each]
    assert refusals == console.complaints  # the browser's own lines about what is asked, and about the wrong one


async def test_who_is_refused_may_ask_and_is_let_in(console: Console) -> None:
    """A share for somebody else is refused with a form to ask; granted by its maker, it offers a way in."""
    async with console.opened("li", size=PHONE) as phone, console.opened("owner") as desk:
        wang, material_id = str(console.cast.people["wang"]), str(console.cast.material_id)
        body = {"material_id": material_id, "audience": "person", "person_id": wang}
        share = await asked(desk, console, "owner", "/api/v1/shares", body)
        await phone.goto(share["url"])
        await phone.get_by_role("textbox", name="留言（选填）").fill("周五培训要用")
        await phone.get_by_role("button", name="申请查看").click()
        await expect(phone.get_by_text("已提交申请，等待分享人处理。")).to_be_focused()
        await desk.goto("/access-requests")
        await expect(desk.get_by_text("周五培训要用")).to_be_visible()
        desk.on("dialog", lambda dialog: dialog.accept())
        await desk.get_by_role("button", name="批准").click()
        await expect(desk.get_by_text("周五培训要用")).to_have_count(0)
        await phone.goto(share["url"])
        await phone.get_by_role("link", name="打开").click()
        await expect(phone.locator(".sheet img").first).to_be_visible()
