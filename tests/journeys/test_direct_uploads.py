"""A file that never passes the server on its way in becomes a material like any other."""

import hashlib
from dataclasses import replace

import pytest

from compliance.access import Role
from fileserver.config import Config
from fileserver.materials import service as materials
from fileserver.services import Services
from storage.engines import Endpoints
from tests.api import Client, sign_in
from tests.direct import DirectClient
from tests.materials import pdf, run_jobs
from tests.people import add_employee
from tests.stage import serving
from tests.uploads import Tus


@pytest.fixture
def config(config: Config, engines: Endpoints) -> Config:
    """With a public address of the store."""
    return config.model_copy(update={"s3_public_url": engines.s3.endpoint_url})


async def test_from_the_browser_to_the_store_to_a_material(
    client: Client, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed, sent, completed, verified, made a version of, rendered; and then the upload can't be ended any more."""
    api = await sign_in(client, await add_employee(services, Role.MARKETER))
    direct, body = DirectClient(Tus.at(client, services, api.token)), pdf(2)
    upload = await direct.begin(len(body))
    assert 200 == (await direct.complete(upload, await direct.send_all(upload, body, len(body)))).status
    asked = {"upload_id": upload, "title": "直传资料", "class": "in_clinic"}
    monkeypatch.setattr(materials, "UPLOAD_WAIT_S", 0.0)  # nobody verifies it meanwhile
    early = await api.post("/materials", asked)
    assert (409, {"/upload_id"}) == (early.status, early.fields)
    await direct.work()
    material = (await api.post("/materials", asked)).ok
    await run_jobs(services)
    version = (await api.get(f"/materials/{material['id']}")).ok["versions"][0]
    assert (hashlib.sha256(body).hexdigest(), len(body)) == (version["sha256"], version["size_bytes"])
    assert "draft" == version["state"]
    assert (409, material["id"]) == ((await direct.forget(upload)).status, (await direct.read(upload))["material_id"])


async def test_a_server_without_a_public_store_says_so(client: Client, services: Services) -> None:
    """Then the ways are one fewer, and beginning a direct upload is refused with the reason."""
    off = replace(services, config=services.config.model_copy(update={"s3_public_url": None}))
    async with serving(off) as plain:
        api = await sign_in(plain, await add_employee(services, Role.MARKETER))
        direct = DirectClient(Tus.at(plain, off, api.token))
        assert (await direct.tus.json("/api/v1/uploads/ways"))["direct"] is None
        answer = await direct.call("POST", "/uploads/s3/multipart", {"size": 1})
        assert (404, "direct-uploads-off") == (answer.status, answer.slug)
