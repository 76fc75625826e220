"""A server that reads no words in pictures says so of what it did not look at, at every scan."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from argon2.profiles import CHEAPEST

from compliance.access import Role
from compliance.passwords import Passwords
from fileserver.config import Config
from fileserver.materials.jobs import enqueue_scan
from fileserver.services import Services, open_services
from storage.rows import versions
from tests.api import Client, sign_in
from tests.inspecting import InThisProcess
from tests.materials import add_upload, png, run_jobs
from tests.people import add_employee
from tests.services import Clock

FILM = b"\0\0\0\x18ftypmp42" + bytes(12) + b"\0\0\0\x08moov"


@pytest.fixture
async def services(config: Config, clock: Clock) -> AsyncIterator[Services]:
    """The services of an operator who has OCR off."""
    settings = Config(**{**config.model_dump(), "ocr": "off"})
    async with open_services(settings, clock=clock, passwords=Passwords(CHEAPEST), inspector=InThisProcess()) as opened:
        yield opened


@pytest.mark.parametrize(("body", "filename"), [(FILM, "film.mp4"), (png(60, 40), "poster.png")])
async def test_what_was_not_looked_at_is_told_at_every_scan(
    services: Services, client: Client, body: bytes, filename: str
) -> None:
    """A film and a picture: the text that was kept without looking does not pass for a whole one later."""
    owner = await add_employee(services, Role.MARKETER)
    marketer = await sign_in(client, owner)
    upload_id = await add_upload(services, owner.person_id, body, filename)
    made = (await marketer.post("/materials", {"upload_id": str(upload_id), "title": "片", "class": "in_clinic"})).ok

    async def told() -> list[tuple[str, str]]:
        await run_jobs(services)
        found = (await marketer.get(f"/materials/{made['id']}")).ok["versions"][0]["findings"]
        return [(each["rule"], each["state"]) for each in found if each["detector"] == "text"]

    first = await told()
    async with services.database.transaction() as tx:
        version = await versions.version_by_id(tx, UUID(made["versions"][0]["id"]))
        assert version is not None
        await enqueue_scan(services, tx, version)
    assert [("pages-not-looked-at", "dismissed")] == first == await told()
