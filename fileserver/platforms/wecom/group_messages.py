"""Messages to contacts that each employee confirms with one tap, and what became of each copy."""

from collections.abc import Mapping, Sequence
from typing import Any

from fileserver.platforms.api import Api
from fileserver.platforms.transport import result
from fileserver.platforms.wecom.results import GroupMessage, SendPage, TaskPage

PLATFORM = "wecom"
TEXT_BYTES_MAX = 4000
ATTACHMENTS_MAX = 9
RECEIVERS_MAX = 10_000
PAGE_MAX = 500


class GroupMessages:
    """Part of `WeCom`."""

    _api: Api

    async def add_msg_template(
        self,
        sender: str,
        external_user_ids: Sequence[str],
        text: str,
        attachments: Sequence[Mapping[str, Any]] = (),
    ) -> GroupMessage:
        """Lays a message before an employee, who sends it to these contacts of theirs by confirming it."""
        if (
            not 0 < len(external_user_ids) <= RECEIVERS_MAX
            or len(text.encode()) > TEXT_BYTES_MAX
            or len(attachments) > ATTACHMENTS_MAX
        ):
            raise ValueError("too many receivers or attachments, or too long a text")
        body = {
            "chat_type": "single",
            "external_userid": list(external_user_ids),
            "sender": sender,
            "text": {"content": text},
            "attachments": list(attachments),
        }
        return result(PLATFORM, GroupMessage, await self._api.post("/cgi-bin/externalcontact/add_msg_template", body))

    async def group_message_tasks(self, message_id: str, cursor: str = "") -> TaskPage:
        """Who confirmed."""
        body = {"msgid": message_id, "limit": PAGE_MAX, "cursor": cursor}
        return result(PLATFORM, TaskPage, await self._api.post("/cgi-bin/externalcontact/get_groupmsg_task", body))

    async def group_message_result(self, message_id: str, user_id: str, cursor: str = "") -> SendPage:
        """What became of each copy that an employee was to send."""
        body = {"msgid": message_id, "userid": user_id, "limit": PAGE_MAX, "cursor": cursor}
        said = await self._api.post("/cgi-bin/externalcontact/get_groupmsg_send_result", body)
        return result(PLATFORM, SendPage, said)

    async def remind_group_message(self, message_id: str) -> None:
        """Reminds who hasn't confirmed, three times a day at most. Raises TooFrequent."""
        await self._api.post("/cgi-bin/externalcontact/remind_groupmsg_send", {"msgid": message_id})

    async def cancel_group_message(self, message_id: str) -> None:
        """Takes back what hasn't been confirmed."""
        await self._api.post("/cgi-bin/externalcontact/cancel_groupmsg_send", {"msgid": message_id})


def mini_program(app_id: str, page: str, title: str, picture_media_id: str) -> Mapping[str, Any]:
    """An attachment that opens the mini-program; the title has 64 bytes at most."""
    card = {"title": title, "pic_media_id": picture_media_id, "appid": app_id, "page": page}
    return {"msgtype": "miniprogram", "miniprogram": card}


def link(title: str, url: str, description: str = "") -> Mapping[str, Any]:
    """An attachment that opens a page."""
    return {"msgtype": "link", "link": {"title": title, "url": url, "desc": description}}
