"""Signatures and envelopes agree with the vectors that the platforms publish, and with libraries of others."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from tencentcloud.common.abstract_client import AbstractClient
from wechatpy.crypto import WeChatCrypto as OtherWeChat
from wechatpy.enterprise.crypto import WeChatCrypto as OtherWeCom

from fileserver.platforms.crypto.js_sdk import page_signature
from fileserver.platforms.crypto.open_data import OpenDataRefused, opened
from fileserver.platforms.crypto.push import Envelope, PushRefused, check_signature, push_signature
from fileserver.platforms.crypto.session import is_raw_data_of, user_signature
from fileserver.platforms.crypto.tc3 import CONTENT_TYPE, Credential, authorization, signature

RAW_DATA = (
    '{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong","country":"CN",'
    '"avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7bQxKARol6503Iuswjjn6nIGBiaycAjAtpuj'
    'xyzYsrztuuICqIM5ibXQ/0"}'
)
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
CORP = "wx5823bf96d3bd56c7"
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
ENCRYPTED = (
    "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5geRa0W4oTOb1WT7fJlAC+oNPdbB+3hVbJSRgv+4lGOET"
    "KUQz6OYStslQ142dNCuabNPGBzlooOmB231qMM85d2/fV6ChevvXvQP8Hkue1poOFtnEtpyxVLW1zAo6/1Xx1COxFvrc2d7UL/lmHInNlxuacJXw"
    "u0fjpXfz/YqYzBIBzD6WUfTIF9GRHpOn/Hz7saL8xz+W//FRAUid1OksQaQx4CMs8LOddcQhULW4ucetDf96JcR3g0gfRK4PC7E/r7Z6xNrXd2UI"
    "eorGj5Ef7b1pJAYB6Y5anaHqZ9J6nKEBvB4DnNLIVWSgARns/8wR2SiRS7MNACwTyrGvt9ts8p12PKFdlqYTopNHR1Vf7XjfhQlVsAJdNiKdYmYV"
    "oKlaRv85IfVunYzO0IKXsyl7JCUjCpoG20f0a04COwfneQAGGwd5oa+T8yO5hzuyDb/XcxxmK01EpqOyuxINew=="
)
IV, SESSION_KEY = "r7BXXKkLb8qrSNn05n0qiA==", "tiihtNczf5v6AKRyjwEUhQ=="
OPEN_APP = "wx4f4bc4dec97d474b"
SAID_AT = datetime.fromtimestamp(1477314187, UTC)


def read(encrypted: str, *, app_id: str = OPEN_APP, at: datetime = SAID_AT) -> dict[str, Any]:
    """Open data under the example's key."""
    return opened(encrypted, IV, SESSION_KEY, app_id=app_id, clock=lambda: at)


def test_raw_data_of_wechats_example() -> None:
    """`rawData` of the documentation is signed by its session_key; one changed letter is not."""
    key, expected = "HyVFkGl5F5OQWJZZaNzBBg==", "75e81ceda165f4ffa64f4068af58c64b8f54b88c"
    assert is_raw_data_of(key, RAW_DATA, expected)
    assert not is_raw_data_of(key, RAW_DATA.replace("Band", "Bond"), expected)


def test_user_signature_of_wechats_example() -> None:
    """HMAC with the session_key as it is written; of an empty message for checksession."""
    key = "o0q0otL8aEzpcZL/FT9WsQ=="
    assert "654571f79995b2ce1e149e53c0a33dc39c0a74090db514261454e8dbe432aa0b" == user_signature(key, '{"foo":"bar"}')
    assert "46e043c5525c2d817c44be603d30837a808a1d930d038f6fdc3e62a201fed128" == user_signature(key)


@pytest.mark.parametrize("tail", ["", "#wechat_redirect"])
def test_page_signature_of_wechats_example(tail: str) -> None:
    """Signed is the address without what follows `#`."""
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    url = f"http://mp.weixin.qq.com?params=value{tail}"
    signed = page_signature(ticket, nonce="Wm3WZYTPz0wzccnW", timestamp=1414587457, url=url)
    assert "0f9de62fce790f9a083d5c99e95740ceb90c27ed" == signed


def test_handshakes_of_both_examples() -> None:
    """WeChat's and WeCom's examples are signed by the same function; another nonce is refused."""
    assert "f464b24fc39322e44b38aa78f5edd27bd1441696" == push_signature("AAAAA", "1714036504", "1514711492")
    wecom = ("QDG6eK", "1409659589", "263014780", ECHO)
    assert "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3" == push_signature(*wecom)
    with pytest.raises(PushRefused, match="signature"):
        check_signature("f464b24fc39322e44b38aa78f5edd27bd1441696", "AAAAA", "1714036504", "1514711493")


def test_envelope_of_wecoms_example() -> None:
    """The example opens under its key, for its receiver only."""
    assert b"1616140317555161061" == Envelope(KEY, CORP).open(ECHO)
    with pytest.raises(PushRefused, match="receiver"):
        Envelope(KEY, "wx0000000000000000").open(ECHO)


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 31, 32, 33, 5000])
def test_envelopes_are_those_of_another_library(length: int) -> None:
    """What we seal wechatpy opens, and what it seals we open, at every edge of a block; WeChat's and WeCom's alike."""
    message = "<xml>" + "好" * length + "</xml>"
    for other_kind in (OtherWeChat, OtherWeCom):
        other, timestamp, nonce = other_kind("token", KEY, CORP), "1714036504", "n"
        sealed = Envelope(KEY, CORP).seal(message.encode())
        signed = push_signature("token", timestamp, nonce, sealed)
        assert message == other.decrypt_message(
            {"Encrypt": sealed, "ToUserName": "x"}, signed, timestamp, nonce
        ).replace("\r", "")
        theirs = other.encrypt_message(message, nonce, timestamp)
        encrypted = theirs.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
        assert message.encode() == Envelope(KEY, CORP).open(encrypted)
        check_signature(
            theirs.partition("<MsgSignature><![CDATA[")[2].partition("]]>")[0], "token", timestamp, nonce, encrypted
        )


@pytest.mark.parametrize("broken", ["", "!", "AAAA", ECHO[:-8], ECHO[4:], "A" * 64])
def test_broken_envelopes_are_refused(broken: str) -> None:
    """Whatever is no envelope is refused, and nothing else happens."""
    with pytest.raises(PushRefused):
        Envelope(KEY, CORP).open(broken)


def test_a_key_has_43_letters_and_digits() -> None:
    """Another EncodingAESKey stops the start."""
    for key in (KEY[:-1], KEY + "A", KEY[:-1] + "="):
        with pytest.raises(ValueError, match="43"):
            Envelope(key, CORP)


def test_open_data_of_wechats_example() -> None:
    """The example decrypts; it is ours only for its app, and only while it is fresh."""
    data = read(ENCRYPTED, app_id=OPEN_APP)
    assert ("oGZUI0egBJY1zhBYw2KhdUfwVJJE", "ocMvos6NjeKLIBqg5Mr9QjxrP1FA") == (data["openId"], data["unionId"])
    with pytest.raises(OpenDataRefused, match="other-app"):
        read(ENCRYPTED, app_id="wx0")
    for way in (timedelta(minutes=-11), timedelta(minutes=11)):
        with pytest.raises(OpenDataRefused, match="stale"):
            read(ENCRYPTED, app_id=OPEN_APP, at=SAID_AT + way)


@pytest.mark.parametrize("broken", ["", "%", "AAAA", ENCRYPTED[:-24]])
def test_broken_open_data_is_refused(broken: str) -> None:
    """What doesn't decrypt is refused."""
    with pytest.raises(OpenDataRefused):
        read(broken, app_id=OPEN_APP)


def test_tc3_of_tencents_example() -> None:
    """The signature that the documentation computes; its escapes are characters of the body."""
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    at = datetime.fromtimestamp(1551113065, UTC)
    secret, host = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "cvm.tencentcloudapi.com"
    expected = "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    assert expected == signature(secret, service="cvm", host=host, body=body, at=at)


@pytest.mark.parametrize("seconds", [0, 1551113065, 1551139199, 1551139200, 2147483648])
def test_tc3_is_tencents_own(seconds: int) -> None:
    """Tencent's SDK makes the same signature, on either side of midnight, for Chinese bodies too."""
    at = datetime.fromtimestamp(seconds, UTC)
    body = json.dumps({"Name": "陈思远", "IdCard": "110101199003070118"}, ensure_ascii=False)
    host, date = "faceid.tencentcloudapi.com", f"{at:%Y-%m-%d}"
    request = SimpleNamespace(
        method="POST",
        uri="/",
        data=body,
        header={"Content-Type": CONTENT_TYPE, "Host": host, "X-TC-Timestamp": seconds},
    )
    sdk = object.__new__(AbstractClient)
    theirs = sdk._get_tc3_signature({}, request, date, "faceid", "key")
    assert theirs == signature("key", service="faceid", host=host, body=body.encode(), at=at)
    header = authorization(Credential("id", "key"), service="faceid", host=host, body=body.encode(), at=at)
    assert f"Credential=id/{date}/faceid/tc3_request" in header
    assert "key" not in repr(Credential("id", "key")).replace("secret_key", "")
