"""A store goes away while a file is being uploaded and comes back: the upload waits, and goes on from where it was."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientResponse
from pydantic import SecretStr
from yarl import URL

from compliance.access import Role
from fileserver.config import Config
from fileserver.http.keys import METRICS
from storage.engines import Endpoints
from tests.api import Client
from tests.contract.faulty_gate import FaultyGate, before_postgresql, through
from tests.contract.tus.conftest import PART_BYTES
from tests.contract.tus.test_clients import run_node
from tests.contract.tus.test_patch import assert_complete
from tests.people import add_employee
from tests.uploads import VERSION, Tus, until

BODY = os.urandom(2 * PART_BYTES + 100_000)
WAITING = Path(__file__).with_name("tus_js_waits.cjs")
RECEIVED, REFUSED = "sealshare_upload_received_bytes_total", "sealshare_upload_refused_total"
STORES = ["s3", "postgresql"]


@dataclass(frozen=True)
class Gates:
    """One in front of each store."""

    s3: FaultyGate
    postgresql: FaultyGate

    def to(self, store: str) -> FaultyGate:
        """The gate in front of this store."""
        return self.s3 if store == "s3" else self.postgresql


@pytest.fixture
async def gates(engines: Endpoints, database_url: str) -> AsyncIterator[Gates]:
    """The stores as they are reached through gates."""
    async with AsyncExitStack() as stack:
        yield Gates(
            await stack.enter_async_context(FaultyGate(engines.s3).opened()),
            await stack.enter_async_context(before_postgresql(database_url, engines.s3).opened()),
        )


@pytest.fixture
def config(config: Config, gates: Gates, database_url: str) -> Config:
    """The server knows its stores by the gates only."""
    reached = SecretStr(through(gates.postgresql, database_url))
    changes = {"s3_endpoint_url": gates.s3.settings.endpoint_url, "database_url": reached}
    return config.model_copy(update=changes)


async def assert_waits(tus: Tus, answer: ClientResponse) -> None:
    """The refusal says that it will pass, when to ask again, and that nothing is lost."""
    assert 503 == answer.status
    if answer.method != "HEAD":
        assert ("store-unavailable", []) == await tus.problem(answer)
        document = await answer.json(content_type="application/problem+json")
        assert "what has arrived is kept" in document["detail"]
    assert "5" == answer.headers["Retry-After"]
    assert "Upload-Offset" not in answer.headers


@pytest.mark.parametrize("store", STORES)
async def test_while_bytes_arrive(tus: Tus, gates: Gates, store: str) -> None:
    """What was acknowledged stays; the rest is sent again, and the file is the same in the end."""
    path = await tus.create(len(BODY))
    assert 204 == (await tus.patch(path, 0, BODY[:PART_BYTES])).status
    await gates.to(store).go_away()
    await assert_waits(tus, await tus.patch(path, PART_BYTES, BODY[PART_BYTES:]))
    gates.to(store).come_back()
    offset = await tus.offset(path)
    assert offset >= PART_BYTES
    assert 204 == (await tus.patch(path, offset, BODY[offset:])).status
    await assert_complete(tus, path, BODY)


@pytest.mark.parametrize("store", STORES)
async def test_in_the_middle_of_a_request(tus: Tus, gates: Gates, store: str) -> None:
    """The request ends with the same refusal; what had been recorded by then counts."""
    path = await tus.create(len(BODY))
    async with tus.open_patch(path, 0, len(BODY)) as patch:
        await patch.send(BODY[: PART_BYTES + 7])
        await tus.until_recorded(path, PART_BYTES)
        await gates.to(store).go_away()
        await patch.send(BODY[PART_BYTES + 7 :])
        assert 503 == await patch.status()
    gates.to(store).come_back()
    offset = await tus.offset(path)
    assert offset >= PART_BYTES
    assert 204 == (await tus.patch(path, offset, BODY[offset:])).status
    await assert_complete(tus, path, BODY)


@pytest.mark.parametrize("store", STORES)
async def test_what_browsers_run_waits_and_goes_on(
    tus: Tus, client: Client, gates: Gates, store: str, tmp_path: Path
) -> None:
    """tus-js-client asks again by itself until the store is back, and the file is the same in the end."""
    assert client.app is not None
    registry = client.app[METRICS].registry
    (tmp_path / "file").write_bytes(BODY)
    sending = asyncio.create_task(run_node(WAITING, tus, tmp_path / "file", str(PART_BYTES)))
    await until(lambda: PART_BYTES <= (registry.get_sample_value(RECEIVED, {"way": "streamed"}) or 0))
    await gates.to(store).go_away()
    await until(lambda: bool(registry.get_sample_value(REFUSED, {"reason": "store-unavailable"})))
    gates.to(store).come_back()
    answer = await sending
    assert answer["retries"] > 0
    await assert_complete(tus, URL(answer["url"]).path, BODY)


@pytest.mark.parametrize("method", ["POST", "HEAD", "DELETE"])
async def test_without_the_database(tus: Tus, gates: Gates, method: str) -> None:
    """Making, asking and ending are refused as well, and possible again afterwards."""
    path = await tus.create(5)
    await gates.postgresql.go_away()
    asked = {"POST": ("/uploads/", {**VERSION, "Upload-Length": "5"})}.get(method, (path, VERSION))
    await assert_waits(tus, await tus.request(method, *asked))
    gates.postgresql.come_back()
    assert (await tus.request(method, *asked)).status in (200, 201, 204)


async def test_when_the_last_byte_is_there(tus: Tus, gates: Gates) -> None:
    """S3 goes away before the parts are joined: asking again later joins them."""
    path = await tus.create(len(BODY))
    assert 204 == (await tus.patch(path, 0, BODY[:PART_BYTES])).status
    gates.s3.lacks = (b"POST /",)
    await tus.patch(path, PART_BYTES, BODY[PART_BYTES:])
    await gates.s3.go_away()
    await assert_waits(tus, await tus.request("HEAD", path, VERSION))
    gates.s3.lacks = ()
    gates.s3.come_back()
    assert len(BODY) == await tus.offset(path)
    await assert_complete(tus, path, BODY)


async def test_the_operator_is_told(tus: Tus, client: Client, gates: Gates) -> None:
    """The monitor of uploads says that the object store is away, to people and to programs, until it is back."""
    admin = await add_employee(tus.services, Role.ADMIN)
    async with client.post("/api/v1/sessions", json={"login": admin.login, "password": admin.password}) as answer:
        assert 201 == answer.status
    for away in (False, True, False):
        if away:
            await gates.s3.go_away()
        else:
            gates.s3.come_back()
        async with client.get("/api/v1/uploads/flights") as answer:
            assert away is not (await answer.json())["store_answers"]
        async with client.get("/flights") as page:
            assert away is ("对象存储没有响应" in await page.text())


@pytest.mark.parametrize(("store", "check"), [("s3", "objects"), ("postgresql", "database")])
async def test_readiness_says_which(tus: Tus, gates: Gates, store: str, check: str) -> None:
    """An operator sees the store that is away by its name."""
    await gates.to(store).go_away()
    answer = await tus.request("GET", "/readyz", {})
    found = {each["name"]: each["ok"] for each in (await answer.json())["checks"]}
    assert (503, False, True) == (answer.status, found[check], found["database" if store == "s3" else "objects"])
