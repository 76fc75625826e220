"""What an operator sees: uploads in flight on any node, idle ones, what was cleaned away, and the figures of it."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import func, select, update

from compliance.access import Role
from compliance.events import Trail
from fileserver.accounts import tokens
from fileserver.app import create_app
from fileserver.http.keys import METRICS
from fileserver.http.scopes import Scope
from fileserver.services import Services
from fileserver.uploads import jobs
from fileserver.uploads.flight import Flight, Flights
from fileserver.uploads.publishing import Publisher
from storage.database import Database
from storage.schema import upload, upload_flight
from tests.api import Api, Client
from tests.contract.tus.conftest import PART_BYTES
from tests.people import Employee, add_employee
from tests.services import Clock, RealServer
from tests.uploads import VERSION, Tus, metadata, until

NAME = "季度业绩.pdf"


@pytest.fixture
async def admin(services: Services) -> AsyncIterator[Api]:
    """An administrator at another node than the one that receives, by a token that outlives days."""
    who, scopes = await add_employee(services, Role.ADMIN), [Scope.OPERATIONS_READ]
    async with services.database.transaction() as tx:
        token = await tokens.create(tx, Trail(), who.person_id, label="tests", scopes=scopes, now=services.clock())
    async with TestClient(RealServer(create_app(services.config, services))) as running:
        yield Api(running, token.text)


@pytest.fixture
def publisher(services: Services, tus: Tus) -> Publisher:
    """What the receiving node tells the others, at moments that the test chooses."""
    return Publisher(services, tus.receptions.flights)


async def watched(admin: Api) -> Any:
    """The operator's list."""
    return (await admin.get("/uploads/flights")).ok


async def test_a_flight_is_seen_from_another_node(
    tus: Tus, admin: Api, publisher: Publisher, marketer: Employee
) -> None:
    """Whose it is, how much came and is held, and by which process; what the file is called is nobody's business."""
    path = await tus.create(2 * PART_BYTES, metadata(filename=NAME))
    async with tus.open_patch(path, 0, 2 * PART_BYTES) as patch:
        await patch.send(os.urandom(PART_BYTES + 1000))
        await tus.until_recorded(path, PART_BYTES)
        await until(lambda: 1000 == tus.receptions.flights.retained_bytes)
        await publisher.publish()
        seen = await watched(admin)
        answer = await admin.client.get("/api/v1/uploads/flights", headers={"Authorization": f"Bearer {admin.token}"})
        assert metadata(filename=NAME)["Upload-Metadata"].partition(" ")[2] not in await answer.text()
        assert NAME not in await answer.text()
        await patch.cut()
    (one,) = seen["items"]
    assert (path.rpartition("/")[2], marketer.login, marketer.pseudonym) == (
        one["id"],
        one["owner"]["login"],
        one["owner"]["pseudonym"],
    )
    assert ("streamed", "receiving", PART_BYTES, 2 * PART_BYTES, False) == (
        one["way"],
        one["state"],
        one["offset_bytes"],
        one["length_bytes"],
        one["idle"],
    )
    receiving = one["receiving"]
    assert (PART_BYTES + 1000, 1000) == (receiving["received_bytes"], receiving["retained_bytes"])
    assert str(tus.receptions.flights.process) == receiving["process"]
    assert (1, 1, 0, 1000) == tuple(
        seen["totals"][name] for name in ("unfinished", "in_flight", "idle", "retained_bytes")
    )
    await publisher.publish()
    landed = await watched(admin)
    assert (None, 0) == (landed["items"][0]["receiving"], landed["totals"]["in_flight"])


async def test_what_a_dead_process_said(tus: Tus, admin: Api, publisher: Publisher, clock: Clock) -> None:
    """Is not believed for long, and is forgotten by the job."""
    path = await tus.create(PART_BYTES)
    async with tus.open_patch(path, 0, PART_BYTES) as patch:
        await patch.send(b"x" * 1000)
        await until(lambda: 1 == len(tus.receptions.flights))
        await publisher.publish()
        await patch.cut()
    assert 1 == (await watched(admin))["totals"]["in_flight"]
    clock.advance(seconds=11)
    assert 0 == (await watched(admin))["totals"]["in_flight"]
    clock.advance(hours=2)
    await jobs.forget_flights(tus.services)
    async with tus.services.database.transaction() as tx:
        assert 0 == await tx.scalar(select(func.count()).select_from(upload_flight))


async def test_an_idle_process_says_nothing(services: Services) -> None:
    """Without flights no statement is sent: the database need not even be there."""
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none")
    await Publisher(replace(services, database=nowhere), Flights()).publish()


async def test_an_upload_that_stands_still(tus: Tus, admin: Api, clock: Clock) -> None:
    """Is called idle after an hour, and says when it will be dropped."""
    path = await tus.create(10)
    assert [False] == [each["idle"] for each in (await watched(admin))["items"]]
    clock.advance(hours=1)
    seen = await watched(admin)
    assert ([True], 1) == ([each["idle"] for each in seen["items"]], seen["totals"]["idle"])
    assert (await tus.row(path)).expires_at == datetime.fromisoformat(seen["items"][0]["expires_at"])


async def test_whatever_fails_the_next_tick_comes(services: Services) -> None:
    """Also what no store failed with: nobody waits for the task, so nobody would see it end."""
    said = asyncio.Event()

    def clock() -> datetime:
        if not said.is_set():
            said.set()
            raise ValueError("not a time")
        return services.clock()

    flights = Flights()
    publisher = Publisher(replace(services, clock=clock), flights, every_s=0)
    with flights.flying(uuid4(), Flight()):
        ticking = asyncio.create_task(publisher.publish_forever())
        await until(lambda: publisher.said_any or ticking.done())
    assert not ticking.done()
    ticking.cancel()


async def test_a_direct_upload_is_not_idle_so_soon(tus: Tus, admin: Api, clock: Clock) -> None:
    """Its parts pass nobody here, so that a day without news says what an hour says of others."""
    path = await tus.create(10)
    async with tus.services.database.transaction() as tx:
        await tx.execute(update(upload).where(upload.c.id == UUID(path.rpartition("/")[2])).values(way="direct"))
    idle = []
    for hours in (2, 23):
        clock.advance(hours=hours)
        idle += [each["idle"] for each in (await watched(admin))["items"]]
    assert [False, True] == idle


async def test_the_list_goes_on(tus: Tus, admin: Api, clock: Clock) -> None:
    """Newest first, page after page; what is finished is not in it."""
    made = []
    for _ in range(3):
        clock.advance(seconds=1)
        made.append((await tus.create(10)).rpartition("/")[2])
    await tus.create(0)
    first = (await admin.get("/uploads/flights", limit=2)).ok
    second = (await admin.get("/uploads/flights", limit=2, cursor=first["next"])).ok
    assert (made[::-1], None) == ([each["id"] for each in first["items"] + second["items"]], second["next"])


async def test_what_an_expired_upload_leaves_is_removed_and_told(tus: Tus, admin: Api, clock: Clock) -> None:
    """Parts are aborted and tails deleted in the store; the log, the operator and the figures say how many."""
    path = await tus.create(2 * PART_BYTES)
    await tus.patch(path, 0, os.urandom(PART_BYTES + 5))
    row, objects = await tus.row(path), tus.services.objects
    assert 1 == len(await objects.list_multiparts(row.object_key))
    clock.advance(seconds=tus.services.config.upload_expiry_s)
    assert 1 == await jobs.expire(tus.services)
    await tus.work()
    assert () == await objects.list_multiparts(row.object_key)
    assert [0, 0] == [await objects.delete_prefix(prefix) for prefix in (f"tails/{row.id}/", f"uploads/{row.id}")]
    told = [event for event in await tus.events(path) if event["act"] == "system:upload:sweep"]
    assert [{"cause": "expired", "objects": 1, "multiparts": 1}] == [event["det"] for event in told]
    sweeps = (await watched(admin))["sweeps"]
    assert (1, 1, 1) == (sweeps["uploads"], sweeps["objects"], sweeps["multiparts"])
    assert [("expired", str(row.id))] == [(each["cause"], each["upload_id"]) for each in sweeps["latest"]]
    counts = tus.services.counts
    assert (1, 1, 1) == tuple(
        counts[name] for name in ("uploads_expired", "upload_swept_objects", "upload_aborted_multiparts")
    )
    clock.advance(hours=25)
    assert 0 == (await watched(admin))["sweeps"]["uploads"]


async def test_a_cancelled_upload_is_swept_as_cancelled(tus: Tus) -> None:
    """The cause tells one from the other."""
    path = await tus.create(2 * PART_BYTES)
    await tus.patch(path, 0, os.urandom(PART_BYTES))
    await tus.request("DELETE", path, VERSION)
    await tus.work()
    told = [event["det"] for event in await tus.events(path) if event["act"] == "system:upload:sweep"]
    assert [{"cause": "terminated", "objects": 0, "multiparts": 1}] == told


async def test_the_figures_of_a_server(tus: Tus, client: Client) -> None:
    """Flights, bytes by the way they took, bytes in memory, and refusals by their reason."""
    assert client.app is not None
    registry = client.app[METRICS].registry
    path = await tus.create(PART_BYTES)
    async with tus.open_patch(path, 0, PART_BYTES) as patch:
        await patch.send(b"x" * 1000)
        await until(lambda: 1000 == registry.get_sample_value("sealshare_upload_retained_bytes"))
        assert 1 == registry.get_sample_value("sealshare_uploads_in_flight")
        await patch.cut()
    assert 409 == (await tus.patch(path, 5, b"x")).status
    assert 0 == registry.get_sample_value("sealshare_uploads_in_flight")
    assert 0 == registry.get_sample_value("sealshare_upload_retained_bytes")
    assert 1000 == registry.get_sample_value("sealshare_upload_received_bytes_total", {"way": "streamed"})
    assert 0 == registry.get_sample_value("sealshare_upload_received_bytes_total", {"way": "direct"})
    for reason in ("offset-mismatch", "upload-cut"):
        assert 1 == registry.get_sample_value("sealshare_upload_refused_total", {"reason": reason})
