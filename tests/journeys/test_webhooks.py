"""An administrator adds a webhook; what happens arrives there, signed, in order, and again after failures."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from standardwebhooks.webhooks import Webhook

from fileserver.services import Services
from fileserver.webhooks.sending import DISABLED_AFTER, PAUSES, Rounds
from storage.engines import Endpoints
from storage.schema import webhook_delivery
from tests.html import Page
from tests.materials import pdf
from tests.receivers import Posts, posts
from tests.services import Clock, config_for, copied_database
from tests.stage import Cast, Stage, running

Json = dict[str, Any]
ADDRESS_REFUSED = [
    ("http://hooks.example/in", "begins with https"),
    ("https://169.254.169.254/latest/meta-data", "may not send"),
    ("https://hooks.example@10.0.0.1/", "begins with https"),
    ("https://elsewhere.example/", "may not send"),
]


@pytest.fixture
async def receiver() -> AsyncIterator[Posts]:
    """A receiver on the loopback."""
    async with posts() as taking:
        yield taking


@pytest.fixture
async def told(engines: Endpoints, cast: Cast, clock: Clock, receiver: Posts) -> AsyncIterator[Stage]:
    """The stage, which may send to the loopback."""
    with copied_database(engines.database_url, cast.database_url) as url:
        config = config_for(engines, url, master_key=cast.master_key)
        config = config.model_copy(update={"outgoing_hosts": ("127.0.0.1",), "outgoing_loopback_http": True})
        async with running(config, clock) as (services, client):
            yield Stage(cast=cast, services=services, client=client, clock=clock)


async def added(stage: Stage, receiver: Posts) -> Json:
    """A webhook that is told of everything."""
    await stage.services.sequencer.catch_up()
    kinds = ["share.opened", "share.forwarded", "material.withdrawn", "finding.found"]
    said = {"name": "crm", "address": receiver.url, "kinds": kinds}
    made: Json = (await stage.api("admin").post("/webhooks", said)).ok
    return made


async def led() -> None:
    """No other process sends."""


async def step(services: Services) -> int:
    """One round of every receiver; how many messages are done with."""
    rounds = Rounds(services, led)
    await rounds.begin()
    return sum(await asyncio.gather(*rounds.serving.values()))


async def sent(stage: Stage) -> int:
    """What the sequencer and a worker do within seconds."""
    await stage.services.sequencer.catch_up()
    return await step(stage.services)


async def log_of(stage: Stage, made: Json) -> list[Json]:
    """Deliveries, the oldest first."""
    items: list[Json] = (await stage.api("auditor").get(f"/webhooks/{made['id']}/deliveries")).ok["items"]
    return items[::-1]


async def test_what_happens_arrives_in_order(told: Stage, receiver: Posts) -> None:
    """An opening that fails at first holds up the forward behind it; both arrive once, signed by the secret given."""
    stage = told
    made = await added(stage, receiver)
    _, visit = await stage.visit("li", forward_depth=1)
    await stage.api("li").post(f"/visits/{visit['id']}/forward")
    receiver.statuses = [500]
    assert 0 == await sent(stage)
    waiting = await log_of(stage, made)
    assert [("share.opened", "waiting", 1, 500), ("share.forwarded", "waiting", 0, None)] == [
        (each["kind"], each["state"], each["tries"], each["status"]) for each in waiting
    ]
    assert 0 == await sent(stage)  # its time has not come
    stage.clock.advance(seconds=6)
    assert 2 == await sent(stage)
    assert ["share.opened", "share.opened", "share.forwarded"] == [json.loads(each)["type"] for each in receiver.bodies]
    assert receiver.headers[0]["webhook-id"] == receiver.headers[1]["webhook-id"]
    signer = Webhook(made["secret"])
    for body, headers in zip(receiver.bodies, receiver.headers, strict=True):
        at = int(headers["webhook-timestamp"])
        expected = signer.sign(headers["webhook-id"], datetime.fromtimestamp(at, UTC), body.decode())
        assert expected == headers["webhook-signature"]
    assert "李娜" not in b"".join(receiver.bodies).decode()
    assert 0 == await sent(stage)


async def test_a_finding_and_a_withdrawal_arrive(told: Stage, receiver: Posts) -> None:
    """What a scan of a new file finds, and that a material is withdrawn, as the log has them."""
    stage = told
    await added(stage, receiver)
    material_id = await stage.drafted(pdf())
    (await stage.api("owner").post(f"/materials/{material_id}/withdraw", {"reason": "x"})).ok  # noqa: B018  # must succeed
    assert 0 < await sent(stage)
    said = [json.loads(each) for each in receiver.bodies]
    *found, withdrawn = said
    assert ({"finding.found"}, "material.withdrawn") == ({each["type"] for each in found}, withdrawn["type"])
    assert {material_id} == {each["data"]["material_id"] for each in said}
    events = [e["det"] for e in await stage.told("system:finding:report") if e["obj"] == f"material:{material_id}"]
    assert [e["rule"] for e in events] == [each["data"]["rule"] for each in found]


async def test_given_up_and_sent_by_hand(told: Stage, receiver: Posts) -> None:
    """After its last try a message is given up, the next has its turn, and by hand it goes out after all."""
    stage = told
    made = await added(stage, receiver)
    admin, path = stage.api("admin"), f"/webhooks/{made['id']}"
    await admin.post(f"{path}/test")
    receiver.statuses = [500] * (len(PAUSES) + 1)
    for _ in range(len(PAUSES) + 1):
        await step(stage.services)
        async with stage.services.database.transaction() as tx:
            await tx.execute(update(webhook_delivery).values(next_try_at=stage.clock()))
    (given_up,) = await log_of(stage, made)
    assert ("dead", len(PAUSES) + 1) == (given_up["state"], given_up["tries"])
    await admin.post(f"{path}/deliveries/{given_up['id']}/send")
    assert 1 == await step(stage.services)
    assert "done" == (await log_of(stage, made))[0]["state"]


async def test_a_receiver_that_is_gone_is_left_alone(told: Stage, receiver: Posts) -> None:
    """An answer of 410 disables it, administrators are told, and it goes on when they say so."""
    stage = told
    made = await added(stage, receiver)
    path = f"/webhooks/{made['id']}"
    await stage.api("admin").post(f"{path}/test")
    receiver.statuses = [410]
    await step(stage.services)
    await step(stage.services)
    assert 1 == len(receiver.bodies)
    (shown,) = (await stage.api("auditor").get("/webhooks")).ok["items"]
    assert ("disabled", "127.0.0.1") == (shown["state"], shown["host"])
    assert "webhook-disabled" in [each["kind"] for each in (await stage.api("admin").get("/notices")).ok["items"]]
    assert 1 == len(await stage.told("system:webhook:disable"))
    assert "active" == (await stage.api("admin").post(f"{path}/state", {"state": "active"})).ok["state"]
    assert DISABLED_AFTER.days == 5
    for language in ("zh-CN", "en"):
        for page in ("/webhooks", path):
            headers = {"Accept": "text/html", "Accept-Language": language}
            answer = await stage.request("GET", "admin", page, headers=headers)
            assert 200 == answer.status
            Page(answer.body.decode())
            assert made["secret"] not in answer.body.decode()


async def test_a_new_secret_overlaps_with_the_old(told: Stage, receiver: Posts) -> None:
    """For a day both sign; then the new one alone."""
    stage = told
    made = await added(stage, receiver)
    path = f"/webhooks/{made['id']}"
    rotated = (await stage.api("admin").post(f"{path}/rotate")).ok
    assert made["secret"] != rotated["secret"]
    await stage.api("admin").post(f"{path}/test")
    await step(stage.services)
    assert 2 == len(receiver.headers[0]["webhook-signature"].split())


async def test_a_slow_receiver_holds_nobody_up(told: Stage, receiver: Posts) -> None:
    """While one keeps a request waiting the other hears all; and its late failure undoes no sending by hand."""
    stage, rounds = told, Rounds(told.services, led)
    slow, admin = await added(stage, receiver), stage.api("admin")
    receiver.statuses = [500, 500]
    async with posts() as quick:
        said = {"name": "quick", "address": quick.url, "kinds": ["share.opened"]}
        paths = [f"/webhooks/{each['id']}" for each in (slow, (await admin.post("/webhooks", said)).ok)]
        for path in paths:
            await admin.post(f"{path}/test")
        await step(stage.services)
        stage.clock.advance(seconds=6)
        receiver.arrived.clear()
        receiver.answering.clear()
        for count in (2, 3):
            await admin.post(f"{paths[1]}/test")
            await rounds.begin()
            await rounds.serving[UUID(paths[1].rsplit("/")[-1])]
            assert count == len(quick.bodies)
    await receiver.arrived.wait()
    (waiting,) = await log_of(stage, slow)
    await admin.post(f"{paths[0]}/deliveries/{waiting['id']}/send")
    receiver.answering.set()
    assert 0 == await rounds.serving[UUID(slow["id"])]
    (again,) = await log_of(stage, slow)
    assert (("waiting", 1), ("waiting", 0)) == tuple((each["state"], each["tries"]) for each in (waiting, again))


async def test_addresses_that_lead_inside_are_refused(stage: Stage) -> None:
    """No scheme but https, no host that nobody listed, no way to dress one up: nothing is added or asked."""
    for address, why in ADDRESS_REFUSED:
        said = {"name": "crm", "address": address, "kinds": ["share.opened"]}
        refused = await stage.api("admin").post("/webhooks", said)
        assert (422, {"/address"}) == (refused.status, refused.fields)
        assert why in str(refused.body)
    assert [] == (await stage.api("admin").get("/webhooks")).ok["items"]
