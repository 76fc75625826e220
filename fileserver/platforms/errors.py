"""What can go wrong with a platform, in classes that callers tell apart; none of them holds an address or a secret.

`PlatformUnavailable`: no answer that can be read; the same may succeed later. `PlatformRefused`: an answer of the
platform's own, with its code, in the class that says what a caller can do about it. Features turn them into refusals of
their own: what a stranger is told is never a platform's code.
"""

from collections.abc import Mapping
from typing import ClassVar

Code = int | str  # `errcode` of WeChat and WeCom; Tencent Cloud's codes are words


class PlatformError(Exception):
    """Base of both."""

    slug: ClassVar[str] = "platform-error"

    def __init__(self, platform: str, what: str) -> None:
        super().__init__(f"{platform}: {what}")
        self.platform = platform


class PlatformUnavailable(PlatformError):
    """No answer, or none that can be read.

    `reason` is a word: timeout, name, connection, tls, redirect, too-large, address, status, nonsense.
    """

    slug = "platform-unavailable"

    def __init__(self, platform: str, reason: str) -> None:
        super().__init__(platform, reason)
        self.reason = reason


class PlatformRefused(PlatformError):
    """The platform said no; `code` is its own, and `rid` names the request in a question to its support."""

    slug = "platform-refused"

    def __init__(self, platform: str, code: Code, rid: str = "") -> None:
        super().__init__(platform, f"{code}{f' rid {rid}' if rid else ''}")
        self.code, self.rid = code, rid


class TokenRefused(PlatformRefused):
    """The app's token, even a fresh one."""


class PlatformBusy(PlatformRefused):
    """Busy, however often it was asked."""


class TooFrequent(PlatformRefused):
    """A quota or a rate of the platform's is used up."""


class CodeRefused(PlatformRefused):
    """A code that a client brought: unknown, over five minutes old, used before, or of another app."""


class PersonBlocked(PlatformRefused):
    """The platform takes this person for a risk."""


class NotPermitted(PlatformRefused):
    """The operator's account lacks a permission, or an address that is on its list."""


class ConsentMissing(PlatformRefused):
    """The person refused, or the one message that they agreed to was sent already."""


class NoRelation(PlatformRefused):
    """The employee doesn't have this person among their contacts."""


class Unfit(PlatformRefused):
    """Something in the request is not as the platform takes it: a text too long, an unknown template or page."""


class OutOfFunds(PlatformRefused):
    """The operator's account at Tencent Cloud is in arrears, or the service was never switched on."""


CLASSES: Mapping[Code, type[PlatformRefused]] = {
    -1: PlatformBusy,
    **dict.fromkeys((40001, 40014, 41001, 42001), TokenRefused),
    **dict.fromkeys((45009, 45011, 45033, 44990, 85400, 45029, 41048), TooFrequent),
    **dict.fromkeys((40029, 40163), CodeRefused),
    40226: PersonBlocked,
    **dict.fromkeys((48001, 48002, 60011, 60020, 50001, 40013, 40125, 301002), NotPermitted),
    43101: ConsentMissing,
    84061: NoRelation,
    **dict.fromkeys((40037, 41030, 47001, 47003, 40129, 40165, 40212, 40097, 44002, 40058, 81013), Unfit),
    "RequestLimitExceeded": TooFrequent,
    "UnauthorizedOperation.Arrears": OutOfFunds,
    "UnauthorizedOperation.Nonactivated": OutOfFunds,
}
PREFIXES: Mapping[str, type[PlatformRefused]] = {
    "AuthFailure": NotPermitted,
    "UnauthorizedOperation": NotPermitted,
    "InvalidParameter": Unfit,
    "MissingParameter": Unfit,
    "RequestLimitExceeded": TooFrequent,
}


def refused(platform: str, code: Code, rid: str = "") -> PlatformRefused:
    """The refusal for a code."""
    found = CLASSES.get(code) or PREFIXES.get(str(code).partition(".")[0], PlatformRefused)
    return found(platform, code, rid)
