"""Two people are erased, and the data folder of a whole installation is read byte by byte: nothing of them is left.

PostgreSQL keeps removed rows until it vacuums, and what it logged until it recycles the segments: the test does what
docs/how-to/erase-a-person.md tells an operator to do. It first finds every word, so it would notice one that stays.
"""

import asyncio
import base64
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from compliance.access import Role
from fileserver.services import Services
from storage.engines import EmbeddedEngines, Endpoints, postgres
from storage.migrations import migrate
from storage.schema import account
from tests.api import Api, Client, sign_in
from tests.contract.ledger.replay import replayed
from tests.materials import add_upload, png, run_jobs
from tests.people import Employee, add_employee
from tests.reviewing import decide
from tests.services import Clock, config_for
from tests.stage import running
from tests.viewers import as_viewer

TUS = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
PHONE = "13912345678"


@dataclass(frozen=True)
class Words:
    """What is looked for: names and what only these two people, or others about them, wrote."""

    name: str = "欧阳映雪"
    login: str = "ouyang.yingxue"
    department: str = "临江第七组"
    label: str = "每日报表脚本"
    filename: str = "欧阳映雪-体检报告.png"
    viewer: str = "司徒若兰"
    phone: str = PHONE
    note: str = "顺颂春祺，转交前台"
    blocked: str = "已从机构离职"
    agent: str = "Erasure-Agent/77"

    def forms(self) -> dict[str, bytes]:
        """Each as bytes, file names in base64 too, as uploads send them."""
        plain = {name: word.encode() for name, word in vars(self).items()}
        return plain | {"filename_base64": base64.b64encode(self.filename.encode())}


WORDS = Words()


def found_in(folder: Path) -> dict[str, set[str]]:
    """Which words stand in which files."""
    forms = WORDS.forms()
    hits: dict[str, set[str]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        for name, form in forms.items():
            if form in content:
                hits.setdefault(name, set()).add(str(path.relative_to(folder)))
    return hits


async def live(services: Services, client: Client) -> tuple[Employee, Employee, tuple[UUID, UUID]]:
    """What the two people do, until every word stands somewhere; an admin, a manager, and whom to erase."""
    admin, manager, reviewer = [
        await add_employee(services, role) for role in (Role.ADMIN, Role.MANAGER, Role.REVIEWER)
    ]
    subject = await add_employee(services, Role.MARKETER, login=WORDS.login, name=WORDS.name)
    office = await sign_in(client, admin)
    (await office.post(f"/people/accounts/{subject.person_id}/department", {"department": WORDS.department})).ok  # noqa: B018  # must succeed
    owner = await sign_in(client, subject)
    (await owner.post("/tokens", {"label": WORDS.label, "scopes": ["shares:read"]})).ok  # noqa: B018  # must succeed
    named = base64.b64encode(WORDS.filename.encode()).decode()
    headers = {**TUS, "Upload-Metadata": f"filename {named}", "Authorization": f"Bearer {owner.token}"}
    async with client.post("/uploads/", headers=headers) as begun:
        assert 201 == begun.status
    material_id = await approved(services, owner, await sign_in(client, reviewer), subject.person_id)
    viewer, signed_in = await as_viewer(client, name=WORDS.viewer, phone=PHONE)
    viewer_id = UUID(signed_in["person"]["id"])
    policy = {"audience": "person", "person_id": str(viewer_id), "note": WORDS.note}
    share = (await owner.post("/shares", {"material_id": material_id, **policy})).ok
    visiting = {"Authorization": f"Bearer {viewer.token}", "User-Agent": WORDS.agent}
    async with client.post("/api/v1/visits", json={"token": share["token"]}, headers=visiting) as visited:
        assert 201 == visited.status
    blocking = (await sign_in(client, manager)).post(f"/people/viewers/{viewer_id}/block", {"reason": WORDS.blocked})
    (await blocking).ok  # noqa: B018  # must succeed
    await services.sequencer.catch_up()
    return admin, manager, (subject.person_id, viewer_id)


async def approved(services: Services, owner: Api, reviewer: Api, owner_id: UUID) -> str:
    """A material whose title and file are named after its maker, ready to be shared."""
    upload_id = await add_upload(services, owner_id, png(), WORDS.filename)
    said = {"upload_id": str(upload_id), "title": f"{WORDS.name}的海报", "class": "in_clinic"}
    path = f"/materials/{(await owner.post('/materials', said)).ok['id']}"
    await run_jobs(services)
    version = (await owner.post(f"{path}/submit")).ok["versions"][0]
    (await decide(reviewer, version, reason=f"{WORDS.name}已改好")).ok  # noqa: B018  # must succeed
    return path.rpartition("/")[2]


async def forget(client: Client, by: Employee, person_id: UUID) -> None:
    """Erases one person."""
    api = await sign_in(client, by)
    body = {"password": by.password, "reason": "来函"}
    (await api.post(f"/people/{person_id}/erase", body)).ok  # noqa: B018  # must succeed


def tidy(url: str) -> None:
    """What the how-to tells an operator to do: removed rows go, and the log of writes moves on by some segments."""
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE filler (piece bytea)")
        connection.execute("ALTER TABLE filler ALTER piece SET STORAGE EXTERNAL")
        connection.execute("INSERT INTO filler SELECT decode(repeat('00', 1 << 20), 'hex') FROM generate_series(1, 34)")
        connection.execute("DROP TABLE filler")
        connection.execute("VACUUM (FULL, ANALYZE)")


def test_nothing_of_erased_people_is_left_in_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows, indexes, statistics, log of writes, objects, logs: each word was there, and none of theirs is later."""
    monkeypatch.setitem(postgres.TEST_SETTINGS, "wal_recycle", "off")
    master_key = base64.b64encode(secrets.token_bytes(32)).decode()
    with tempfile.TemporaryDirectory(prefix="sealshare-") as folder:
        data = Path(folder) / "data"

        async def begin(endpoints: Endpoints) -> tuple[Employee, Employee, tuple[UUID, UUID]]:
            config = config_for(endpoints, endpoints.database_url, master_key=master_key)
            async with running(config, Clock()) as (services, client):
                return await live(services, client)

        async def end(endpoints: Endpoints, admin: Employee, manager: Employee, people: tuple[UUID, UUID]) -> None:
            config = config_for(endpoints, endpoints.database_url, master_key=master_key)
            async with running(config, Clock()) as (services, client):
                for by, person_id in zip((admin, manager), people, strict=True):
                    await forget(client, by, person_id)
                await services.sequencer.catch_up()
                assert await replayed(services)
                async with services.database.transaction() as tx:
                    query = select(account.c.department, account.c.department_id).where(
                        account.c.person_id == people[0]
                    )
                    assert ("", None) == tuple((await tx.execute(query)).one())

        with EmbeddedEngines(data, profile="test") as endpoints:
            migrate(endpoints.database_url)
            admin, manager, people = asyncio.run(begin(endpoints))
        sealed = {"viewer", "phone", "agent"}  # encrypted or hashed from the beginning
        assert set(WORDS.forms()) - sealed == set(found_in(data))
        with EmbeddedEngines(data, profile="test") as endpoints:
            asyncio.run(end(endpoints, admin, manager, people))
            tidy(endpoints.database_url)
        # A department is the organisation's, not theirs: its name stays, and no row of theirs leads to it.
        assert {"department"} == set(found_in(data))
