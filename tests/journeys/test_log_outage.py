"""While the log can't be written or doesn't keep up, nothing is served: not a page, not a file, and readiness says why.

PostgreSQL itself says that its disk is full (SQLSTATE 53100), by triggers that raise it; `make disk-full` fills a real
one.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from tests.stage import Piece, Stage

FULL = (
    "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$"
)
ACTS = ("viewer:copy:view", "viewer:copy:download", "employee:material:preview", "employee:material:original")


@asynccontextmanager
async def full_disk(stage: Stage, table: str) -> AsyncIterator[None]:
    """Nothing can be added to the table as long as the block lasts."""
    async with stage.services.database.transaction() as tx:
        await tx.execute(text(FULL))
        await tx.execute(text(f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} EXECUTE FUNCTION full_disk()"))
    yield
    async with stage.services.database.transaction() as tx:
        await tx.execute(text(f"DROP TRIGGER full_disk ON {table}"))
        await tx.execute(text("DROP FUNCTION full_disk()"))


async def everything(stage: Stage, visit: dict[str, str]) -> list[Piece]:
    """A page and the whole file for a viewer, a preview and the original for the owner."""
    page = visit["pages"][0]["url"]  # type: ignore[index]  # JSON
    version = f"/api/v1/versions/{stage.cast.version_id}"
    return [
        await stage.get("li", page),
        await stage.get("li", visit["download_url"]),
        await stage.get("owner", f"{version}/pages/1"),
        await stage.get("owner", f"{version}/original"),
    ]


async def ready(stage: Stage) -> dict[str, str]:
    """What readiness says is wrong."""
    async with stage.client.get("/readyz") as response:
        document = json.loads(await response.read())
    return {check["name"]: check["reason"] for check in document["checks"] if not check["ok"]}


@pytest.fixture
async def visit(stage: Stage) -> dict[str, str]:
    """A viewer's visit to a share that may be downloaded."""
    _, opened = await stage.visit("li", download=True)
    return opened


async def test_nothing_is_served_that_is_not_told(stage: Stage, visit: dict[str, str]) -> None:
    """With a full disk under the log every byte stays, and no event pretends otherwise; then all is as before."""
    assert [200] * 4 == [each.status for each in await everything(stage, visit)]
    before = await stage.told(*ACTS)
    async with full_disk(stage, "event"):
        refused = await everything(stage, visit)
        assert [(503, "application/problem+json")] * 4 == [
            (each.status, each.headers["Content-Type"]) for each in refused
        ]
        assert b"store-unavailable" in refused[0].body
    assert before == await stage.told(*ACTS)
    assert [200] * 4 == [each.status for each in await everything(stage, visit)]


async def test_a_tree_that_cannot_grow_stops_what_leaves(stage: Stage, visit: dict[str, str]) -> None:
    """Events commit and can't be sequenced: told at once, and after the limit nothing leaves until it goes on."""
    services = stage.services
    await services.sequencer.catch_up()
    await everything(stage, visit)
    async with full_disk(stage, "ledger_leaf"):
        assert not await services.sequencer._turns()
        assert {"ledger": "out of connections, memory or disk"} == await ready(stage)
        assert [200] * 4 == [each.status for each in await everything(stage, visit)]
        async with services.database.transaction() as tx:
            await tx.execute(text("UPDATE ledger_pending SET added_at = added_at - interval '1 minute'"))
        for _ in range(2):
            await services.watch.look(services.database)
        refused = await everything(stage, visit)
        assert [503] * 4 == [each.status for each in refused]
        assert all(b"ledger-stalled" in each.body for each in refused)
    assert await services.sequencer._turns()
    await services.watch.look(services.database)
    assert [200] * 4 == [each.status for each in await everything(stage, visit)]
