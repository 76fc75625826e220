"""What WeCom answers, as far as this server uses it. Fields that WeCom adds are dropped."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Annotated

from pydantic import Field

Required = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, kw_only=True)
class WeComSession:
    """Of a mini-program opened inside WeCom."""

    corp_id: Annotated[Required, Field(alias="corpid")]
    user_id: Annotated[Required, Field(alias="userid")]
    session_key: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class UserInfo:
    """Who came back from WeCom's browser: `user_id` of an employee, or `openid` of somebody who is none."""

    user_id: Annotated[str, Field(alias="userid")] = ""
    user_ticket: str = field(default="", repr=False)
    openid: str = ""
    external_user_id: Annotated[str, Field(alias="external_userid")] = ""

    @property
    def is_employee(self) -> bool:
        """Whether it is a member of this corporation."""
        return bool(self.user_id)


@dataclass(frozen=True, kw_only=True)
class UserDetail:
    """What an employee agreed to show."""

    user_id: Annotated[Required, Field(alias="userid")]
    mobile: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    biz_mail: str = field(default="", repr=False)


class UserStatus(IntEnum):
    """What an employee's account is."""

    ACTIVE = 1
    DISABLED = 2
    NOT_YET = 4
    LEFT = 5


@dataclass(frozen=True, kw_only=True)
class User:
    """One employee. Apps made since 2022 get neither phone nor address here."""

    user_id: Annotated[Required, Field(alias="userid")]
    name: str = field(default="", repr=False)
    departments: Annotated[tuple[int, ...], Field(alias="department")] = ()
    leads: Annotated[tuple[int, ...], Field(alias="is_leader_in_dept")] = ()
    main_department: int = 0
    position: str = ""
    direct_leader: tuple[str, ...] = ()
    status: int = UserStatus.ACTIVE.value

    @property
    def is_active(self) -> bool:
        """Whether they may be let in."""
        return self.status == UserStatus.ACTIVE


@dataclass(frozen=True, kw_only=True)
class Department:
    """One department; the root is 1, and has no parent (0)."""

    id: int
    name: str = ""
    parent_id: Annotated[int, Field(alias="parentid")] = 0
    order: int = 0


@dataclass(frozen=True, kw_only=True)
class Tagged:
    """A member who has a tag."""

    user_id: Annotated[Required, Field(alias="userid")]


@dataclass(frozen=True, kw_only=True)
class TagMembers:
    """Who has a tag: members themselves, and departments with all below them."""

    userlist: tuple[Tagged, ...] = ()
    partylist: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MessageSent:
    """Who could not be reached: errcode 0 all the same, so this has to be looked at."""

    invalid_user: Annotated[str, Field(alias="invaliduser")] = ""
    unlicensed_user: Annotated[str, Field(alias="unlicenseduser")] = ""
    message_id: Annotated[str, Field(alias="msgid")] = ""

    @property
    def not_reached(self) -> frozenset[str]:
        """User ids."""
        return frozenset(filter(None, f"{self.invalid_user}|{self.unlicensed_user}".split("|")))


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Somebody outside, whom employees have among their contacts."""

    external_user_id: Annotated[Required, Field(alias="external_userid")]
    name: str = field(default="", repr=False)
    type: int = 1
    unionid: str | None = None
    corp_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Follower:
    """One employee's relation to the contact. There may be many: WeCom knows no owner."""

    user_id: Annotated[Required, Field(alias="userid")]
    remark: str = field(default="", repr=False)
    created_at: Annotated[int, Field(alias="createtime")] = 0
    state: str = ""
    add_way: int = 0


@dataclass(frozen=True, kw_only=True)
class ExternalContact:
    """A contact and who has them."""

    contact: Annotated[Contact, Field(alias="external_contact")]
    followers: Annotated[tuple[Follower, ...], Field(alias="follow_user")] = ()
    next_cursor: str = ""


@dataclass(frozen=True, kw_only=True)
class ContactEntry:
    """One line of `batch/get_by_user`: a contact and one follower."""

    contact: Annotated[Contact, Field(alias="external_contact")]
    follower: Annotated[Follower, Field(alias="follow_info")]


@dataclass(frozen=True, kw_only=True)
class ContactPage:
    """A page of them."""

    entries: Annotated[tuple[ContactEntry, ...], Field(alias="external_contact_list")] = ()
    next_cursor: str = ""


@dataclass(frozen=True, kw_only=True)
class ContactWay:
    """A code by which somebody becomes a contact."""

    config_id: Required
    qr_code: str = ""


@dataclass(frozen=True, kw_only=True)
class TransferAccepted:
    """Whether a contact's transfer was taken up: errcode 0, or why not."""

    external_user_id: Annotated[Required, Field(alias="external_userid")]
    errcode: int = 0

    @property
    def is_accepted(self) -> bool:
        """Accepted to be tried: it takes effect after 24 hours, unless it is refused."""
        return self.errcode == 0


class TransferStatus(IntEnum):
    """What became of a transfer."""

    DONE = 1
    WAITING = 2
    REFUSED = 3
    TAKER_FULL = 4
    NONE = 5


@dataclass(frozen=True, kw_only=True)
class TransferState:
    """One contact's transfer."""

    external_user_id: Annotated[Required, Field(alias="external_userid")]
    status: TransferStatus
    takeover_time: int = 0


@dataclass(frozen=True, kw_only=True)
class TransferPage:
    """A page of them."""

    customer: tuple[TransferState, ...] = ()
    next_cursor: str = ""


@dataclass(frozen=True, kw_only=True)
class Unassigned:
    """A contact of somebody who left."""

    handover_user_id: Annotated[Required, Field(alias="handover_userid")]
    external_user_id: Annotated[Required, Field(alias="external_userid")]
    dimission_time: int = 0


@dataclass(frozen=True, kw_only=True)
class UnassignedPage:
    """A page of them."""

    info: tuple[Unassigned, ...] = ()
    is_last: bool = True
    next_cursor: str = ""


@dataclass(frozen=True, kw_only=True)
class GroupMessage:
    """A message that each sender has yet to confirm; `fail_list` are contacts who can't get it."""

    message_id: Annotated[Required, Field(alias="msgid")]
    fail_list: tuple[str, ...] = ()


class SendStatus(IntEnum):
    """What became of one contact's copy of a group message."""

    UNSENT = 0
    SENT = 1
    NO_FRIEND = 2
    CAPPED = 3


@dataclass(frozen=True, kw_only=True)
class SendState:
    """One contact's copy."""

    external_user_id: Annotated[str, Field(alias="external_userid")] = ""
    user_id: Annotated[str, Field(alias="userid")] = ""
    status: SendStatus
    send_time: int = 0


@dataclass(frozen=True, kw_only=True)
class SendPage:
    """A page of them."""

    send_list: tuple[SendState, ...] = ()
    next_cursor: str = ""


@dataclass(frozen=True, kw_only=True)
class TaskState:
    """One sender's task: whether they confirmed."""

    user_id: Annotated[Required, Field(alias="userid")]
    status: int
    send_time: int = 0


@dataclass(frozen=True, kw_only=True)
class TaskPage:
    """A page of them."""

    task_list: tuple[TaskState, ...] = ()
    next_cursor: str = ""


@dataclass(frozen=True, kw_only=True)
class ExternalIdentity:
    """Of a unionid: the contact, or the id under which it may become one within 90 days."""

    external_user_id: Annotated[str, Field(alias="external_userid")] = ""
    pending_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Media:
    """A file that WeCom keeps for three days."""

    media_id: Required
    created_at: str = ""
