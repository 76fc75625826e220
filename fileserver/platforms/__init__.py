"""Platforms: one client for WeChat, WeCom and Tencent Cloud, and what they push to us.

Promises: an answer's status is never trusted, its body says whether it went well; results are typed, refusals are
classes that say what a caller can do; a token is fetched once for all nodes and renewed by force once when it is
refused; what is busy is asked again after a pause; everything has a time limit and is counted; a secret stands in no
log, error or figure. Requests go through `fileserver.outgoing`, so to the configured hosts only.

`services.platforms` holds what the operator configured: a part is None where they did not.
"""

from fileserver.platforms.errors import (
    CodeRefused,
    ConsentMissing,
    NoRelation,
    NotPermitted,
    OutOfFunds,
    PersonBlocked,
    PlatformBusy,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
    TokenRefused,
    TooFrequent,
    Unfit,
)
from fileserver.platforms.opening import Platforms, open_platforms

__all__ = [
    "CodeRefused",
    "ConsentMissing",
    "NoRelation",
    "NotPermitted",
    "OutOfFunds",
    "PersonBlocked",
    "PlatformBusy",
    "PlatformError",
    "PlatformRefused",
    "PlatformUnavailable",
    "Platforms",
    "TokenRefused",
    "TooFrequent",
    "Unfit",
    "open_platforms",
]
