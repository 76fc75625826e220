"""A person's phone with WeChat, for whoever plays one over HTTP: what the mini-program's own calls give there."""

import base64
import json
import secrets
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from fileserver.demo.platforms.people import Person
from fileserver.demo.platforms.wechat import MINI_APP_ID, WeChat

IV_BYTES = 16
BLOCK_BITS = 128


def entered_group(wechat: WeChat, who: Person, group: str) -> dict[str, str]:
    """What `wx.getGroupEnterInfo` gives where a card of this group was tapped; KeyError for who has no session.

    It is sealed with the session's key, which the phone never has: WeChat does it, and only our server can open it.
    """
    told = {
        "opengid": f"tGrp_{group}",
        "group_openid": f"oGrp_{group}_{who.key}",
        "open_single_roomid": "",
        "chat_type": 3,
        "watermark": {"appid": MINI_APP_ID, "timestamp": int(wechat.record.clock().timestamp())},
    }
    key, iv = base64.b64decode(wechat.session_keys[who.openid]), secrets.token_bytes(IV_BYTES)
    padder, encryptor = PKCS7(BLOCK_BITS).padder(), Cipher(AES(key), CBC(iv)).encryptor()
    plain = padder.update(json.dumps(told).encode()) + padder.finalize()
    sealed = encryptor.update(plain) + encryptor.finalize()
    return {"encryptedData": base64.b64encode(sealed).decode(), "iv": base64.b64encode(iv).decode()}


def phone_routes(wechat: WeChat) -> list[web.RouteDef]:
    """`wx.login` and `wx.getGroupEnterInfo`, of the phone of whoever is named."""

    def owner(request: web.Request) -> Person:
        try:
            return wechat.people[request.query.get("as", "")]
        except KeyError:
            raise web.HTTPNotFound(text="nobody's phone") from None

    async def login(request: web.Request) -> web.Response:
        who = owner(request)
        return web.json_response({"code": wechat.issue_login_code(who.openid, unionid=who.unionid)})

    async def group(request: web.Request) -> web.Response:
        who = owner(request)
        if who.openid not in wechat.session_keys:
            raise web.HTTPConflict(text="wx.login comes first")
        told: dict[str, Any] = entered_group(wechat, who, request.query.get("group", ""))
        return web.json_response(told)

    return [web.get("/phone/login", login), web.get("/phone/group", group)]
