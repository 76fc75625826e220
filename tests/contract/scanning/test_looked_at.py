"""A poster looked at by the real recogniser: what only the picture says is found, at its place."""

import io
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from argon2.profiles import CHEAPEST
from noto_cjk_sans_otc import FONT_PATH
from PIL import Image, ImageDraw, ImageFont

from compliance.access import Role
from compliance.passwords import Passwords
from compliance.preparation import Preparer
from compliance.reading.ocr import Ocr
from fileserver.config import Config
from fileserver.materials.scanning import scanner_of
from fileserver.services import Services, open_services
from tests.api import Client, sign_in
from tests.inspecting import InThisProcess
from tests.materials import add_upload
from tests.people import add_employee
from tests.services import Clock


@pytest.fixture
async def services(config: Config, clock: Clock) -> AsyncIterator[Services]:
    """The services as an operator starts them: pictures are looked at."""
    looking = config.model_copy(update={"ocr": Ocr.NEEDED})
    async with open_services(looking, clock=clock, passwords=Passwords(CHEAPEST), inspector=InThisProcess()) as opened:
        yield opened


def poster(words: str) -> bytes:
    """A small picture that says this, in its upper half."""
    picture = Image.new("RGB", (480, 320), "white")
    font = ImageFont.truetype(str(FONT_PATH), 44)
    ImageDraw.Draw(picture).text((60, 50), words, font=font, fill="black")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


async def scanned(services: Services, version_id: UUID) -> None:
    """What the job does, for as long as it takes: a worker that is to end gives it some seconds only."""
    preparer = Preparer(services.database, services.objects, services.renderer, services.clock)
    await scanner_of(services).scan(
        version_id, lambda: preparer.prepare(version_id), lambda: preparer.keep_shut(version_id)
    )


async def test_words_of_a_poster_are_found(services: Services, client: Client) -> None:
    """A national rank that is nothing but pixels: the rule, the page, and a box around the words."""
    owner = await add_employee(services, Role.MARKETER)
    marketer = await sign_in(client, owner)
    upload_id = await add_upload(services, owner.person_id, poster("国家级专家团队"), "poster.png")
    made = await marketer.post("/materials", {"upload_id": str(upload_id), "title": "海报", "class": "public_ad"})
    await scanned(services, UUID(made.ok["versions"][0]["id"]))
    version = (await marketer.get(f"/materials/{made.ok['id']}")).ok["versions"][0]
    (found,) = [each for each in version["findings"] if each["rule"] == "A1"]
    assert ("block", 1) == (found["severity"], found["page"])
    assert "国家级" in found["quote"]
    left, top, right, bottom = found["box"]
    assert 80 < left < right < 800
    assert 100 < top < bottom < 400
    assert version["scan"]["detectors"]["text"].endswith("/always")
