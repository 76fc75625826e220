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
from fileserver.platforms import Platforms
from fileserver.platforms.api import Api
from fileserver.platforms.crypto.session import SEALED_AS
from fileserver.platforms.wechat.mini_program import MiniProgram
from fileserver.services import Services
from fileserver.viewing.chats import ChatIn, chat_of
from storage.rows import shares, viewers, wechat_sessions
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
    bare = cast("Api", None)  # nothing is asked of WeChat
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
