"""Queries as HTML forms send them: fields left empty mean nothing, times are those of the brand's clinics."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, model_validator
from pydantic_core import PydanticCustomError

from fileserver.http.schemas import Input
from fileserver.pages.rendering import CHINA_TIME


def _in_china(value: datetime) -> datetime:
    known = value if value.tzinfo else value.replace(tzinfo=CHINA_TIME)
    try:
        known.astimezone(CHINA_TIME), known.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("datetime_parsing", "not within the calendar") from None
    return known


LocalTime = Annotated[datetime, AfterValidator(_in_china)]
"""A time from an input of the type `datetime-local`, which names no zone."""


class FormQuery(Input):
    """A query that a form with optional fields makes."""

    @model_validator(mode="before")
    @classmethod
    def _without_empty_fields(cls, fields: Any) -> Any:
        if not isinstance(fields, Mapping):
            return fields
        return {name: value for name, value in fields.items() if value != ""}
