"""Readiness on the real engines: every part is asked, and what is missing is named."""

from dataclasses import replace
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from sqlalchemy import text

from compliance import ledger
from compliance.events import Act, Trail
from fileserver.app import create_app
from fileserver.config import Config
from fileserver.operations.readiness import ReadinessProbe, check_migrations, check_readiness
from fileserver.services import Services
from storage.engines import Endpoints
from storage.objects import ObjectStore
from storage.rows import siem
from storage.rows.siem import TargetRow
from storage.settings import S3Settings
from tests.services import Clock
from watermark import jail

Client = TestClient[web.Request, web.Application]


async def test_ready_when_every_part_serves(client: Client) -> None:
    """PostgreSQL, its migrations and S3 are there, the log keeps up, and nobody outside contradicts it."""
    response = await client.get("/readyz")
    document = await response.json()
    assert (200, True, ["database", "migrations", "objects", "ledger", "siem", "outside", "jail"]) == (
        response.status,
        document["ready"],
        [check["name"] for check in document["checks"] if check["ok"]],
    )


async def test_a_target_behind_is_said_and_keeps_nobody_waiting(services: Services, clock: Clock) -> None:
    """The log is not pushed on: an operator reads how many targets are behind, and the server serves."""
    async with services.database.transaction() as tx:
        await ledger.append(tx, Trail().event(Act.SYSTEM_KEY_ROTATE), now=clock())
        target = TargetRow(
            id=uuid4(), name="soc", kind="syslog", form="cef", address="tls://h:1", created_at=clock(), paused_at=None
        )
        await siem.add_target(tx, target, 0)
    await services.sequencer.catch_up()
    checks = {check.name: check for check in (await check_readiness(services)).checks}
    assert (True, "") == (checks["siem"].ok, checks["siem"].reason)
    clock.advance(minutes=6)
    checks = {check.name: check for check in (await check_readiness(services)).checks}
    assert (True, "1 of 1 targets behind") == (checks["siem"].ok, checks["siem"].reason)


async def test_a_kernel_that_jails_nobody_is_told(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator who has allowed it reads it again, and the server serves."""
    monkeypatch.setattr("watermark.jail.lack", lambda: jail.Lack.LANDLOCK)
    readiness = await check_readiness(services)
    checks = {check.name: check for check in readiness.checks}
    assert (True, "the jail lacks landlock") == (readiness.ready, checks["jail"].reason)


async def test_database_without_tables_is_not_ready(services: Services, engines: Endpoints) -> None:
    """A node that is newer than its database waits for the migration, and says so."""
    bare = services.config.model_copy(update={"database_url": SecretStr(engines.database_url)})
    readiness = await check_readiness(replace(services, config=bare))
    assert {"migrations": "database is at revision none"} == {
        check.name: check.reason.partition(",")[0] for check in readiness.checks if not check.ok
    }


async def test_current_database_passes(database_url: str) -> None:
    """A migrated database is at the revision that this code needs."""
    await check_migrations(database_url)


async def test_a_database_of_a_later_release_is_worked_on(services: Services) -> None:
    """During an upgrade nodes of the release before go on serving: what its migration added is nothing to them."""
    async with services.database.transaction() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert (await check_readiness(services)).ready
    async with services.database.transaction() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    (failed,) = (each for each in (await check_readiness(services)).checks if not each.ok)
    assert ("migrations", "database is at revision 0001") == (failed.name, failed.reason.partition(",")[0])


async def test_missing_bucket_is_not_ready(services: Services, config: Config) -> None:
    """503 with the part's name, and neither bucket nor host in the answer."""
    settings = S3Settings(
        endpoint_url=config.s3_endpoint_url,
        access_key=config.s3_access_key.get_secret_value(),
        secret_key=config.s3_secret_key.get_secret_value(),
        bucket="no-such-bucket",
    )
    async with ObjectStore(settings) as objects:
        app = create_app(config, replace(services, objects=objects))
        async with TestClient(TestServer(app)) as client:
            response = await client.get("/readyz")
            text = await response.text()
    assert (503, True, False) == (response.status, '"name":"objects","ok":false' in text, "no-such-bucket" in text)


async def test_a_flood_of_questions_costs_one_check_a_second(services: Services) -> None:
    """The address is public: knocking faster gets the same answer again."""
    now = 0.0
    probe = ReadinessProbe(lambda: now)
    first, again = await probe(services), await probe(services)
    now = 1.0
    later = await probe(services)
    assert (True, False) == (first is again, first is later)
