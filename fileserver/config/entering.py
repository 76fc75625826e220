"""How clinic users prove their names, for how long, and how often may be asked."""

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode

from compliance.real_names.model import Method

COUNT_MAX = 1_000_000


def _methods(value: object) -> object:
    return tuple(each.strip() for each in value.split(",") if each.strip()) if isinstance(value, str) else value


Methods = Annotated[tuple[Method, ...], NoDecode, BeforeValidator(_methods)]


class EntrySettings(BaseSettings):
    """Verification of names."""

    verification_methods: Methods = Field(
        default=(Method.TWO_FACTOR,),
        description="How names are checked by Tencent Cloud, separated by commas, the first one unless a client asks "
        "for another: two-factor (name and ID number), three-factor (and phone), face, esign",
    )
    verification_valid_days: int = Field(
        default=365, ge=1, le=3650, description="A verified name counts for so many days; then it is checked again"
    )
    verification_person_day_max: int = Field(
        default=5, ge=1, le=100, description="So often a day one person may have their name checked"
    )
    verification_day_max: int = Field(
        default=2000, ge=1, le=COUNT_MAX, description="So many checks a day in all: each one is paid for"
    )
