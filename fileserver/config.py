"""The configuration: typed, complete at start, and the only place that reads the environment.

Every setting is a variable SEALSHARE_<FIELD>. Secrets may come from a file instead (SEALSHARE_<FIELD>_FILE) and have no
defaults. A variable with our prefix that names no setting stops the start: a misspelt limit must not silently be the
default.
"""

import base64
import binascii
import difflib
import os
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from yarl import URL

from compliance.reading.ocr import Ocr
from compliance.retention import DAYS_DEFAULT, DAYS_MIN
from compliance.verifying.errors import Malformed
from compliance.verifying.keys import WITNESS, parse_vkey
from fileserver.i18n import Language

PREFIX = "SEALSHARE_"
FILE_SUFFIX = "_FILE"
CLIENT_TOKEN = "SEALSHARE_TOKEN"  # noqa: S105  # the name of a variable: for `sealshare upload`, no setting of a server
CLIENT_URL = "SEALSHARE_URL"
MASTER_KEY_BYTES = 32
BUCKET_NEEDS = ("_endpoint_url", "_access_key", "_secret_key")
REDACTED = "(set)"
DAY_S = 24 * 3600
PORT_MAX = 65_535
NO_CLAMD = "none"  # for files that must say something
GIB = 1 << 30
TIB = 1 << 40


class ConfigError(Exception):
    """Not usable; each line of the message names a variable and what is wrong, and none holds a secret."""


class MalwareScan(StrEnum):
    """Whether a version may go on that no virus scanner has looked at."""

    REQUIRED = "required"
    NOT_REQUIRED = "not-required"


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


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One line of `sealshare config`."""

    variable: str
    value: str
    is_default: bool
    description: str


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


def _witness(text: str) -> "WitnessSetting":
    vkey, _, url = text.partition(" ")
    try:
        key = parse_vkey(vkey)
    except Malformed as error:
        raise ValueError(f"not the key of a witness: {error}") from None
    if key.kind != WITNESS:
        raise ValueError("the key of a log, not of a witness")
    return WitnessSetting(vkey, *_web_addresses((url.strip(),)))


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


class Config(BaseSettings):
    """All settings. Built by `load_config` in the commands, and directly (with keywords) in tests."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    database_url: SecretStr = Field(description="PostgreSQL by URL: postgresql://user:password@host/name")
    s3_endpoint_url: str = Field(description="Base address of the S3 server")
    s3_access_key: SecretStr = Field(description="S3 access key id")
    s3_secret_key: SecretStr = Field(description="S3 secret access key")
    s3_region: str = Field(default="us-east-1", description="Region that requests are signed for")
    s3_bucket: str = Field(default="sealshare", description="Bucket for originals and renditions", min_length=3)
    s3_public_url: PublicUrl | None = Field(
        default=None,
        description="Origin at which browsers and clients reach the S3 server, for uploads straight into it; none: all "
        "bytes come through this server",
    )
    master_key: MasterKey = Field(description="Encrypts all other keys: 32 random bytes in base64")
    master_key_other: OtherMasterKey = Field(
        default=None,
        description="Another master key, which opens what it encrypted and encrypts nothing: for the move from one to "
        "the other",
    )

    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one")
    public_url: PublicUrl = Field(description="Origin that people's browsers use: https://share.example.com")
    trusted_proxies: Networks = Field(
        default=(), description="Networks of our reverse proxies, whose X-Forwarded-For and X-Request-ID are believed"
    )

    log_format: LogFormat = Field(default=LogFormat.JSON, description="json for machines, console for people")
    log_level: LogLevel = Field(default=LogLevel.INFO, description="Least important line to write")
    metrics_networks: Networks = Field(
        default=(ip_network("127.0.0.0/8"), ip_network("::1/128")), description="Networks that may read /metrics"
    )
    metrics_token: SecretStr | None = Field(default=None, description="Bearer token that opens /metrics from elsewhere")
    worker_metrics_port: int | None = Field(
        default=None,
        gt=0,
        le=65535,
        description="Port where a worker tells its figures; none: a worker listens nowhere",
    )

    brand_name: str = Field(default="SealShare", description="Name shown in the pages", min_length=1, max_length=60)
    default_language: Language = Field(default=Language.ZH_CN, description="For readers who name none we have")

    session_idle_s: Seconds = Field(default=8 * 3600, description="A session ends after so long without a request")
    session_absolute_s: Seconds = Field(default=7 * DAY_S, description="A session ends so long after sign-in")
    stand_in_sign_in: bool = Field(
        default=False, description="Let viewers say who they are without proof: demonstrations only"
    )

    upload_size_max_bytes: int = Field(default=50 * GIB, gt=0, le=5 * TIB, description="Largest upload, at most 5 TiB")
    upload_origins: Origins = Field(
        default=(), description="Origins of pages elsewhere that may upload here with an API token, separated by commas"
    )
    upload_expiry_s: Seconds = Field(default=7 * DAY_S, description="An unfinished upload is dropped after so long")
    upload_quota_person_bytes: QuotaBytes | None = Field(
        default=None, description="How much one person may keep, for whom no other limit was set; none: without limit"
    )
    upload_quota_department_bytes: QuotaBytes | None = Field(
        default=None, description="How much the people of one department may keep together; none: without limit"
    )
    log_retention_days: Annotated[int, AfterValidator(_retention)] = Field(
        default=DAYS_DEFAULT,
        description=f"Entries of the log are kept for so many days after their material ended, at least {DAYS_MIN}; "
        "then they are pruned, and proofs stay valid",
    )
    trace_expiry_s: Seconds = Field(
        default=365 * DAY_S,
        description="The file and the pictures of a trace are deleted after so long; its result stays",
    )
    ledger_origin: str | None = Field(
        default=None,
        description="Name of the log in its checkpoints, for ever the one of the first start; none: host of the public "
        "URL and /ledger",
        max_length=200,
        pattern=r"^[^\s+]+$",
    )
    ledger_stall_limit_s: Seconds = Field(
        default=30, description="Nothing of a material leaves while events wait longer for their place in the ledger"
    )
    trail_review_period_s: Seconds = Field(
        default=30 * DAY_S, description="The log is to be reviewed and signed off at least once in so long"
    )
    time_zone: TimeZone = Field(
        default="Asia/Shanghai", description="By whose clock it is night, by its IANA name; days and pages are China's"
    )
    night_from_hour: int = Field(default=23, ge=0, le=23, description="Night begins at this full hour")
    night_to_hour: int = Field(default=6, ge=0, le=23, description="Night ends at this full hour")
    anomaly_night_downloads: Count = Field(default=3, description="So many downloads in a night stand out")
    anomaly_copies: Count = Field(default=20, description="So many visits and downloads in little time stand out")
    anomaly_copies_within_s: Window = Field(default=600, description="How little time that is, at most a day")
    anomaly_materials: Count = Field(default=15, description="So many different materials in little time stand out")
    anomaly_materials_within_s: Window = Field(default=3600, description="How little time that is, at most a day")
    anomaly_denials: Count = Field(default=5, description="So many refusals in a row stand out")
    anomaly_taken_bytes: int = Field(
        default=5 * GIB, gt=0, description="So many bytes taken by one person within a day stand out"
    )
    anomaly_log_exports: Count = Field(default=10, description="So many exports of the log within a day stand out")
    visit_url_lifetime_s: Seconds = Field(default=300, description="A content address under /v/ works for so long")
    originals_by: OriginalsBy = Field(
        default=OriginalsBy.STREAM,
        description="How employees download originals: stream, through this server, or redirect, to an address at the "
        "S3 server that works for seconds for whoever has it; redirect needs SEALSHARE_S3_PUBLIC_URL",
    )
    originals_address_lifetime_s: int = Field(
        default=30, ge=1, le=900, description="With redirect, such an address can be opened for so long"
    )
    renderer_processes: int = Field(default=2, ge=1, le=64, description="Processes that open documents and draw pages")
    sealing_processes: int = Field(default=2, ge=1, le=64, description="Processes that make viewers' copies of pages")
    office_converter: str | None = Field(
        default=None,
        description="LibreOffice's soffice, with which a worker converts Office files; none: the one on its PATH or in "
        "the usual folders. Without it, Office files are refused with a finding that says so",
    )

    inspecting_processes: int = Field(
        default=1, ge=1, le=16, description="Processes of a worker that look at files: type, archives, what is active"
    )
    clamd: ClamdAddress = Field(
        default=None,
        description="Where ClamAV's clamd listens: host:port, or the path of its Unix socket. Without it, or when it "
        "gives no verdict, a version is not scanned for malware and can't be submitted",
    )
    malware_scan: MalwareScan = Field(
        default=MalwareScan.REQUIRED,
        description="required, or not-required: then versions may go on that no virus scanner has looked at, and each "
        "says so",
    )

    wechat_app_id: str | None = Field(default=None, description="AppID of the mini-program or official account")
    wechat_app_secret: SecretStr | None = Field(default=None, description="Its AppSecret")
    wechat_check_openid: str | None = Field(
        default=None,
        description="With this user's openid in the app, WeChat is asked what it makes of the text of every version "
        "(msg_sec_check); the user must have used the app within two hours, or a reviewer is told that nothing was "
        "checked. The text leaves this installation",
    )
    wechat_api_url: PublicUrl = Field(
        default="https://api.weixin.qq.com", description="WeChat's server API", validate_default=True
    )

    ocr: Ocr = Field(
        default=Ocr.NEEDED,
        description="Which pages a worker looks at for words that only their pictures show: off (each version then "
        "says so), needed (every page of a public advertisement, and pages that may show words beside their text), or "
        "always. It takes seconds a page",
    )

    ledger_witnesses: Witnesses = Field(
        default=(),
        description="Witnesses that cosign the log's growth, separated by commas: each is the key that `sealshare "
        "witness init` prints, a space, and the address",
    )
    ledger_witness_quorum: int = Field(
        default=0,
        ge=0,
        description="Nothing of a material leaves unless so many witnesses cosigned lately; 0: they being away is only "
        "told of",
    )
    ledger_witness_age_max_s: Seconds = Field(default=300, description="How long ago that may be")
    ledger_folders: Listed = Field(
        default=(), description="Folders on disks of somebody else that checkpoints are written to, separated by commas"
    )
    ledger_webhooks: WebAddresses = Field(
        default=(), description="Addresses that checkpoints are sent to by POST, separated by commas"
    )
    ledger_webhook_token: SecretStr | None = Field(default=None, description="Bearer token to send with them")
    ledger_bucket: str | None = Field(
        default=None, description="Bucket with object lock that checkpoints are written to", min_length=3
    )
    ledger_bucket_endpoint_url: str | None = Field(default=None, description="Base address of its S3 server")
    ledger_bucket_access_key: SecretStr | None = Field(default=None, description="Its access key id")
    ledger_bucket_secret_key: SecretStr | None = Field(default=None, description="Its secret access key")
    ledger_bucket_region: str = Field(default="us-east-1", description="Its region", validate_default=True)
    ledger_bucket_retention_days: int = Field(
        default=1095, ge=1, le=36_500, description="For so long nobody can delete a checkpoint in it"
    )
    ledger_tell_every_s: Seconds = Field(
        default=30, le=3600, description="Witnesses and the other places are told of the newest checkpoint this often"
    )
    ledger_conflict: OnConflict = Field(
        default=OnConflict.REFUSE,
        description="While a witness or an archive knows another ledger than this one, as after an old database was "
        "restored: refuse, nothing of a material leaves and no process starts, or alarm, it is only told of",
    )
    outgoing_hosts: Hosts = Field(
        default=(),
        description="Hosts that this server may send to, beside those of the addresses in other settings, separated by "
        "commas; requests to any other are refused",
    )
    outgoing_networks: Networks = Field(
        default=(),
        description="Private networks in which such hosts may be; none: public addresses only",
    )
    outgoing_ca_file: IssuersFile | None = Field(
        default=None, description="Issuers of certificates (PEM) to trust beside the system's, for such hosts"
    )
    outgoing_loopback_http: bool = Field(
        default=False, description="Let such hosts be at this machine's loopback address, by http too: for tests only"
    )

    @field_validator("ledger_witness_quorum")
    @classmethod
    def _reachable_quorum(cls, value: int, info: ValidationInfo) -> int:
        if value > len(info.data.get("ledger_witnesses", ())):
            raise ValueError("there are fewer witnesses (SEALSHARE_LEDGER_WITNESSES)")
        return value

    @field_validator("wechat_api_url")
    @classmethod
    def _complete_wechat(cls, value: str, info: ValidationInfo) -> str:
        needed = ("wechat_app_id", "wechat_app_secret")
        given = [info.data.get(name) is not None for name in needed]
        if any(given) != all(given) or (info.data.get("wechat_check_openid") is not None and not all(given)):
            raise ValueError(f"all of these are needed, or none: {', '.join(map(variable_of, needed))}")
        return value

    @field_validator("ledger_bucket_region")
    @classmethod
    def _complete_bucket(cls, value: str, info: ValidationInfo) -> str:
        given = [info.data.get(f"ledger_bucket{name}") is not None for name in ("", *BUCKET_NEEDS)]
        if any(given) and not all(given):
            names = ", ".join(variable_of(f"ledger_bucket{name}") for name in ("", *BUCKET_NEEDS))
            raise ValueError(f"all of these are needed, or none: {names}")
        return value

    @field_validator("originals_by")
    @classmethod
    def _reachable(cls, value: OriginalsBy, info: ValidationInfo) -> OriginalsBy:
        if value is OriginalsBy.REDIRECT and info.data.get("s3_public_url") is None:
            raise ValueError("redirect needs SEALSHARE_S3_PUBLIC_URL")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # pydantic's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Keywords, then the environment, then secret files; no .env file is read."""
        return init_settings, env_settings, SecretFiles(settings_cls)

    @property
    def master_key_bytes(self) -> bytes:
        """The master key itself."""
        return base64.b64decode(self.master_key.get_secret_value())

    @property
    def master_key_other_bytes(self) -> bytes | None:
        """The master key that only opens, if there is one."""
        return base64.b64decode(self.master_key_other.get_secret_value()) if self.master_key_other else None

    @property
    def cosigned_within_s(self) -> float | None:
        """How much older than the newest a cosigned checkpoint may be that is shown instead; None: no witnesses."""
        return float(self.ledger_witness_age_max_s) if self.ledger_witnesses else None

    @property
    def outgoing_urls(self) -> tuple[str, ...]:
        """Addresses of other settings that this server sends to."""
        wechat = (self.wechat_api_url,) if self.wechat_app_id else ()
        return (*(each.url for each in self.ledger_witnesses), *self.ledger_webhooks, *wechat)

    @property
    def has_places_outside(self) -> bool:
        """Whether somebody outside is told of checkpoints, and may contradict them."""
        return bool(self.ledger_witnesses or self.ledger_folders or self.ledger_webhooks or self.ledger_bucket)

    @property
    def ledger_origin_otherwise(self) -> str:
        """The log's name where nobody gives it one: share.example.com/ledger."""
        return f"{URL(self.public_url).host_port_subcomponent}/ledger"

    def effective(self) -> Iterator[Setting]:
        """Every setting as it is in force, secrets hidden, in the order of declaration."""
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            yield _setting(name, field, value, is_default=name not in self.model_fields_set)


def _setting(name: str, field: FieldInfo, value: Any, *, is_default: bool) -> Setting:
    """Render one field. A secret shows that it is set, and nothing else."""
    if is_secret(field):
        text = REDACTED if value is not None else ""
    elif isinstance(value, tuple):
        text = ",".join(map(str, value))
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    return Setting(variable=variable_of(name), value=text, is_default=is_default, description=field.description or "")


class SecretFiles(PydanticBaseSettingsSource):
    """Secrets from files (SEALSHARE_MASTER_KEY_FILE=/run/secrets/key); line ends around the secret are dropped."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The file's content for one secret, or None."""
        variable = variable_of(field_name)
        path = os.environ.get(variable + FILE_SUFFIX)
        if not path or not is_secret(field):
            return None, field_name, False
        if os.environ.get(variable):
            raise ConfigError(f"{variable} and {variable}{FILE_SUFFIX} are both set; keep one")
        try:
            return Path(path).read_text(encoding="utf-8").strip("\r\n"), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
            raise ConfigError(f"{variable}{FILE_SUFFIX}: can't read {path}: {reason}") from None

    def __call__(self) -> dict[str, Any]:
        """All secrets that come from files."""
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


def variable_of(field_name: str) -> str:
    """SEALSHARE_PORT for port."""
    return PREFIX + field_name.upper()


def is_secret(field: FieldInfo) -> bool:
    """Whether the field holds a SecretStr."""
    return SecretStr in (field.annotation, *get_args(field.annotation))


def known_variables() -> list[str]:
    """Every variable that means something, the _FILE forms included."""
    fields = Config.model_fields.items()
    files = [variable_of(name) + FILE_SUFFIX for name, field in fields if is_secret(field)]
    return [variable_of(name) for name, _ in fields] + files


def check_unknown(environ: Mapping[str, str]) -> None:
    """Raises ConfigError for a variable with our prefix that is no setting, naming the nearest one that is."""
    known = known_variables()
    ours = (name for name in sorted(environ) if name.startswith(PREFIX) and name not in (CLIENT_TOKEN, CLIENT_URL))
    lines = [_unknown(name, known) for name in ours if name not in known]
    if lines:
        raise ConfigError("\n".join(lines))


def _unknown(name: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1)
    return f"{name} is not a setting" + (f"; did you mean {nearest[0]}?" if nearest else "")


def client_token() -> str:
    """The API token of a command that speaks to a server; empty where none is set."""
    return os.environ.get(CLIENT_TOKEN, "")


def load_config(**overrides: Any) -> Config:
    """The configuration from the environment, with `overrides` (command-line options) winning. Raises ConfigError."""
    check_unknown(os.environ)
    try:
        return Config(**overrides)
    except ValidationError as error:
        raise ConfigError("\n".join(map(_complaint, error.errors(include_url=False, include_input=False)))) from None


def _complaint(item: Any) -> str:
    field = str(item["loc"][0])
    variable = variable_of(field)
    if item["type"] != "missing":
        return f"{variable}: {item['msg']}"
    file = f" (or {variable}{FILE_SUFFIX})" if is_secret(Config.model_fields[field]) else ""
    return f"{variable}{file} is needed: {Config.model_fields[field].description}"
