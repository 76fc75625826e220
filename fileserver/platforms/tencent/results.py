"""What Tencent Cloud answers, as far as this server uses it; codes are texts there. ID numbers are nowhere in it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import Field

Required = Annotated[str, Field(min_length=1)]
RequestId = Annotated[str, Field(alias="RequestId")]


class Outcome(StrEnum):
    """What a check says, whatever its codes."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNFIT = "unfit"  # a name, number or phone that can't be one
    NO_RECORD = "no-record"
    UNAVAILABLE = "unavailable"  # their source is down, or being changed
    DAILY_LIMIT = "daily-limit"


TWO_FACTORS = {
    "0": Outcome.MATCH,
    "-1": Outcome.MISMATCH,
    "-2": Outcome.UNFIT,
    "-3": Outcome.UNFIT,
    "-4": Outcome.UNAVAILABLE,
    "-5": Outcome.NO_RECORD,
    "-6": Outcome.UNAVAILABLE,
    "-7": Outcome.DAILY_LIMIT,
}
THREE_FACTORS = {
    "0": Outcome.MATCH,
    "-4": Outcome.MISMATCH,
    "-6": Outcome.UNFIT,
    "-7": Outcome.UNFIT,
    "-8": Outcome.UNFIT,
    "-9": Outcome.NO_RECORD,
    "-11": Outcome.UNAVAILABLE,
    "-12": Outcome.DAILY_LIMIT,
    "-13": Outcome.UNFIT,
}


@dataclass(frozen=True, kw_only=True)
class IdCardVerification:
    """Name and ID number: `code` as Tencent gives it."""

    code: Annotated[str, Field(alias="Result")]
    request_id: RequestId = ""

    @property
    def outcome(self) -> Outcome:
        """An unknown code is no match."""
        return TWO_FACTORS.get(self.code, Outcome.UNAVAILABLE)


@dataclass(frozen=True, kw_only=True)
class PhoneVerification:
    """Name, ID number and phone; `detail` says what doesn't fit, such as PhoneIdCardMismatch."""

    code: Annotated[str, Field(alias="Result")]
    detail: Annotated[str, Field(alias="ResultDetail")] = ""
    carrier: Annotated[str, Field(alias="Isp")] = ""
    request_id: RequestId = ""

    @property
    def outcome(self) -> Outcome:
        """An unknown code is no match."""
        return THREE_FACTORS.get(self.code, Outcome.UNAVAILABLE)


@dataclass(frozen=True, kw_only=True)
class FaceCheck:
    """A face check begun on a page: its token is good for two hours."""

    token: Annotated[Required, Field(alias="BizToken")] = field(repr=False)
    url: Annotated[Required, Field(alias="Url")] = field(repr=False)
    request_id: RequestId = ""


@dataclass(frozen=True, kw_only=True)
class EidToken:
    """A face check begun for the mini-program."""

    token: Annotated[Required, Field(alias="EidToken")] = field(repr=False)
    url: Annotated[str, Field(alias="Url")] = field(default="", repr=False)
    request_id: RequestId = ""


@dataclass(frozen=True, kw_only=True)
class _EidText:
    code: Annotated[int | None, Field(alias="ErrCode")] = None
    message: Annotated[str, Field(alias="ErrMsg")] = ""
    similarity: Annotated[str, Field(alias="Sim")] = ""


@dataclass(frozen=True, kw_only=True)
class EidResult:
    """What became of it: `code` 0 is a match; None, nobody has finished it."""

    text: Annotated[_EidText, Field(alias="Text")] = field(default_factory=_EidText)
    request_id: RequestId = ""

    @property
    def code(self) -> int | None:
        """As Tencent gives it."""
        return self.text.code

    @property
    def is_match(self) -> bool:
        """Whether the face is the one that the name and the number belong to."""
        return self.text.code == 0


@dataclass(frozen=True, kw_only=True)
class VerifyUrl:
    """Where somebody confirms who they are with the e-sign service."""

    url: Annotated[Required, Field(alias="UserVerifyUrl")] = field(repr=False)
    expires_at: Annotated[int, Field(alias="ExpireTime")] = 0
    mini_app_id: Annotated[str, Field(alias="MiniAppId")] = ""
    request_id: RequestId = ""


@dataclass(frozen=True, kw_only=True)
class VerifyStatus:
    """Whether they did."""

    is_verified: Annotated[bool, Field(alias="VerifyStatus")]
    request_id: RequestId = ""
