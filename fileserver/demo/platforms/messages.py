"""The stand-in's subscription messages: one for each consent; and ids of messages that can't be forwarded."""

import re
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fileserver.demo.platforms.frame import Asked, Endpoint, Fields, Record, Refusal

LIMITS = {"thing": 20, "number": 32, "letter": 32, "character_string": 32, "symbol": 5, "phone_number": 17, "name": 10}
CHINESE_PHRASE = re.compile(r"[\u4e00-\u9fff]{1,5}")
ACTIVITY_LASTS = timedelta(hours=24)


@dataclass
class Subscriptions:
    """`grants` are consents that are left, by openid and template; `sent` is what went out."""

    record: Record
    templates: dict[str, frozenset[str]] = field(default_factory=dict)  # keys such as thing1, by template
    grants: Counter[tuple[str, str]] = field(default_factory=Counter)
    sent: list[dict[str, Any]] = field(default_factory=list)
    activities: dict[str, str] = field(default_factory=dict)  # who may send it, by id

    def grant(self, openid: str, template: str) -> None:
        """The person agreed to one message."""
        self.grants[openid, template] += 1

    def endpoints(self) -> tuple[Endpoint, ...]:
        """What it serves."""
        return (
            Endpoint(
                method="POST", path="/cgi-bin/message/subscribe/send", handler=self._send,
                body=Fields("touser template_id data", "page miniprogram_state lang"),
            ),
            Endpoint(
                method="GET", path="/cgi-bin/message/wxopen/activityid/create", handler=self._activity,
                query=Fields("", "openid unionid"),
            ),
        )  # fmt: skip

    def _send(self, asked: Asked) -> dict[str, Any]:
        template, openid = asked.body["template_id"], asked.body["touser"]
        keys = self.templates.get(template)
        if keys is None:
            raise Refusal(40037, "invalid template_id")
        if set(asked.body["data"]) != keys:
            raise Refusal(47003, f"argument invalid! {min(set(asked.body['data']) ^ keys)} is wrong")
        for key, value in asked.body["data"].items():
            if not _fits(key, str(value.get("value", ""))):
                raise Refusal(47003, f"argument invalid! data.{key}.value is not as it may be")
        if self.grants[openid, template] < 1:
            raise Refusal(43101, "user refuse to accept the msg")
        self.grants[openid, template] -= 1
        self.sent.append(dict(asked.body))
        return {"msgid": secrets.randbits(48)}

    def _activity(self, asked: Asked) -> dict[str, Any]:
        if len(asked.query) != 1:
            raise Refusal(40003, "one of openid and unionid")
        made = secrets.token_urlsafe(16)
        self.activities[made] = next(iter(asked.query.values()))
        return {"activity_id": made, "expiration_time": int((self.record.clock() + ACTIVITY_LASTS).timestamp())}


def _fits(key: str, value: str) -> bool:
    kind = key.rstrip("0123456789")
    if kind == "phrase":
        return CHINESE_PHRASE.fullmatch(value) is not None
    return 0 < len(value) <= LIMITS.get(kind, 64)
