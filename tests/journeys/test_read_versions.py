"""A version as a worker reads it: what rules and detectors find at its place holds an approval up until dismissed."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from argon2.profiles import CHEAPEST
from fpdf import FPDF
from noto_cjk_sans_otc import FONT_PATH

from compliance.access import Role
from compliance.passwords import Passwords
from compliance.ruleset import RuleSet
from fileserver.config import Config
from fileserver.services import Services, open_services
from storage.rows import scans
from tests.api import Client, sign_in
from tests.inspecting import InThisProcess
from tests.materials import add_upload, run_jobs
from tests.people import add_employee
from tests.reviewing import approve, decide
from tests.services import Clock

ID_NUMBER = "11010519491231002X"  # an example of GB 11643


@pytest.fixture
async def services(config: Config, clock: Clock) -> AsyncIterator[Services]:
    """The services of an operator who has text read, and no pictures looked at."""
    settings = Config(**{**config.model_dump(), "ocr": "off"})
    async with open_services(settings, clock=clock, passwords=Passwords(CHEAPEST), inspector=InThisProcess()) as opened:
        yield opened


def brochure(*pages: str) -> bytes:
    """A PDF with a line on each page."""
    document = FPDF()
    document.add_font("noto", fname=str(FONT_PATH))
    document.set_font("noto", size=14)
    for page in pages:
        document.add_page()
        document.cell(text=page)
    return bytes(document.output())


async def test_what_a_version_says_holds_its_approval_up(services: Services, client: Client) -> None:
    """Each finding has its page, box, article and quote; the scan names its rule set; dismissed, it may be approved."""
    owner = await add_employee(services, Role.MARKETER)
    marketer = await sign_in(client, owner)
    reviewer = await sign_in(client, await add_employee(services, Role.REVIEWER))
    body = brochure("术后请注意休息，按时复诊", f"本机构国家级团队，顾客身份证号 {ID_NUMBER}")
    upload_id = await add_upload(services, owner.person_id, body)
    made = await marketer.post("/materials", {"upload_id": str(upload_id), "title": "手册", "class": "in_clinic"})
    await run_jobs(services)
    path = f"/materials/{made.ok['id']}"
    version: dict[str, Any] = (await marketer.get(path)).ok["versions"][0]
    found = {each["rule"]: each for each in version["findings"] if each["detector"] in {"rules", "personal-data"}}
    assert {"A1", "personal-data-id-number"} <= found.keys()
    assert "Y1" not in found  # the same number is told once
    for rule, detector, article, quote in (
        ("A1", "rules", "广告法", "国家级"),
        ("personal-data-id-number", "personal-data", "个人信息保护法", "110"),
    ):
        one = found[rule]
        assert (detector, "block", 2, "open") == (one["detector"], one["severity"], one["page"], one["state"])
        assert len(one["box"]) == 4
        assert article in one["basis"]
        assert quote in one["quote"]
        assert ID_NUMBER not in one["quote"]
    async with services.database.transaction() as tx:
        scan = await scans.newest_scan(tx, UUID(version["id"]))
    assert scan is not None
    assert ("finished", RuleSet.default().version) == (scan.state, scan.rule_set_version)
    shown = {"Authorization": f"Bearer {marketer.token}", "Accept": "text/html", "Accept-Language": "en"}
    blocks = [each for each in version["findings"] if (each["severity"], each["state"]) == ("block", "open")]
    async with client.get(path, headers=shown) as page:
        assert f"found {len(blocks)} things that block" in (await page.text()).replace("\u2068", "").replace(
            "\u2069", ""
        )
    submitted = (await marketer.post(f"{path}/submit")).ok["versions"][0]
    refused = await decide(reviewer, submitted)
    assert (409, "blocks-dismissed") == (refused.status, refused.body["need"])
    await approve(submitted, reviewer, services, client)  # which dismisses what was found
    assert "approved" == (await marketer.get(path)).ok["state"]
