"""One's own data and legal holds, in Chromium: downloaded, held, lifted by somebody else, erased."""

import zipfile

from playwright.async_api import expect

from storage.rows import accounts
from tests.browser.conftest import DESK, PHONE, Console

PASSWORD = "harbour-lamp-light"


async def knows_password(console: Console, who: str) -> None:
    """Gives one of the cast a password that the test can type."""
    hashed = await console.services.passwords.hash(PASSWORD)
    async with console.services.database.transaction() as tx:
        await accounts.put_password_hash(tx, console.cast.people[who], hashed)


async def test_viewer_takes_their_data_along_and_leaves(console: Console) -> None:
    """On a phone: a zip with what is held, then nothing is held any more, and the session is over."""
    async with console.opened("li", size=PHONE, language="en") as page:
        await page.goto("/my-data")
        async with page.expect_download() as started:
            await page.get_by_role("button", name="Download my data").click()
        with zipfile.ZipFile(await (await started.value).path()) as archive:
            assert "李娜" in archive.read("profile.json").decode()
        page.on("dialog", lambda dialog: dialog.accept())
        await page.get_by_role("button", name="Erase me").click()
        await expect(page.get_by_role("heading", name="You have been erased")).to_be_visible()
        assert 401 == (await page.request.get("/api/v1/sessions/current")).status
    assert [] == console.complaints


async def test_hold_is_placed_by_one_and_lifted_by_another(console: Console) -> None:
    """The manager holds a viewer, can't erase them nor lift it; a second manager's hand is needed."""
    await knows_password(console, "manager")
    async with console.opened("manager", size=DESK, language="en") as page:
        await page.goto("/people")
        row = page.locator("tr", has_text="李娜")
        await row.get_by_text("Personal data").click()
        hold = row.locator('form[data-api="/api/v1/holds"]')
        await hold.get_by_label("Reason").fill("case 17")
        await hold.get_by_role("button").click()
        await page.wait_for_url("**/holds")
        await expect(page.get_by_text("Somebody else has to lift what you placed.")).to_be_visible()
        await page.goto("/people")
        await row.get_by_text("Personal data").click()
        erase = row.locator('form[data-api$="/erase"]')
        await erase.get_by_label("Who asked for it").fill("letter of today")
        await erase.get_by_label("Your own password").fill(PASSWORD)
        page.on("dialog", lambda dialog: dialog.accept())
        await erase.get_by_role("button").click()
        await expect(erase.locator("[data-problem]")).to_contain_text("legal hold")
    async with console.opened("reviewer", size=DESK, language="en") as page:
        await page.goto("/holds")
        await expect(page.locator("tbody tr")).to_contain_text("case 17")
