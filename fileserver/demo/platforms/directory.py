"""The stand-in's directory, messages to employees, and files. Changes from the console raise callbacks."""

import re
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from fileserver.demo.platforms.frame import Asked, Endpoint, Fields, Record, Refusal
from fileserver.demo.platforms.people import DEPARTMENTS, MEMBERS, TAGS, Member, Part, Tag
from fileserver.demo.platforms.pushing import Delivered, Pusher

LIMITS = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20}
KINDS = ("text", "textcard", "miniprogram_notice", "template_card")
FILENAME = re.compile(rb'name="media"; filename="[^"]+"')


@dataclass
class Directory:
    """`members` and `departments` are the directory; `messages` what was sent to whom."""

    record: Record
    pusher: Pusher
    corp_id: str
    agent_id: int
    members: dict[str, Member] = field(default_factory=lambda: {each.user_id: replace(each) for each in MEMBERS})
    departments: dict[int, Part] = field(default_factory=lambda: {each.id: each for each in DEPARTMENTS})
    tags: dict[int, Tag] = field(default_factory=lambda: {each.id: each for each in TAGS})
    messages: list[dict[str, Any]] = field(default_factory=list)
    media: dict[str, int] = field(default_factory=dict)

    async def changed(self, change: str, **fields: Any) -> Delivered:
        """Tells the server of a change made in the console: `change_contact` with this ChangeType."""
        return await self.pusher.push(self.notice(change, **fields))

    def notice(self, change: str, **fields: Any) -> dict[str, Any]:
        """The message alone."""
        return {
            "ToUserName": self.corp_id,
            "FromUserName": "sys",
            "CreateTime": int(self.record.clock().timestamp()),
            "MsgType": "event",
            "Event": "change_contact",
            "ChangeType": change,
            **fields,
        }

    async def hire(self, member: Member) -> Delivered:
        """An employee is added, or put elsewhere, in the console."""
        change = "update_user" if member.user_id in self.members else "create_user"
        self.members[member.user_id] = member
        return await self.changed(change, UserID=member.user_id)

    async def open(self, part: Part) -> Delivered:
        """A department is added or changed in the console."""
        change = "update_party" if part.id in self.departments else "create_party"
        self.departments[part.id] = part
        return await self.changed(change, Id=part.id)

    async def leave(self, user_id: str) -> Delivered:
        """The employee is deleted in the console."""
        del self.members[user_id]
        return await self.changed("delete_user", UserID=user_id)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """What it serves."""
        message = "touser toparty totag agentid enable_id_trans enable_duplicate_check duplicate_check_interval safe"
        return (
            Endpoint(method="GET", path="/cgi-bin/user/get", handler=self._user, query=Fields("userid")),
            Endpoint(method="GET", path="/cgi-bin/user/list", handler=self._users, query=Fields("department_id")),
            Endpoint(method="GET", path="/cgi-bin/department/list", handler=self._departments, query=Fields("", "id")),
            Endpoint(method="GET", path="/cgi-bin/tag/get", handler=self._tag, query=Fields("tagid")),
            Endpoint(
                method="POST", path="/cgi-bin/message/send", handler=self._send,
                body=Fields("msgtype", f"{message} {' '.join(KINDS)}"),
            ),
            Endpoint(
                method="POST", path="/cgi-bin/media/upload", handler=self._upload, query=Fields("type"),
            ),
        )  # fmt: skip

    def _user(self, asked: Asked) -> dict[str, Any]:
        member = self.members.get(asked.query["userid"])
        if member is None:
            raise Refusal(60111, "userid not found")
        return _said(member)

    def _users(self, asked: Asked) -> dict[str, Any]:
        department = int(asked.query["department_id"])
        if department not in self.departments:
            raise Refusal(60003, "department not found")
        return {"userlist": [_said(each) for each in self.members.values() if department in each.departments]}

    def _departments(self, asked: Asked) -> dict[str, Any]:
        top = int(asked.query.get("id", 1))
        if top not in self.departments:
            raise Refusal(60003, "department not found")
        found = [each for each in self.departments.values() if self._below(each, top)]
        return {
            "department": [
                {"id": each.id, "name": each.name, "parentid": each.parent_id, "order": each.order} for each in found
            ]
        }

    def _tag(self, asked: Asked) -> dict[str, Any]:
        tag = self.tags.get(int(asked.query["tagid"]))
        if tag is None:
            raise Refusal(40068, "invalid tagid")
        members = [self.members[each] for each in tag.members if each in self.members]
        return {
            "tagname": tag.name,
            "userlist": [{"userid": each.user_id, "name": each.name} for each in members],
            "partylist": list(tag.departments),
        }

    def _below(self, part: Part | None, top: int) -> bool:
        while part is not None and part.id != top:
            part = self.departments.get(part.parent_id)
        return part is not None

    def _send(self, asked: Asked) -> dict[str, Any]:
        if asked.body.get("agentid") != self.agent_id:
            raise Refusal(40056, "invalid agentid")
        kind = asked.body["msgtype"]
        if kind not in KINDS or kind not in asked.body:
            raise Refusal(40008, "invalid message type")
        wanted = str(asked.body.get("touser", "")).split("|")
        unknown = [each for each in wanted if each not in self.members]
        if len(unknown) == len(wanted):
            raise Refusal(81013, "user & party & tag all invalid")
        self.messages.append(dict(asked.body))
        return {"invaliduser": "|".join(unknown), "msgid": secrets.token_urlsafe(16)}

    def _upload(self, asked: Asked) -> dict[str, Any]:
        kind = asked.query["type"]
        if kind not in LIMITS or FILENAME.search(asked.raw[:1000]) is None:
            raise Refusal(40004, "invalid media type")
        if len(asked.raw) > LIMITS[kind] + 1000:
            raise Refusal(40009, "invalid media size")
        made = secrets.token_urlsafe(32)
        self.media[made] = len(asked.raw)
        return {"type": kind, "media_id": made, "created_at": str(int(self.record.clock().timestamp()))}


def _said(member: Member) -> dict[str, Any]:
    """As an app made since 2022 gets it: neither phone nor address."""
    return {
        "userid": member.user_id,
        "name": member.name,
        "department": list(member.departments),
        "is_leader_in_dept": [int(each in member.leads) for each in member.departments],
        "main_department": member.departments[0],
        "position": member.position,
        "status": member.status,
        "direct_leader": [],
    }
