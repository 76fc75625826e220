"""A card that is passed on by hand keeps its link: seen by the chat that it is opened in, and told as a guess."""

import base64
import json
import os
from dataclasses import replace
from typing import cast
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from pydantic import SecretStr

from compliance.natives import Native, seen_native
from compliance.profiles import seal_for
from fileserver.audit.following import follow
from fileserver.demo.platforms.people import PEOPLE
from fileserver.demo.platforms.phone import entered_group
from fileserver.platforms import Platforms
from fileserver.platforms.api import Api as PlatformApi
from fileserver.platforms.crypto.session import SEALED_AS
from fileserver.platforms.wechat.mini_program import MiniProgram
from fileserver.services import Services
from fileserver.viewing.chats import ChatIn, chat_of
from storage.rows import shares, viewers, wechat_sessions
from tests.api import Api
from tests.halls import Hall
from tests.log import events
from tests.stage import Stage

APP, OPENID = "wx0123456789abcdef", "oLi"
KEY = bytes(range(16))


def card(group: str, stage: Stage, app: str = APP) -> ChatIn:
    """What `wx.getGroupEnterInfo` gives in this chat."""
    mark = {"timestamp": int(stage.clock.now.timestamp()), "appid": app}
    padder, iv = PKCS7(128).padder(), os.urandom(16)
    plain = padder.update(json.dumps({"opengid": group, "watermark": mark}).encode()) + padder.finalize()
    encryptor = Cipher(AES(KEY), CBC(iv)).encryptor()
    sealed = encryptor.update(plain) + encryptor.finalize()
    return ChatIn(encrypted_data=base64.b64encode(sealed).decode(), iv=base64.b64encode(iv).decode())


@pytest.fixture
async def services(stage: Stage) -> Services:
    """With a mini-program, in which 李娜 has a session."""
    li = stage.cast.people["li"]
    async with stage.services.database.transaction() as tx:
        await viewers.add_identity(tx, li, provider="wechat-mini", app=APP, subject=OPENID)
        sealed = await seal_for(tx, stage.services.keys.master, li, base64.b64encode(KEY), SEALED_AS)
        await wechat_sessions.put_session_key(
            tx, provider="wechat-mini", app=APP, subject=OPENID, sealed=sealed, at=stage.clock.now
        )
    bare = cast("PlatformApi", None)  # nothing is asked of WeChat
    wechat = MiniProgram(bare, app_id=APP, app_secret=SecretStr("x"))
    return replace(stage.services, platforms=Platforms(wechat=wechat))


async def test_another_chat_than_at_first_is_a_guess(stage: Stage, services: Services) -> None:
    """The first chat of a forward is remembered, as a keyed hash; an employee's own share is meant for many."""
    li = stage.cast.people["li"]
    share, visit = await stage.visit("li", forward_depth=1)
    child = (await stage.api("li").post(f"/visits/{visit['id']}/forward")).ok
    async with services.database.transaction() as tx:
        chats = [await chat_of(tx, services, li, card(group, stage)) for group in ("tGroupA", "tGroupA", "tGroupB")]
        rows = [await shares.share_by_id(tx, UUID(each)) for each in (child["id"], share["id"])]
        seen = [[await seen_native(tx, row, chat, stage.clock.now) for chat in chats] for row in rows if row]
    assert (2, False) == (len(set(chats)), any(b"tGroup" in (each or b"") for each in chats))
    assert [[None, None, Native.OTHER_CHAT], [None, None, None]] == seen


async def test_what_is_not_wechats_is_left_out(stage: Stage, services: Services) -> None:
    """Another app's, what was changed on its way, and what comes from somebody without a session: no chat."""
    li, wang = stage.cast.people["li"], stage.cast.people["wang"]
    good = card("tGroupA", stage)
    async with services.database.transaction() as tx:
        assert None is await chat_of(tx, services, li, card("tGroupA", stage, app="wxfedcba9876543210"))
        assert None is await chat_of(tx, services, li, good.model_copy(update={"iv": "AAAA"}))
        assert None is await chat_of(tx, services, wang, good)
        assert None is await chat_of(tx, stage.services, li, good)


async def test_a_card_that_wanders_is_seen_from_the_phone_to_the_figures(hall: Hall) -> None:
    """Two people tap one forward's card in two groups: WeChat's own answers, and the tree marks the second a guess.

    The share's maker is told once, and led to where the branch can be cut.
    """
    first, token = await hall.inside(PEOPLE[1]), await hall.share(forward_depth=1)
    visit = (await hall.post(first, "/visits", {"token": token})).ok
    child = (await hall.post(first, f"/visits/{visit['id']}/forward")).ok
    for who, group in ((PEOPLE[2], "A"), (PEOPLE[3], "B")):
        viewer = await hall.inside(who)
        told = entered_group(hall.fake.wechat, who, group)
        chat = {"encrypted_data": told["encryptedData"], "iv": told["iv"]}
        opening = {"token": child["token"], "scene": 1044, "chat": chat}
        assert 201 == (await hall.post(viewer, "/visits", opening)).status
    seen = [event["det"] for event in await events(hall.services, "viewer:visit:start")]
    assert [(None, None), (1044, None), (1044, "other-chat")] == [(det.get("scene"), det.get("native")) for det in seen]
    assert 2 == len({det["chat"] for det in seen if "chat" in det})
    assert not any("tGrp" in str(det) for det in seen)
    await hall.services.sequencer.catch_up()
    await follow(hall.services)
    owner, material = Api(hall.client, hall.cast.tokens["owner"]), hall.cast.material_id
    tree = f"/analytics/materials/{material}/shares/{visit['share_id']}/people"
    root = (await owner.get(tree)).ok["items"]
    under = (await owner.get(tree, person_id=root[0]["person"]["id"])).ok["items"]
    guessed = {each["person"]["name"]: (each["parent_confidence"], each["native"]) for each in under}
    assert {PEOPLE[2].name: ("high", ""), PEOPLE[3].name: ("low", "other-chat")} == guessed
    notices = [each for each in (await owner.get("/notices")).ok["items"] if each["kind"] == "share-native"]
    assert [(visit["share_id"], root[0]["person"]["id"])] == [(e["share_id"], e["person_id"]) for e in notices]
