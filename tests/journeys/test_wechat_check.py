"""A version's text before WeChat's check: what it points at is a finding at its place, and no verdict is no pass."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from argon2.profiles import CHEAPEST
from fpdf import FPDF
from pydantic import SecretStr

from compliance.access import Role
from compliance.passwords import Passwords
from fileserver.config import Config
from fileserver.services import Services, open_services
from tests.api import Client, sign_in
from tests.inspecting import InThisProcess
from tests.materials import add_upload, run_jobs
from tests.people import add_employee
from tests.services import Clock
from tests.wechat import APP_ID, APP_SECRET, FakeWeChat, wechat


@pytest.fixture
async def fake(clock: Clock) -> AsyncIterator[FakeWeChat]:
    """WeChat's stand-in, to which one word is unlawful."""
    async with wechat(clock) as serving:
        serving.words["casino"] = ("risky", 20006)
        yield serving


@pytest.fixture
async def services(config: Config, clock: Clock, fake: FakeWeChat) -> AsyncIterator[Services]:
    """The services of an operator who has WeChat asked."""
    asked = {
        "wechat_app_id": APP_ID,
        "wechat_app_secret": SecretStr(APP_SECRET),
        "wechat_check_openid": "o-visitor",
        "wechat_api_url": fake.url,
        "outgoing_loopback_http": True,
        "ocr": "off",
    }
    settings = Config(**{**config.model_dump(), **asked})
    async with open_services(settings, clock=clock, passwords=Passwords(CHEAPEST), inspector=InThisProcess()) as opened:
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
    services: Services, client: Client, fake: FakeWeChat
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
    assert ["Summer skin care", "Try our casino today"] == [each["content"].strip() for each in fake.asked]


async def test_without_a_verdict_a_reviewer_is_told(services: Services, client: Client, fake: FakeWeChat) -> None:
    """WeChat's refusal to judge is a finding to review, with its cause."""
    fake.visitors.clear()
    (found,) = await scanned(services, client, "Summer skin care")
    assert ("platform-not-checked", "review") == (found["rule"], found["severity"])
