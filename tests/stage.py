"""The stage of the journeys: a brand at work, with an approved brochure, people who are signed in, and two viewers.

It is set up once per test process, over HTTP, into a database that each test copies: a test begins where the
interesting part begins, and what it breaks is broken for nobody else. The objects in the bucket are shared and never
change.
"""

import asyncio
import base64
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from aiohttp.test_utils import TestClient
from argon2.profiles import CHEAPEST

from compliance.access import Role
from compliance.passwords import Passwords
from fileserver.app import create_app
from fileserver.config import Config
from fileserver.services import Services, open_services
from storage.engines import Endpoints
from tests.api import Answer, Api, Client, sign_in
from tests.brochure import brochure
from tests.inspecting import InThisProcess
from tests.log import events
from tests.materials import add_upload, pdf, run_jobs
from tests.people import Employee, add_employee
from tests.reviewing import approve
from tests.services import Clock, RealServer, config_for, copied_database
from tests.viewers import as_viewer

TITLE = "夏季护肤手册"
EMPLOYEES = {
    "owner": (Role.MARKETER, "林晓"),
    "rival": (Role.MARKETER, "赵敏"),
    "manager": (Role.MANAGER, "周宁"),
    "reviewer": (Role.REVIEWER, "陈静"),
    "auditor": (Role.AUDITOR, "吴桐"),
    "admin": (Role.ADMIN, "郑凯"),
}
VIEWERS = {
    "li": {"name": "李娜", "phone": "13800138001", "clinic_name": "瑞丽诊所", "job": "consultant"},
    "wang": {"name": "王强", "phone": "13800138002", "clinic_name": "悦美诊所", "job": "doctor"},
}


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Whom and what the stage's database holds; the same for every test."""

    database_url: str
    master_key: str
    tokens: Mapping[str, str]
    passwords: Mapping[str, str]  # of the employees
    people: Mapping[str, UUID]
    clinics: Mapping[str, UUID]
    material_id: UUID  # the owner's brochure: version 1 approved
    version_id: UUID
    sha256: str
    draft_id: UUID  # the owner's, never submitted
    draft_version_id: UUID
    pending_id: UUID  # the owner's, under review
    pending_version_id: UUID
    review_id: UUID  # of the pending one


@dataclass(frozen=True)
class Piece:
    """An answer that is not JSON."""

    status: int
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The running application with everybody signed in: `stage.api("owner")`."""

    cast: Cast
    services: Services
    client: Client
    clock: Clock

    def api(self, who: str) -> Api:
        """One of the cast at the API."""
        return Api(self.client, self.cast.tokens[who], self.cast.passwords.get(who, ""))

    async def approve(self, version: dict[str, Any]) -> None:
        """The whole approval of a submitted version, as its owner sees it."""
        await approve(version, self.api("reviewer"), self.services, self.client)

    async def share(self, by: str = "owner", **policy: Any) -> dict[str, Any]:
        """A share of the brochure."""
        wanted = {"material_id": str(self.cast.material_id), **policy}
        made: dict[str, Any] = (await self.api(by).post("/shares", wanted)).ok
        return made

    async def open(self, who: str, token: str) -> Answer:
        """What a viewer gets who opens a link."""
        return await self.api(who).post("/visits", {"token": token})

    async def visit(self, who: str = "li", **policy: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """A fresh share and a viewer's visit to it."""
        share = await self.share(**policy)
        opened: dict[str, Any] = (await self.open(who, share["token"])).ok
        return share, opened

    async def drafted(self, body: bytes, filename: str = "brochure.pdf", **wanted: str) -> str:
        """Another material of the owner's, of these bytes, prepared and looked at; its id."""
        upload_id = await add_upload(self.services, self.cast.people["owner"], body, filename)
        said = {"upload_id": str(upload_id), "title": filename, "class": "in_clinic", **wanted}
        material_id = (await self.api("owner").post("/materials", said)).ok["id"]
        await run_jobs(self.services)
        return str(material_id)

    async def approved(self, body: bytes, filename: str = "brochure.pdf", **wanted: str) -> str:
        """One that went the whole way; its id."""
        material_id = await self.drafted(body, filename, **wanted)
        version = (await self.api("owner").post(f"/materials/{material_id}/submit")).ok["versions"][0]
        await self.approve(version)
        return material_id

    async def get(self, who: str, path: str, **headers: str) -> Piece:
        """Bytes by a path from the server's root, such as a content address."""
        return await self.request("GET", who, path, headers=headers)

    async def request(self, method: str, who: str | None, path: str, **arguments: Any) -> Piece:
        """Any request by anybody."""
        named = {"Authorization": f"Bearer {self.cast.tokens[who]}"} if who else {}
        sent = {"Accept-Language": "en", **named, **arguments.pop("headers", {})}
        async with self.client.request(method, path, headers=sent, allow_redirects=False, **arguments) as response:
            return Piece(response.status, await response.read(), response.headers.copy())

    async def told(self, *acts: str) -> list[dict[str, Any]]:
        """The log, oldest first."""
        return await events(self.services, *acts)


@pytest.fixture(scope="session")
def cast(engines: Endpoints, template_url: str) -> Iterator[Cast]:
    """The stage's database, once."""
    with copied_database(engines.database_url, template_url) as url:
        config = config_for(engines, url, master_key=base64.b64encode(secrets.token_bytes(32)).decode())
        yield asyncio.run(_set_up(config))


@pytest.fixture
async def stage(engines: Endpoints, cast: Cast, clock: Clock) -> AsyncIterator[Stage]:
    """A running application on a copy of the stage."""
    with copied_database(engines.database_url, cast.database_url) as url:
        config = config_for(engines, url, master_key=cast.master_key)
        async with running(config, clock) as (services, client):
            yield Stage(cast=cast, services=services, client=client, clock=clock)


@contextlib.asynccontextmanager
async def running(config: Config, clock: Clock) -> AsyncIterator[tuple[Services, Client]]:
    """An application on this configuration, and a client of it."""
    async with (
        open_services(
            config, clock=clock, passwords=Passwords(CHEAPEST), inspector=InThisProcess(), reading=False
        ) as services,
        serving(services) as client,
    ):
        yield services, client


@contextlib.asynccontextmanager
async def serving(services: Services) -> AsyncIterator[Client]:
    """These services as a running application, and a client of it."""
    async with TestClient(RealServer(create_app(services.config, services))) as client:
        yield client


async def _set_up(config: Config) -> Cast:
    async with running(config, Clock()) as (services, client):
        employees = {who: await add_employee(services, role, name=name) for who, (role, name) in EMPLOYEES.items()}
        apis = {who: await sign_in(client, employee) for who, employee in employees.items()}
        viewers = {who: await as_viewer(client, **said) for who, said in VIEWERS.items()}
        material = await _material(services, apis["owner"], employees["owner"], TITLE, brochure())
        draft = await _material(services, apis["owner"], employees["owner"], "草稿", pdf())
        pending = await _material(services, apis["owner"], employees["owner"], "待审", pdf(trailer=b"%"))
        await run_jobs(services)
        approved = await _submitted(apis["owner"], material)
        await approve(approved, apis["reviewer"], services, client)
        waiting = await _submitted(apis["owner"], pending)
    return Cast(
        database_url=config.database_url.get_secret_value(),
        master_key=config.master_key.get_secret_value(),
        passwords={who: employee.password for who, employee in employees.items()},
        tokens={who: api.token for who, api in apis.items()} | {who: api.token for who, (api, _) in viewers.items()},
        people={who: employee.person_id for who, employee in employees.items()}
        | {who: UUID(signed_in["person"]["id"]) for who, (_, signed_in) in viewers.items()},
        clinics={who: UUID(signed_in["clinic"]["id"]) for who, (_, signed_in) in viewers.items()},
        material_id=UUID(material["id"]),
        version_id=UUID(approved["id"]),
        sha256=approved["sha256"],
        draft_id=UUID(draft["id"]),
        draft_version_id=UUID(draft["versions"][0]["id"]),
        pending_id=UUID(pending["id"]),
        pending_version_id=UUID(waiting["id"]),
        review_id=UUID(waiting["reviews"][0]["id"]),
    )


async def _material(services: Services, owner: Api, who: Employee, title: str, body: bytes) -> dict[str, Any]:
    upload_id = await add_upload(services, who.person_id, body)
    made: dict[str, Any] = (
        await owner.post("/materials", {"upload_id": str(upload_id), "title": title, "class": "in_clinic"})
    ).ok
    return made


async def _submitted(owner: Api, material: dict[str, Any]) -> dict[str, Any]:
    version: dict[str, Any] = (await owner.post(f"/materials/{material['id']}/submit")).ok["versions"][0]
    return version
