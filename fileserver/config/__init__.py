"""The configuration: typed, complete at start, and the only place that reads the environment.

Every setting is a variable SEALSHARE_<FIELD>. Secrets may come from a file instead (SEALSHARE_<FIELD>_FILE) and have no
defaults. A variable with our prefix that names no setting stops the start: a misspelt limit must not silently be the
default.
"""

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from yarl import URL

from fileserver.config.digests import DigestSettings
from fileserver.config.engines import EngineSettings
from fileserver.config.entering import EntrySettings
from fileserver.config.files import FileSettings
from fileserver.config.ledger import LedgerSettings
from fileserver.config.names import FILE_SUFFIX, PREFIX, ConfigError, is_secret, variable_of
from fileserver.config.others import OtherSettings
from fileserver.config.platforms import PlatformSettings
from fileserver.config.recruiting import RecruitSettings
from fileserver.config.secret_files import SecretFiles
from fileserver.config.signing_in import SignInSettings
from fileserver.config.values import (
    Jail,
    LogFormat,
    MalwareScan,
    OnConflict,
    OriginalsBy,
    RoleLimit,
    SmtpTls,
    WitnessSetting,
)
from fileserver.config.web import WebSettings

__all__ = [
    "CLIENT_TOKEN",
    "CLIENT_URL",
    "FILE_SUFFIX",
    "PREFIX",
    "Config",
    "ConfigError",
    "Jail",
    "LogFormat",
    "MalwareScan",
    "OnConflict",
    "OriginalsBy",
    "RoleLimit",
    "SmtpTls",
    "WitnessSetting",
    "check_unknown",
    "client_token",
    "is_secret",
    "known_variables",
    "load_config",
    "variable_of",
]

CLIENT_TOKEN = "SEALSHARE_TOKEN"  # noqa: S105  # the name of a variable: for `sealshare upload`, no setting of a server
CLIENT_URL = "SEALSHARE_URL"
REDACTED = "(set)"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One line of `sealshare config`."""

    variable: str
    value: str
    is_default: bool
    description: str


class Config(
    RecruitSettings,
    DigestSettings,
    PlatformSettings,
    OtherSettings,
    EntrySettings,
    SignInSettings,
    LedgerSettings,
    FileSettings,
    WebSettings,
    EngineSettings,
):
    """All settings. Built by `load_config` in the commands, and directly (with keywords) in tests."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )

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
    def outgoing_urls(self) -> tuple[str, ...]:
        """Addresses of other settings that this server sends to."""
        return (*(each.url for each in self.ledger_witnesses), *self.ledger_webhooks, *self.platform_urls)

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
