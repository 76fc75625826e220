"""The directory, messages to employees, and files that messages carry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fileserver.platforms.api import Api, Upload
from fileserver.platforms.transport import result
from fileserver.platforms.wecom.results import Department, Media, MessageSent, TagMembers, User

PLATFORM = "wecom"
USERS_MAX = 1000
DUPLICATES_S = 1800
UPLOAD_TIMEOUT_S = 30.0
MEDIA_MAX_BYTES: Mapping[str, int] = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20}


@dataclass(frozen=True)
class _Departments:
    department: tuple[Department, ...] = ()


@dataclass(frozen=True)
class _Users:
    userlist: tuple[User, ...] = ()


class Directory:
    """Part of `WeCom`."""

    _api: Api
    agent_id: int

    async def user(self, user_id: str) -> User:
        """One employee. Raises PlatformRefused (60111) for one that is not in the directory."""
        return result(PLATFORM, User, await self._api.get("/cgi-bin/user/get", {"userid": user_id}))

    async def users_of_department(self, department_id: int) -> tuple[User, ...]:
        """Its employees, without those of the departments below it."""
        said = await self._api.get("/cgi-bin/user/list", {"department_id": str(department_id)})
        return result(PLATFORM, _Users, said).userlist

    async def department_list(self, department_id: int | None = None) -> tuple[Department, ...]:
        """The department and all below it; all that this app may see, unless one is named."""
        query = {} if department_id is None else {"id": str(department_id)}
        return result(PLATFORM, _Departments, await self._api.get("/cgi-bin/department/list", query)).department

    async def tag_members(self, tag_id: str) -> TagMembers:
        """Members and departments that have a tag, as far as this app may see them."""
        return result(PLATFORM, TagMembers, await self._api.get("/cgi-bin/tag/get", {"tagid": tag_id}))

    async def message_send(self, user_ids: Sequence[str], message: Mapping[str, Any]) -> MessageSent:
        """A message of this app, such as `text_card(…)`; who was not reached stands in the result.

        Raises Unfit when nobody could be reached.
        """
        if not 0 < len(user_ids) <= USERS_MAX:
            raise ValueError(f"a message goes to 1 to {USERS_MAX} people")
        body = {
            "touser": "|".join(user_ids),
            "agentid": self.agent_id,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DUPLICATES_S,
            **message,
        }
        return result(PLATFORM, MessageSent, await self._api.post("/cgi-bin/message/send", body))

    async def media_upload(self, kind: str, filename: str, content: bytes, media_type: str) -> Media:
        """Keeps a file for three days; `kind`: image, voice, video or file. Raises ValueError for one too large."""
        if not 5 < len(content) <= MEDIA_MAX_BYTES[kind]:  # noqa: PLR2004  # WeCom's least
            raise ValueError(f"a {kind} has 6 to {MEDIA_MAX_BYTES[kind]} bytes")
        boundary = uuid4().hex
        upload = Upload(
            content=_form(boundary, filename, content, media_type),
            media_type=f"multipart/form-data; boundary={boundary}",
            timeout_s=UPLOAD_TIMEOUT_S,
        )
        return result(PLATFORM, Media, await self._api.upload("/cgi-bin/media/upload", {"type": kind}, upload))


def text(content: str) -> Mapping[str, Any]:
    """A plain message."""
    return {"msgtype": "text", "text": {"content": content}}


def text_card(title: str, description: str, url: str) -> Mapping[str, Any]:
    """A card that opens a page."""
    return {"msgtype": "textcard", "textcard": {"title": title, "description": description, "url": url}}


def mini_program_notice(app_id: str, page: str, title: str, items: Mapping[str, str]) -> Mapping[str, Any]:
    """A card that opens the mini-program."""
    content = [{"key": key, "value": value} for key, value in items.items()]
    notice = {"appid": app_id, "page": page, "title": title, "content_item": content}
    return {"msgtype": "miniprogram_notice", "miniprogram_notice": notice}


def _form(boundary: str, filename: str, content: bytes, media_type: str) -> bytes:
    name = "".join(each if each.isprintable() and each not in '"\\' else "_" for each in filename)
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="media"; filename="{name}"; filelength={len(content)}\r\n'
        f"Content-Type: {media_type}\r\n\r\n"
    )
    return head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
