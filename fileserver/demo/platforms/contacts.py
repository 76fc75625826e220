"""The stand-in's contacts: who has whom. A contact may have many followers, and what is done by API raises nothing."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from fileserver.demo.platforms.directory import Directory
from fileserver.demo.platforms.frame import Asked, Endpoint, Fields, Record, Refusal
from fileserver.demo.platforms.pushing import Delivered, Pusher

PAGE_MAX = 100
STATE_MAX = 30


@dataclass(kw_only=True)
class Relation:
    """One employee's relation to a contact."""

    user_id: str
    created_at: int
    state: str = ""
    add_way: int = 1


@dataclass(kw_only=True)
class Customer:
    """A contact and its followers."""

    external_user_id: str
    name: str
    unionid: str | None = None
    openid: str | None = None
    followers: dict[str, Relation] = field(default_factory=dict)


@dataclass
class Contacts:
    """`customers` by id; `ways` are the codes that were made."""

    record: Record
    pusher: Pusher
    corp_id: str
    directory: Directory
    customers: dict[str, Customer] = field(default_factory=dict)
    ways: dict[str, dict[str, Any]] = field(default_factory=dict)

    def know(
        self, external_user_id: str, name: str = "客户", *, unionid: str | None = None, openid: str | None = None
    ) -> Customer:
        """Somebody with WeChat, whom nobody has among their contacts yet."""
        made = Customer(external_user_id=external_user_id, name=name, unionid=unionid, openid=openid)
        return self.customers.setdefault(external_user_id, made)

    def follow(self, user_id: str, external_user_id: str, *, state: str = "") -> None:
        """They become contacts, and nobody is told of it."""
        now = int(self.record.clock().timestamp())
        relation = Relation(user_id=user_id, created_at=now, state=state)
        self.know(external_user_id).followers[user_id] = relation

    async def added(self, user_id: str, external_user_id: str, *, state: str = "") -> Delivered:
        """They become contacts by a code, and the server is told."""
        self.follow(user_id, external_user_id, state=state)
        welcome = secrets.token_urlsafe(16)
        return await self.tell("add_external_contact", user_id, external_user_id, State=state, WelcomeCode=welcome)

    async def tell(self, change: str, user_id: str, external_user_id: str, **more: Any) -> Delivered:
        """Pushes `change_external_contact`."""
        return await self.pusher.push(self.notice(change, user_id, external_user_id, **more))

    def notice(self, change: str, user_id: str, external_user_id: str, **more: Any) -> dict[str, Any]:
        """The message alone."""
        return {
            "ToUserName": self.corp_id,
            "FromUserName": "sys",
            "CreateTime": int(self.record.clock().timestamp()),
            "MsgType": "event",
            "Event": "change_external_contact",
            "ChangeType": change,
            "UserID": user_id,
            "ExternalUserID": external_user_id,
            **more,
        }

    def endpoints(self) -> tuple[Endpoint, ...]:
        """What it serves."""
        base = "/cgi-bin/externalcontact"
        way = "user party state skip_verify is_exclusive is_temp expires_in chat_expires_in unionid remark style"
        return (
            Endpoint(method="GET", path=f"{base}/get", handler=self._get, query=Fields("external_userid", "cursor")),
            Endpoint(method="GET", path=f"{base}/list", handler=self._list, query=Fields("userid")),
            Endpoint(
                method="POST", path=f"{base}/batch/get_by_user", handler=self._batch,
                body=Fields("userid_list", "cursor limit"),
            ),
            Endpoint(method="POST", path=f"{base}/add_contact_way", handler=self._way, body=Fields("type scene", way)),
            Endpoint(
                method="POST", path="/cgi-bin/idconvert/unionid_to_external_userid", handler=self._convert,
                body=Fields("unionid openid", "subject_type"),
            ),
        )  # fmt: skip

    def of(self, user_id: str) -> list[Customer]:
        """Whom an employee has among their contacts."""
        return [each for each in self.customers.values() if user_id in each.followers]

    def _get(self, asked: Asked) -> dict[str, Any]:
        found = self.customers.get(asked.query["external_userid"])
        if found is None or not found.followers:
            raise Refusal(84061, "not external contact")
        return {"external_contact": _said(found), "follow_user": [_relation(each) for each in found.followers.values()]}

    def _list(self, asked: Asked) -> dict[str, Any]:
        self._require_member(asked.query["userid"])
        if not (found := self.of(asked.query["userid"])):
            raise Refusal(84061, "not external contact")
        return {"external_userid": [each.external_user_id for each in found]}

    def _batch(self, asked: Asked) -> dict[str, Any]:
        users, limit = asked.body["userid_list"], int(asked.body.get("limit", 50))
        if not 0 < len(users) <= PAGE_MAX or not 0 < limit <= PAGE_MAX:
            raise Refusal(40058, "invalid parameter")
        rows = [(each, each.followers[user]) for user in users for each in self.of(user)]
        start = int(asked.body.get("cursor") or 0)
        page = rows[start : start + limit]
        entries = [{"external_contact": _said(each), "follow_info": _relation(relation)} for each, relation in page]
        more = start + limit < len(rows)
        return {"external_contact_list": entries, "next_cursor": str(start + limit) if more else ""}

    def _way(self, asked: Asked) -> dict[str, Any]:
        users = asked.body.get("user", [])
        if (
            not users
            or len(str(asked.body.get("state", ""))) > STATE_MAX
            or (asked.body["type"] == 1) != (len(users) == 1)
        ):
            raise Refusal(40058, "invalid parameter")
        for user in users:
            self._require_member(user)
        made = secrets.token_hex(16)
        self.ways[made] = dict(asked.body)
        return {"config_id": made, "qr_code": f"https://wework.qpic.cn/wwpic/{made}/0"}

    def _convert(self, asked: Asked) -> dict[str, Any]:
        ids = (asked.body["unionid"], asked.body["openid"])
        found = [each for each in self.customers.values() if (each.unionid, each.openid) == ids]
        return {"external_userid": found[0].external_user_id} if found else {"pending_id": secrets.token_hex(16)}

    def _require_member(self, user_id: str) -> None:
        if user_id not in self.directory.members:
            raise Refusal(60111, "userid not found")


def _said(customer: Customer) -> dict[str, Any]:
    said = {"external_userid": customer.external_user_id, "name": customer.name, "type": 1, "gender": 0}
    return said | ({"unionid": customer.unionid} if customer.unionid else {})


def _relation(relation: Relation) -> dict[str, Any]:
    return {
        "userid": relation.user_id,
        "remark": "",
        "description": "",
        "createtime": relation.created_at,
        "state": relation.state,
        "add_way": relation.add_way,
    }
