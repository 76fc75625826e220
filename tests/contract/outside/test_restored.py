"""An old copy of the database, really copied and really put back: whoever was told in between knows."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from compliance.errors import LedgerConflict
from fileserver.config import Config, OnConflict
from fileserver.operations.readiness import check_readiness
from fileserver.outside import telling
from fileserver.services import Services
from storage.engines import Endpoints
from storage.provision.bucket import client_for
from tests.contract.outside.stage import grow, process, row_of, teller_of, told, watching
from tests.log import events
from tests.services import Clock, config_for, copied_database

KINDS = ["witness", "folder", "bucket"]


@pytest.fixture
def url(engines: Endpoints, template_url: str) -> Iterator[str]:
    """The database of the log that goes on."""
    with copied_database(engines.database_url, template_url) as made:
        yield made


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of place that can be asked."""
    return str(request.param)


@asynccontextmanager
async def place(kind: str, services: Services, engines: Endpoints, folder: Path) -> AsyncIterator[dict[str, Any]]:
    """Settings with one place of this kind, outside of the database."""
    if kind == "witness":
        async with watching(services, folder / "witness") as (_, setting):
            yield {"ledger_witnesses": (setting,)}
    elif kind == "folder":
        yield {"ledger_folders": (str(folder),)}
    else:
        bucket = replace(engines.s3, bucket=f"locked-{secrets.token_hex(6)}")
        client_for(bucket).make_bucket(bucket.bucket, object_lock=True)
        yield {
            "ledger_bucket": bucket.bucket,
            "ledger_bucket_endpoint_url": bucket.endpoint_url,
            "ledger_bucket_access_key": SecretStr(bucket.access_key),
            "ledger_bucket_secret_key": SecretStr(bucket.secret_key),
            "ledger_bucket_retention_days": 1,
        }


@asynccontextmanager
async def restored(
    kind: str, engines: Endpoints, url: str, clock: Clock, folder: Path
) -> AsyncIterator[tuple[Config, Config]]:
    """The configuration of a log of seven entries and then of twelve, told at both, and of its copy at seven."""
    config = config_for(engines, url, master_key="A" * 43 + "=")
    async with process(config, clock) as services:
        await grow(services, 7)
        keeping = place(kind, services, engines, folder)
        settings = await keeping.__aenter__()
    try:
        config = told(config, **settings)
        await go_on(config, clock, 0)
        with copied_database(engines.database_url, url) as old:
            await go_on(config, clock, 5)
            yield config, config.model_copy(update={"database_url": SecretStr(old)})
    finally:
        await keeping.__aexit__(None, None, None)


async def go_on(config: Config, clock: Clock, count: int) -> None:
    """A process that appends so much, tells the places, and ends."""
    async with process(config, clock) as services, teller_of(services) as teller:
        await grow(services, count)
        await teller.tell_all()
        assert all(not row.failure and not row.conflict for row in services.outside.rows)


async def test_a_process_on_an_old_copy_does_not_start(
    kind: str, engines: Endpoints, url: str, clock: Clock, tmp_path: Path
) -> None:
    """It asks before it serves, and learns that twelve entries are known where it has seven; the true one starts."""
    async with restored(kind, engines, url, clock, tmp_path) as (config, old):
        async with process(old, clock) as services:
            with pytest.raises(LedgerConflict) as caught:
                async with telling(services):
                    raise AssertionError("it serves")
            assert ("shrunk", 12) == (caught.value.params["conflict"], caught.value.params["size"])
            with pytest.raises(LedgerConflict):
                services.require_log()
            (event,) = await events(services, "system:ledger:conflict")
            assert {"conflict": "shrunk", "size": 12, "ours": 7} == event["det"]
        async with process(config, clock) as services, telling(services):
            services.require_log()


async def test_an_old_copy_that_went_on_is_a_fork(
    kind: str, engines: Endpoints, url: str, clock: Clock, tmp_path: Path
) -> None:
    """Where it only alarms it goes on, and may grow past what is known: what is known is still not how it began."""
    async with restored(kind, engines, url, clock, tmp_path) as (_, old):
        alarming = old.model_copy(update={"ledger_conflict": OnConflict.ALARM})
        async with process(alarming, clock) as services, teller_of(services) as teller:
            await teller.tell_all()
            services.require_log()
            assert "shrunk" == services.outside.rows[0].conflict
            await grow(services, 20)
            await teller.tell_all()

            assert ("forked", 12) == (services.outside.rows[0].conflict, services.outside.rows[0].conflict_size)
            (outside,) = [each for each in (await check_readiness(services)).checks if each.name == "outside"]
            assert (True, "degraded: somebody outside knows another ledger") == (outside.ok, outside.reason)
            assert 7 == (await row_of(services, services.outside.rows[0].name)).size


@pytest.mark.parametrize("kind", ["folder"])
async def test_a_running_server_whose_database_is_put_back_stops_serving(
    kind: str, engines: Endpoints, url: str, clock: Clock, tmp_path: Path
) -> None:
    """The next turn finds it out, and nothing of a material leaves until the true database is back."""
    async with restored(kind, engines, url, clock, tmp_path) as (_, old), process(old, clock) as services:
        services.require_log()
        clock.advance(seconds=30)
        async with teller_of(services) as teller:
            assert 1 == await teller.tell_due()
        with pytest.raises(LedgerConflict):
            services.require_log()
        assert (await services.sequencer.turn()).busy  # no second head of a size that others have
        (outside,) = [each for each in (await check_readiness(services)).checks if each.name == "outside"]
        assert (False, "somebody outside knows another ledger") == (outside.ok, outside.reason)
