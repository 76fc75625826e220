"""How settings and their variables are called."""

from typing import get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

PREFIX = "SEALSHARE_"
FILE_SUFFIX = "_FILE"


class ConfigError(Exception):
    """Not usable; each line of the message names a variable and what is wrong, and none holds a secret."""


def variable_of(field_name: str) -> str:
    """SEALSHARE_PORT for port."""
    return PREFIX + field_name.upper()


def is_secret(field: FieldInfo) -> bool:
    """Whether the field holds a SecretStr."""
    return SecretStr in (field.annotation, *get_args(field.annotation))
