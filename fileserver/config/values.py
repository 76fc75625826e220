"""What a setting may hold: closed choices, and texts that are checked and taken apart at start."""

import base64
import binascii
import ssl
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode
from yarl import URL

from compliance.access import Role
from compliance.retention import DAYS_MIN
from compliance.verifying.errors import Malformed
from compliance.verifying.keys import WITNESS, parse_vkey

MASTER_KEY_BYTES = 32
DAY_S = 24 * 3600
PORT_MAX = 65_535
NO_CLAMD = "none"  # for files that must say something


class MalwareScan(StrEnum):
    """Whether a version may go on that no virus scanner has looked at."""

    REQUIRED = "required"
    NOT_REQUIRED = "not-required"


class Jail(StrEnum):
    """Whether files of strangers may be opened where the kernel keeps nobody from other files."""

    REQUIRED = "required"
    IF_POSSIBLE = "if-possible"


class LogFormat(StrEnum):
    """How log lines look."""

    JSON = "json"
    CONSOLE = "console"


class LogLevel(StrEnum):
    """The least important line that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class OriginalsBy(StrEnum):
    """How stored originals reach employees."""

    STREAM = "stream"
    REDIRECT = "redirect"


class SmtpTls(StrEnum):
    """How the connection to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True)
class RoleLimit:
    """How long a session of one role lives: without a request, and at most."""

    role: str
    idle_s: int
    absolute_s: int

    def __str__(self) -> str:
        return f"{self.role}={self.idle_s}/{self.absolute_s}"


class OnConflict(StrEnum):
    """What becomes of a server whose ledger is contradicted from outside."""

    REFUSE = "refuse"
    ALARM = "alarm"


@dataclass(frozen=True)
class WitnessSetting:
    """A witness: its key in the verifier's form, and where it is asked."""

    vkey: str
    url: str

    def __str__(self) -> str:
        return f"{self.vkey} {self.url}"

    @property
    def place(self) -> str:
        """What rows and figures call it."""
        return f"witness:{self.vkey.partition('+')[0]}"


def _networks(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(ip_network(item.strip()) for item in value.split(",") if item.strip())


def _listed(value: object) -> object:
    return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value


def _web_addresses(value: tuple[str, ...]) -> tuple[str, ...]:
    for each in value:
        url = URL(each)
        if url.scheme not in ("http", "https") or not url.host or url.user or url.password or url.fragment:
            raise ValueError("must be https addresses without user or password")
    return value


def _witnesses(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = tuple(map(_witness, filter(None, map(str.strip, value.split(",")))))
    if len({each.place for each in found}) < len(found):
        raise ValueError("two witnesses have one name")
    return found


def _witness(text: str) -> WitnessSetting:
    vkey, _, url = text.partition(" ")
    try:
        key = parse_vkey(vkey)
    except Malformed as error:
        raise ValueError(f"not the key of a witness: {error}") from None
    if key.kind != WITNESS:
        raise ValueError("the key of a log, not of a witness")
    return WitnessSetting(vkey, *_web_addresses((url.strip(),)))


def _role_limits(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = tuple(map(_role_limit, filter(None, map(str.strip, value.split(",")))))
    if len({each.role for each in found}) < len(found):
        raise ValueError("a role stands twice")
    return found


def _role_limit(text: str) -> RoleLimit:
    role, _, limits = text.partition("=")
    idle, slash, absolute = limits.partition("/")
    if role not in set(Role) or not slash or not idle.isdecimal() or not absolute.isdecimal():
        raise ValueError("say role=idle/absolute in seconds: admin=1800/28800")
    limit = RoleLimit(role, int(idle), int(absolute))
    if not 0 < limit.idle_s <= limit.absolute_s:
        raise ValueError("a session can't be idle for longer than it lives, nor for no time")
    return limit


def _lower(value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(str.lower, value))


def _issuers(value: str) -> str:
    try:
        ssl.create_default_context(cafile=value)
    except OSError:  # no file, or none with certificates
        raise ValueError("no file of certificates (PEM) that can be read") from None
    return value


def _public_url(value: str) -> str:
    url = URL(value)
    if url.scheme not in ("http", "https") or not url.host or url.user or url.password:
        raise ValueError("must be an http or https address without user or password")
    if url.path not in ("", "/") or url.query_string or url.fragment:
        raise ValueError("must be an origin without path: https://share.example.com")
    return str(url.origin())


def _master_key_if_any(value: SecretStr | None) -> SecretStr | None:
    return value and _master_key(value)


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be the IANA name of a time zone: Asia/Shanghai") from None
    return value


def _master_key(value: SecretStr) -> SecretStr:
    try:
        key = base64.b64decode(value.get_secret_value(), validate=True)
    except binascii.Error:
        raise ValueError("must be base64") from None
    if len(key) != MASTER_KEY_BYTES:
        raise ValueError(f"must be {MASTER_KEY_BYTES} bytes in base64, not {len(key)}")
    return value


def _retention(value: int) -> int:
    if value < DAYS_MIN:
        raise ValueError(f"must be at least {DAYS_MIN} days: 网络安全法 Art. 23 asks for logs of six months")
    return value


def _clamd_address(value: str | None) -> str | None:
    """A path, or host:port; `none` and an empty one are none."""
    if not value or value == NO_CLAMD:
        return None
    host, colon, port = value.rpartition(":")
    if not value.startswith("/") and not (host and colon and port.isdecimal() and int(port) <= PORT_MAX):
        raise ValueError("say host:port, or the path of a Unix socket")
    return value


RoleLimits = Annotated[tuple[RoleLimit, ...], NoDecode, BeforeValidator(_role_limits)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)]
Seconds = Annotated[int, Field(gt=0)]
Count = Annotated[int, Field(ge=1, le=100_000)]
Window = Annotated[int, Field(gt=0, le=DAY_S)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
QuotaBytes = Annotated[int, Field(ge=0)]
ClamdAddress = Annotated[str | None, AfterValidator(_clamd_address)]
PublicUrl = Annotated[str, AfterValidator(_public_url)]
Origins = Annotated[tuple[PublicUrl, ...], NoDecode, BeforeValidator(_listed)]
Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
WebAddresses = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_web_addresses)]
Witnesses = Annotated[tuple[WitnessSetting, ...], NoDecode, BeforeValidator(_witnesses)]
Hosts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_lower)]
IssuersFile = Annotated[str, AfterValidator(_issuers)]
MasterKey = Annotated[SecretStr, AfterValidator(_master_key)]
OtherMasterKey = Annotated[SecretStr | None, AfterValidator(_master_key_if_any)]
RetentionDays = Annotated[int, AfterValidator(_retention)]
