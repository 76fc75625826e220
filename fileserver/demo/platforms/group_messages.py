"""The stand-in's messages to contacts: nothing goes out until the employee confirms, and a month has its cap."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fileserver.demo.platforms.contacts import Contacts
from fileserver.demo.platforms.frame import Asked, Endpoint, Fields, Record, Refusal

REMINDERS_MAX = 3
REMINDERS_WITHIN = timedelta(hours=24)
TEXT_BYTES_MAX = 4000
ATTACHMENTS_MAX = 9
UNSENT, SENT, NO_FRIEND, CAPPED = 0, 1, 2, 3
BASE = "/cgi-bin/externalcontact"


@dataclass(kw_only=True)
class Message:
    """One message before one employee."""

    sender: str
    receivers: tuple[str, ...]
    body: dict[str, Any]
    status: dict[str, int] = field(default_factory=dict)
    sent_at: int = 0
    cancelled: bool = False
    reminders: list[datetime] = field(default_factory=list)


@dataclass
class GroupMessages:
    """`messages` by id; `month_cap` is how many a contact gets in a month, 0: as many as it has days."""

    record: Record
    contacts: Contacts
    messages: dict[str, Message] = field(default_factory=dict)
    month_cap: int = 0
    _received: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def confirm(self, message_id: str) -> None:
        """The employee taps: each copy goes out, or doesn't."""
        message, now = self.messages[message_id], self.record.clock()
        if message.cancelled or message.sent_at:
            return
        message.sent_at = int(now.timestamp())
        for receiver in message.receivers:
            message.status[receiver] = self._sent(message.sender, receiver, now)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """What it serves."""
        template = "chat_type external_userid chat_id_list tag_filter sender allow_select text attachments"
        return (
            Endpoint(
                method="POST", path=f"{BASE}/add_msg_template", handler=self._add, body=Fields("sender", template)
            ),
            Endpoint(
                method="POST", path=f"{BASE}/get_groupmsg_task", handler=self._task,
                body=Fields("msgid", "limit cursor"),
            ),
            Endpoint(
                method="POST", path=f"{BASE}/get_groupmsg_send_result", handler=self._result,
                body=Fields("msgid userid", "limit cursor"),
            ),
            Endpoint(method="POST", path=f"{BASE}/remind_groupmsg_send", handler=self._remind, body=Fields("msgid")),
            Endpoint(method="POST", path=f"{BASE}/cancel_groupmsg_send", handler=self._cancel, body=Fields("msgid")),
        )  # fmt: skip

    def _sent(self, sender: str, receiver: str, now: datetime) -> int:
        if sender not in self.contacts.customers[receiver].followers:
            return NO_FRIEND
        month = (receiver, now.year, now.month)
        if self._received.get(month, 0) >= (self.month_cap or _days_of(now)):
            return CAPPED
        self._received[month] = self._received.get(month, 0) + 1
        return SENT

    def _add(self, asked: Asked) -> dict[str, Any]:
        sender, wanted = asked.body["sender"], asked.body.get("external_userid", [])
        text = str(asked.body.get("text", {}).get("content", ""))
        if sender not in self.contacts.directory.members:
            raise Refusal(60111, "userid not found")
        if len(text.encode()) > TEXT_BYTES_MAX or len(asked.body.get("attachments", [])) > ATTACHMENTS_MAX:
            raise Refusal(40058, "invalid parameter")
        known = {each.external_user_id for each in self.contacts.of(sender)}
        good = tuple(each for each in wanted if each in known)
        if not good:
            raise Refusal(41048, "no customer to send")
        made = secrets.token_urlsafe(16)
        self.messages[made] = Message(sender=sender, receivers=good, body=dict(asked.body))
        return {"fail_list": [each for each in wanted if each not in known], "msgid": made}

    def _task(self, asked: Asked) -> dict[str, Any]:
        message = self._found(asked)
        task = {"userid": message.sender, "status": 2 if message.sent_at else 0, "send_time": message.sent_at}
        return {"task_list": [task], "next_cursor": ""}

    def _result(self, asked: Asked) -> dict[str, Any]:
        message = self._found(asked)
        if message.sender != asked.body["userid"]:
            raise Refusal(60111, "userid not found")
        rows = [
            {
                "external_userid": each,
                "userid": message.sender,
                "status": message.status.get(each, UNSENT),
                "send_time": message.sent_at,
            }
            for each in message.receivers
        ]
        return {"send_list": rows, "next_cursor": ""}

    def _remind(self, asked: Asked) -> dict[str, Any]:
        message, now = self._found(asked), self.record.clock()
        message.reminders = [at for at in message.reminders if now - at < REMINDERS_WITHIN]
        if len(message.reminders) >= REMINDERS_MAX:
            raise Refusal(45029, "reach the limit of reminders")
        message.reminders.append(now)
        return {}

    def _cancel(self, asked: Asked) -> dict[str, Any]:
        self._found(asked).cancelled = True
        return {}

    def _found(self, asked: Asked) -> Message:
        found = self.messages.get(asked.body["msgid"])
        if found is None:
            raise Refusal(40058, "invalid msgid")
        return found


def _days_of(now: datetime) -> int:
    first = now.replace(day=1)
    return ((first + timedelta(days=32)).replace(day=1) - first).days
