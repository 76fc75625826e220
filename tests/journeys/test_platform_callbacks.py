"""What platforms push: taken once however it comes, refused when it is not theirs, and handed on in one transaction."""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from fileserver.config import Config
from fileserver.demo.platforms import FakePlatforms
from fileserver.demo.platforms.pushing import Target, as_xml
from fileserver.platforms.events import ContactChanged, EventKind, PlatformEvent
from fileserver.services import Services
from storage.database import Transaction
from tests.api import Client
from tests.materials import run_jobs
from tests.platforms import node
from tests.services import Clock

MESSAGES, MANY_MESSAGES = 40, 200
COPIES = 10


@pytest.fixture
async def fake(clock: Clock) -> AsyncIterator[FakePlatforms]:
    """The stand-in."""
    async with FakePlatforms(clock) as serving:
        yield serving


@pytest.fixture
async def services(config: Config, clock: Clock, fake: FakePlatforms) -> AsyncIterator[Services]:
    """Services of an operator who has entered our addresses in the consoles."""
    async with node(config, fake, clock) as opened:
        yield opened


@pytest.fixture
def heard(services: Services) -> list[PlatformEvent]:
    """Every event that was handled."""
    events: list[PlatformEvent] = []

    async def hear(_tx: Transaction, event: PlatformEvent) -> None:
        events.append(event)

    for kind in EventKind:
        services.platforms.callbacks.on(kind, hear)
    return events


@pytest.fixture(autouse=True)
def consoles(fake: FakePlatforms, client: Client) -> None:
    """The addresses are entered."""
    fake.push_to(str(client.make_url("")).rstrip("/"))


def plain(fake: FakePlatforms, **changed: Any) -> Target:
    """The mini-program's console in another mode."""
    assert fake.wechat.pusher.target is not None
    fake.wechat.pusher.target = replace(fake.wechat.pusher.target, **changed)
    return fake.wechat.pusher.target


async def test_both_consoles_accept_the_address(fake: FakePlatforms) -> None:
    """WeChat gets its text back, WeCom what was inside of it."""
    for pusher in (fake.wechat.pusher, fake.wechat.official.pusher, fake.wecom.pusher):
        answer = await pusher.handshake("2027371912372")
        assert (200, "2027371912372") == (answer.status, answer.text)


@pytest.mark.parametrize("as_json", [False, True])
async def test_an_encrypted_message_is_heard_once(
    services: Services, fake: FakePlatforms, heard: list[PlatformEvent], *, as_json: bool
) -> None:
    """In XML and in JSON; a second copy is answered as the first, and nobody hears of it."""
    plain(fake, as_json=as_json)
    said = {
        "ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": int(services.clock().timestamp()), "MsgType": "event",
        "Event": "wxa_media_check", "trace_id": "t1", "result": {"suggest": "risky", "label": 20002},
    }  # fmt: skip
    assert [True, True] == [(await fake.wechat.pusher.push(said)).is_taken for _ in range(2)]
    await run_jobs(services)
    (event,) = heard
    assert ("media-checked", "t1", "risky", 20002) == (event.kind, *_media(event))


async def test_wecom_tells_of_a_contact(services: Services, fake: FakePlatforms, heard: list[PlatformEvent]) -> None:
    """The state of our code comes back with who became whose contact."""
    assert (await fake.wecom.contacts.added("LinXiaowen", "wm1", state="invite-7")).is_taken
    await run_jobs(services)
    (event,) = heard
    assert isinstance(event, ContactChanged)
    assert ("LinXiaowen", "wm1", "invite-7") == (event.user_id, event.external_user_id, event.state)
    assert "welcome" not in repr(event)


@pytest.mark.parametrize("signature", ["signature", "msg_signature"])
async def test_a_wrong_signature_is_refused(services: Services, fake: FakePlatforms, signature: str) -> None:
    """Of the encrypted mode, the signature that covers the message counts."""
    changed = {signature: "0" * 40}
    done = await fake.wecom.pusher.push(fake.wecom.directory.notice("update_user", UserID="x"), **changed)
    assert (200 if signature == "signature" else 403) == done.status


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_an_old_signature_is_refused(fake: FakePlatforms, clock: Clock, minutes: int) -> None:
    """Five minutes, either way."""
    query, content = fake.wecom.pusher.request_for(fake.wecom.directory.notice("update_user", UserID="x"))
    clock.advance(minutes=minutes)
    assert 403 == (await fake.wecom.pusher.post(query, content)).status


async def test_a_plain_message_is_refused_where_they_are_encrypted(fake: FakePlatforms) -> None:
    """Whoever takes the encryption away is not believed."""
    plain(fake, encoded_key="")
    assert 403 == (await fake.wechat.pusher.push({"CreateTime": 1, "MsgType": "event", "Event": "x"})).status


async def test_a_message_for_another_app_is_refused(fake: FakePlatforms) -> None:
    """The id inside of the envelope has to be ours."""
    plain(fake, receiver="wx9999999999999999")
    assert 403 == (await fake.wechat.pusher.push({"CreateTime": 1, "MsgType": "event", "Event": "x"})).status


class TestPlainMode:
    """Messages that nobody encrypts."""

    @pytest.fixture
    async def services(self, config: Config, clock: Clock, fake: FakePlatforms) -> AsyncIterator[Services]:
        """The operator chose the plain mode."""
        async with node(config, fake, clock, wechat_push_key=None) as opened:
            yield opened

    async def test_a_signature_is_good_for_one_message(
        self, services: Services, fake: FakePlatforms, heard: list[PlatformEvent]
    ) -> None:
        """The same request again is answered and not heard again; another message under its signature is refused."""
        plain(fake, encoded_key="")
        said = {"FromUserName": "o1", "CreateTime": int(services.clock().timestamp()), "MsgType": "event", "Event": "x"}
        query, content = fake.wechat.pusher.request_for(said)
        assert [200, 200] == [(await fake.wechat.pusher.post(query, content)).status for _ in range(2)]
        forged = content.replace(b"o1", b"o2")
        assert 403 == (await fake.wechat.pusher.post(query, forged)).status
        await run_jobs(services)
        assert 1 == len(heard)

    async def test_what_is_no_message_is_refused(self, fake: FakePlatforms, subtests: pytest.Subtests) -> None:
        """Entities are never expanded, whatever they name; broken XML and JSON change nothing."""
        plain(fake, encoded_key="")
        for content in [
            b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><CreateTime>1</CreateTime><Event>&e;</Event></xml>',
            b"<!DOCTYPE x [" + b'<!ENTITY a "aaaaaaaaaa">' + b"]><xml><Event>&a;</Event></xml>",
            b"<xml>",
            b"",
            b"[]",
            b"{",
            b"<xml><CreateTime>soon</CreateTime></xml>",
            b"{" * 10_000,
            b"<a>" * 10_000,
        ]:
            with subtests.test(str(content[:40])):
                query, _ = fake.wechat.pusher.request_for({"CreateTime": 1})
                assert 403 == (await fake.wechat.pusher.post(query, content)).status

    async def test_a_body_has_a_limit(self, fake: FakePlatforms) -> None:
        """256 KiB."""
        plain(fake, encoded_key="")
        query, content = fake.wechat.pusher.request_for({"CreateTime": 1, "Event": "x" * (256 * 1024)})
        assert 413 == (await fake.wechat.pusher.post(query, content)).status


async def test_what_comes_late_says_so(
    services: Services, fake: FakePlatforms, clock: Clock, heard: list[PlatformEvent]
) -> None:
    """Of two events about one employee, the earlier one that arrives second is told to be superseded."""
    earlier = fake.wecom.directory.notice("update_user", UserID="LinXiaowen", Name="早")
    clock.advance(seconds=2)
    assert (await fake.wecom.directory.changed("update_user", UserID="LinXiaowen", Name="晚")).is_taken
    await run_jobs(services)
    assert (await fake.wecom.pusher.push(earlier)).is_taken
    await run_jobs(services)
    assert [False, True] == [each.superseded for each in heard]


async def test_a_handler_that_fails_is_tried_again_whole(services: Services, fake: FakePlatforms) -> None:
    """What the first handler wrote is undone with what the second one could not, and both are asked again."""
    calls: Counter[str] = Counter()

    async def writes(tx: Transaction, event: PlatformEvent) -> None:
        calls["writes"] += 1
        await tx.exec_driver_sql("INSERT INTO platform_nonce VALUES (%(hash)s, 'x', now())", {"hash": "one"})

    async def fails_once(tx: Transaction, event: PlatformEvent) -> None:
        calls["fails"] += 1
        if calls["fails"] == 1:
            raise RuntimeError("a handler's defect")

    for handler in (writes, fails_once):
        services.platforms.callbacks.on(EventKind.DIRECTORY_CHANGED, handler)
    await fake.wecom.directory.changed("update_user", UserID="x")
    await run_jobs(services)
    async with services.database.transaction() as tx:
        await tx.exec_driver_sql("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
    await run_jobs(services)
    async with services.database.transaction() as tx:
        kept = (await tx.exec_driver_sql("SELECT sealed, handled_at FROM platform_callback")).one()
    assert {"writes": 2, "fails": 2} == calls
    assert kept.sealed is None
    assert kept.handled_at is not None


async def test_a_storm_is_handled_exactly_once_each(
    services: Services, fake: FakePlatforms, heard: list[PlatformEvent], *, whole: bool
) -> None:
    """Hundreds of callbacks, nine in ten of them copies, in any order and sixteen at a time: each message once.

    Two thousand of them by `make whole`.
    """
    pusher, count = fake.wecom.pusher, MANY_MESSAGES if whole else MESSAGES
    messages = [fake.wecom.contacts.notice("add_external_contact", "LinXiaowen", f"wm{n}") for n in range(count)]
    order = [message for message in messages for _ in range(COPIES)]
    secrets.SystemRandom().shuffle(order)
    lanes = [order[n::16] for n in range(16)]

    async def lane(mine: list[dict[str, Any]]) -> list[bool]:
        return [(await pusher.push(each)).is_taken for each in mine]

    async with pusher.one_session():
        taken = await asyncio.gather(*map(lane, lanes))
    assert len(order) == sum(map(sum, taken))
    await run_jobs(services)
    told = Counter(each.external_user_id for each in heard if isinstance(each, ContactChanged))
    assert {f"wm{n}": 1 for n in range(count)} == told


async def test_messages_stand_sealed(services: Services, fake: FakePlatforms) -> None:
    """Until they are handled nobody who reads the database reads them, and nobody at all afterwards."""
    await fake.wecom.contacts.added("LinXiaowen", "wm-secret", state="s")
    async with services.database.transaction() as tx:
        (kept,) = (
            await tx.exec_driver_sql("SELECT platform_callback::text AS kept, sealed FROM platform_callback")
        ).all()
    assert "wm-secret" not in kept.kept
    assert b"wm-secret" not in kept.sealed


def test_xml_of_the_stand_in_is_what_platforms_write() -> None:
    """An element for each field, one for each of several."""
    assert b"<xml><A>1</A><B><C>2</C></B><D>3</D><D>4</D></xml>" == as_xml({"A": 1, "B": {"C": 2}, "D": [3, 4]})


def _media(event: Any) -> tuple[str, str, int]:
    return event.trace_id, event.suggest, event.label
