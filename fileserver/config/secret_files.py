"""Secrets from files."""

import os
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from fileserver.config.names import FILE_SUFFIX, ConfigError, is_secret, variable_of


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
