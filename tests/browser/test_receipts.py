"""Receipts and the ledger in the console, clicked."""

import tarfile
from pathlib import Path

from compliance.notes import vkey
from compliance.verifying import parse_receipt, parse_vkey, policy_of, verify_receipt
from tests.browser.conftest import PHONE, Console


async def test_everybody_gets_receipts_of_their_acts(console: Console, tmp_path: Path) -> None:
    """One's own page lists what one did; the button brings a file that the log's key proves."""
    await console.services.sequencer.catch_up()
    (key,) = console.services.keys.ledger
    async with console.opened("owner", size=PHONE) as page:
        await page.goto("/me")
        async with page.expect_download() as coming:
            await page.get_by_role("link", name="领取回执").first.click()
        file = tmp_path / (await coming.value).suggested_filename
        await (await coming.value).save_as(file)

    assert file.name.endswith(".tlog-proof")
    trusted = policy_of([parse_vkey(vkey(console.services.ledger_origin, key.public))])
    assert verify_receipt(parse_receipt(file.read_bytes()), trusted).logs
    assert [] == console.complaints


async def test_an_auditor_takes_the_ledger_away(console: Console, tmp_path: Path) -> None:
    """The whole ledger is a click away from the exports."""
    await console.services.sequencer.catch_up()
    async with console.opened("auditor") as page:
        await page.goto("/log")
        await page.get_by_role("button", name="导出…").click()
        async with page.expect_download() as coming:
            await page.get_by_role("link", name="下载账本").click()
        await (await coming.value).save_as(tmp_path / "ledger.tar")

    with tarfile.open(tmp_path / "ledger.tar") as packed:
        assert any(name.endswith("/checkpoint") for name in packed.getnames())
    assert [] == console.complaints
