"""What WeChat answers, as far as this server uses it. Fields that WeChat adds are dropped."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import Field

Required = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, kw_only=True)
class Session:
    """Of `code2Session`. The session_key never leaves this server; `unionid` may come later, or never."""

    openid: Required
    session_key: Required = field(repr=False)
    unionid: str | None = None


@dataclass(frozen=True, kw_only=True)
class Watermark:
    """Which app a datum was given to, and when."""

    app_id: Annotated[str, Field(alias="appid")]
    timestamp: int


@dataclass(frozen=True, kw_only=True)
class PhoneNumber:
    """A number that WeChat vouches for; `national` without the country's code."""

    number: Annotated[Required, Field(alias="phoneNumber")] = field(repr=False)
    national: Annotated[Required, Field(alias="purePhoneNumber")] = field(repr=False)
    country_code: Annotated[str, Field(alias="countryCode")]
    watermark: Watermark

    @property
    def e164(self) -> str:
        """+8613800138000."""
        return f"+{self.country_code}{self.national}"


@dataclass(frozen=True)
class Picture:
    """A mini-program code."""

    media_type: str
    content: bytes = field(repr=False)


class Environment(StrEnum):
    """Which edition of the mini-program opens."""

    RELEASE = "release"
    TRIAL = "trial"
    DEVELOP = "develop"


class Suggestion(StrEnum):
    """What WeChat says of content."""

    PASS = "pass"  # noqa: S105  # a verdict
    REVIEW = "review"
    RISKY = "risky"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Suggestion and label (100: nothing; 20001 politics, 20002 porn, …)."""

    suggest: Suggestion
    label: int


@dataclass(frozen=True, kw_only=True)
class Detail:
    """What one strategy of WeChat's says."""

    strategy: str = ""
    suggest: str = ""
    label: int = 0
    keyword: str = ""


@dataclass(frozen=True, kw_only=True)
class TextCheck:
    """Of `msg_sec_check`."""

    trace_id: str = ""
    result: Verdict
    detail: tuple[Detail, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ActivityId:
    """Of a message that can't be forwarded."""

    activity_id: Required
    expiration_time: int


@dataclass(frozen=True, kw_only=True)
class OAuthToken:
    """Of the web authorization. `is_snapshotuser`: a virtual user, who is nobody; refuse them."""

    access_token: Required = field(repr=False)
    expires_in: int
    refresh_token: str = field(default="", repr=False)
    openid: Required
    scope: str = ""
    unionid: str | None = None
    is_snapshotuser: int = 0

    @property
    def is_virtual(self) -> bool:
        """Whether WeChat showed a snapshot page and made the user up."""
        return self.is_snapshotuser != 0


@dataclass(frozen=True, kw_only=True)
class UserInfo:
    """Of `sns/userinfo`."""

    openid: Required
    nickname: str = field(default="", repr=False)
    unionid: str | None = None


@dataclass(frozen=True, kw_only=True)
class JsConfig:
    """What a page passes to `wx.config`."""

    app_id: str
    timestamp: int
    nonce: str
    signature: str
