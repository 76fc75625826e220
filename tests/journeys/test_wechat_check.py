"""A version's text before WeChat's check: what it points at is a finding at its place, and no verdict is no pass."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fpdf import FPDF

from compliance.access import Role
from fileserver.config import Config
from fileserver.demo.platforms import FakePlatforms
from fileserver.services import Services
from tests.api import Client, sign_in
from tests.materials import add_upload, run_jobs
from tests.people import add_employee
from tests.platforms import node
from tests.services import Clock

VISITOR = "o-visitor"


@pytest.fixture
async def fake(clock: Clock) -> AsyncIterator[FakePlatforms]:
    """WeChat's stand-in, to which one word is unlawful."""
    async with FakePlatforms(clock) as serving:
        serving.wechat.content.words["casino"] = ("risky", 20006)
        serving.wechat.content.visited(VISITOR)
        yield serving


@pytest.fixture
async def services(config: Config, clock: Clock, fake: FakePlatforms) -> AsyncIterator[Services]:
    """The services of an operator who has WeChat asked."""
    async with node(config, fake, clock, reading=True, wechat_check_openid=VISITOR, ocr="off") as opened:
        yield opened


async def scanned(services: Services, client: Client, *pages: str) -> list[dict[str, Any]]:
    """What the platform's check finds on these pages."""
    document = FPDF()
    document.set_font("helvetica", size=12)
    for page in pages:
        document.add_page()
        document.cell(text=page)
    owner = await add_employee(services, Role.MARKETER)
    marketer = await sign_in(client, owner)
    upload_id = await add_upload(services, owner.person_id, bytes(document.output()))
    made = await marketer.post("/materials", {"upload_id": str(upload_id), "title": "手册", "class": "in_clinic"})
    await run_jobs(services)
    version = (await marketer.get(f"/materials/{made.ok['id']}")).ok["versions"][0]
    return [each for each in version["findings"] if each["detector"] == "wechat"]


async def test_what_wechat_calls_unlawful_is_a_finding_at_its_place(
    services: Services, client: Client, fake: FakePlatforms
) -> None:
    """Each page is asked about; the word that WeChat points at is quoted, with its page and box."""
    (found,) = await scanned(services, client, "Summer skin care", "Try our casino today")
    assert ("platform-risky", "block", "casino", False) == (
        found["rule"],
        found["severity"],
        found["quote"],
        found["hard"],
    )
    assert 2 == found["page"]
    assert found["box"]
    asked = [each["content"].strip() for each in fake.wechat.content.asked]
    assert ["Summer skin care", "Try our casino today"] == asked
    assert [] == fake.violations


async def test_without_a_verdict_a_reviewer_is_told(services: Services, client: Client, clock: Clock) -> None:
    """WeChat's refusal to judge, as of somebody who was not there lately, is a finding to review, with its cause."""
    clock.advance(hours=3)
    (found,) = await scanned(services, client, "Summer skin care")
    assert ("platform-not-checked", "review") == (found["rule"], found["severity"])
