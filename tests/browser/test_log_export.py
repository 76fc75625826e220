"""The auditor takes the log away in the browser, and the administrator sees where it is pushed."""

import asyncio
import json
from uuid import uuid4

import pytest
from aiohttp import web
from playwright.async_api import expect

from storage.rows import siem
from storage.rows.siem import TargetRow
from tests.browser.conftest import PHONE, Console

NO_PICKER = "delete window.showSaveFilePicker"  # nobody can answer the system's dialog here


async def test_the_log_is_taken_away_with_a_bar(console: Console) -> None:
    """The dialog says what is exported, the file arrives whole, and closing works by keyboard."""
    async with console.opened("auditor", language="en") as page:
        await page.add_init_script(NO_PICKER)
        await page.goto("/log?act=employee:version:approve")
        await page.get_by_role("button", name="Export…").click()
        dialog = page.get_by_role("dialog", name="Export the log")
        await expect(dialog).to_contain_text("Everything that the present search finds")
        await dialog.get_by_role("radio", name="NDJSON").check()
        async with page.expect_download() as download:
            await dialog.get_by_role("button", name="Start").click()
        await expect(dialog.get_by_role("status")).to_have_text("Exported, and the file is whole.")
        file = await (await download.value).path()
        assert (await download.value).suggested_filename.endswith(".ndjson")
        lines = (await asyncio.to_thread(file.read_bytes)).splitlines()
        assert ["employee:version:approve"] == [json.loads(line)["act"] for line in lines]
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        assert [] == console.complaints


async def test_an_export_can_be_stopped(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it runs there is a bar and a button to stop it, and Escape doesn't hide it; then nothing is kept."""
    held = asyncio.Event()
    ended = web.StreamResponse.write_eof

    async def hold(response: web.StreamResponse, data: bytes = b"") -> None:
        if "X-Events-End" in response.headers:
            await held.wait()
        await ended(response, data)

    monkeypatch.setattr(web.StreamResponse, "write_eof", hold)
    async with console.opened("auditor", size=PHONE) as page:
        await page.add_init_script(NO_PICKER)
        await page.goto("/log")
        await page.get_by_role("button", name="导出…").click()
        dialog = page.get_by_role("dialog", name="导出日志")
        await dialog.get_by_role("button", name="开始导出").click()
        await expect(dialog.get_by_role("progressbar")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_visible()
        await dialog.get_by_role("button", name="停止").click()
        await expect(dialog.get_by_role("status")).to_have_text("已停止，没有保存文件。")
        await expect(dialog.get_by_role("progressbar")).to_be_hidden()
        held.set()


async def test_where_the_log_is_pushed(console: Console) -> None:
    """The administrator sees each target, what it lacks and why; the path of its address stays the operator's."""
    now = console.services.clock()
    target = TargetRow(
        id=uuid4(),
        name="soc",
        kind="webhook",
        form="ndjson",
        address="https://siem.example/secret-path",
        created_at=now,
        paused_at=None,
    )
    await console.services.sequencer.catch_up()
    async with console.services.database.transaction() as tx:
        await siem.add_target(tx, target, 0)
        await siem.note_failure(tx, target.id, "status-503", now)
    async with console.opened("admin", language="en", size=PHONE) as page:
        await page.goto("/log-targets")
        line = page.locator("tbody tr").first
        await expect(line).to_contain_text("https://siem.example")
        await expect(line).to_contain_text("status-503, 1 tries failed")
        await expect(line).to_contain_text("events to push")
        assert "secret-path" not in await page.content()
        assert [] == console.complaints
