"""What platforms push, as far as anybody here can want to know, in dataclasses; the rest is `Unrecognised`.

Platforms push what happened in their own apps and consoles only: what is changed through their API raises nothing.
Events may come late, twice and in the wrong order: the frame keeps the second copy back, and says of an event whether
a later one about the same thing was handled before it (`superseded`).
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

# What WeCom says of somebody who follows an employee, or no more.
FOLLOWING = frozenset({"add_external_contact", "add_half_external_contact", "del_external_contact", "del_follow_user"})


class EventKind(StrEnum):
    """What handlers are registered for."""

    MEDIA_CHECKED = "media-checked"
    CONTACT_CHANGED = "contact-changed"
    DIRECTORY_CHANGED = "directory-changed"
    FOLLOWED = "followed"
    UNFOLLOWED = "unfollowed"
    UNRECOGNISED = "unrecognised"


@dataclass(frozen=True, kw_only=True)
class PlatformEvent:
    """Of all of them. `app` is the AppID or CorpID that it was sent to; `said_at` is by the platform's clock."""

    kind: EventKind
    platform: str
    app: str
    said_at: datetime
    superseded: bool = False


@dataclass(frozen=True, kw_only=True)
class MediaChecked(PlatformEvent):
    """WeChat's verdict on a picture. `suggest` is pass, review or risky; empty when it could not be looked at."""

    trace_id: str
    suggest: str
    label: int
    errcode: int = 0


@dataclass(frozen=True, kw_only=True)
class ContactChanged(PlatformEvent):
    """WeCom's `change_external_contact`; `change` is its ChangeType."""

    change: str
    user_id: str
    external_user_id: str
    state: str = ""
    welcome_code: str = field(default="", repr=False)
    fail_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class DirectoryChanged(PlatformEvent):
    """WeCom's `change_contact`; `change` is its ChangeType: create_user, update_user, delete_user, and so on."""

    change: str
    user_id: str = ""
    new_user_id: str = ""
    department_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Followed(PlatformEvent):
    """Somebody began (`followed`) or ceased (`unfollowed`) to follow the official account; `scene` of the QR code."""

    openid: str = field(repr=False)
    scene: str = ""


@dataclass(frozen=True, kw_only=True)
class Unrecognised(PlatformEvent):
    """Something else: the name that the platform gives it."""

    name: str
