"""The administrator's desk: uploads in flight that stay fresh by themselves, and quotas."""

from datetime import timedelta
from uuid import uuid4

from playwright.async_api import expect

from storage.rows import flights, uploads
from storage.rows.flights import Said
from storage.rows.uploads import UploadRow
from tests.browser.conftest import PHONE, Console

GB = 10**9


async def receive(console: Console, upload: UploadRow, rate_bytes_s: int) -> None:
    """What a node says about an upload that it is receiving."""
    said = Said(upload_id=upload.id, received_bytes=1, retained_bytes=16 << 20, rate_bytes_s=rate_bytes_s)
    async with console.services.database.transaction() as tx:
        await flights.publish(tx, uuid4(), [said], console.services.clock())


async def begun(console: Console) -> UploadRow:
    """An upload of the owner's, of which a part is there."""
    now = console.services.clock()
    row = UploadRow(
        id=uuid4(),
        person_id=console.cast.people["owner"],
        length_bytes=10 * GB,
        offset_bytes=4 * GB,
        metadata={},
        object_key="uploads/x",
        part_size_bytes=16 << 20,
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(days=7),
    )
    async with console.services.database.transaction() as tx:
        await uploads.add_upload(tx, row)
    return row


async def test_uploads_in_flight_stay_fresh(console: Console) -> None:
    """Rate and state follow what happens without a hand on the page; an outage is said, and over when it is over."""
    row = await begun(console)
    await receive(console, row, 80_000_000)
    async with console.opened("admin", language="en") as page:
        await page.clock.install()
        await page.goto("/flights")
        line = page.locator("tbody tr").first
        await expect(line).to_contain_text("80 MB/s")
        await expect(line).to_contain_text("4 GB of 10 GB")
        await receive(console, row, 90_000_000)
        await page.clock.fast_forward("00:03")
        await expect(line).to_contain_text("90 MB/s", timeout=10_000)
        assert [] == console.complaints
        await console.stop()
        await page.clock.fast_forward("00:03")
        await expect(page.locator("[data-refresh-stale]")).to_be_visible(timeout=15_000)
        await expect(line).to_contain_text("90 MB/s")
        await console.start()
        await page.clock.fast_forward("00:30")
        await expect(page.locator("[data-refresh-stale]")).to_be_hidden(timeout=15_000)


async def test_a_quota_is_set_and_removed(console: Console) -> None:
    """On a phone: a department of the tree with a size in words; a login that nobody has is said at its field."""
    async with console.opened("admin", size=PHONE, language="en") as page:
        await page.goto("/quotas")
        await page.get_by_role("button", name="Limit a person").click()
        person = page.get_by_role("dialog")
        await person.get_by_label("Login").fill("nobody")
        await person.get_by_label("At most").fill("500 GB")
        await person.get_by_role("button", name="Save").click()
        await expect(page.locator("#error-subject")).to_be_visible()
        await person.get_by_role("button", name="Cancel").click()
        await page.get_by_role("button", name="Limit a department").click()
        department = page.get_by_role("dialog")
        await department.get_by_label("A department").select_option(label="The brand itself")
        await department.get_by_label("At most").fill("500 GB")
        await department.get_by_role("button", name="Save").click()
        await expect(page.locator("tbody tr")).to_contain_text("The brand itself")
        await expect(page.locator("tbody tr")).to_contain_text("KB of 500 GB")
        page.on("dialog", lambda dialog: dialog.accept())
        await page.get_by_text("Manage").click()
        await page.get_by_role("button", name="Remove the quota").click()
        await expect(page.get_by_text("No quota set")).to_be_visible()


async def test_a_department_is_changed(console: Console) -> None:
    """At the account; emptied again it is none."""
    async with console.opened("admin", language="en") as page:
        await page.goto("/accounts")
        others = page.locator("tbody tr").filter(has=page.get_by_label("Department"))  # nobody moves themselves
        for department in ("华东市场部", ""):
            line = others.first
            await line.get_by_text("Manage").click()
            await line.get_by_label("Department").fill(department)
            await line.get_by_role("button", name="Save the department").click()
            await page.wait_for_load_state()
            shown = others.first.locator("td").nth(2).locator(".hint")
            await expect(shown).to_have_count(1 if department else 0)
        assert [] == console.complaints


async def test_the_glass_is_broken_and_mended(console: Console) -> None:
    """On a phone: asked for with a reason, in sight of a colleague at once, and ended with one touch."""
    async with (
        console.opened("admin", size=PHONE, language="en") as page,
        console.opened("owner", size=PHONE, language="en") as colleague,
    ):
        page.on("dialog", lambda dialog: dialog.accept())
        await page.goto("/break-glass")
        await page.get_by_role("button", name="Break the glass").click()
        asking = page.get_by_role("dialog")
        await asking.get_by_label("What").select_option("log")
        await asking.get_by_label("Why").fill("A customer complains about a share")
        await asking.get_by_role("button", name="Break the glass").click()
        await expect(page.locator(".alarm")).to_contain_text("Emergency access is open")
        await colleague.goto("/materials")
        await expect(colleague.locator(".alarm")).to_be_visible()
        await page.get_by_role("link", name="Open the log").click()
        await expect(page.locator("h1")).to_be_visible()
        await page.goto("/break-glass")
        await expect(page.locator("tbody tr .num")).not_to_have_text("0")
        await page.get_by_role("button", name="End it now").click()
        await expect(page.get_by_text("Ended early by")).to_be_visible()
        await expect(page.locator(".alarm")).to_have_count(0)
        assert [] == console.complaints
