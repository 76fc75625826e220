"""The parts of a viewer's sign-in, each checked by its own model, with errors that point into the request."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from compliance.access import Job
from fileserver.http.errors import InvalidRequest
from fileserver.http.parsing import violations
from fileserver.http.schemas import LINE, Input

CLINIC_NAME_CHARS_MAX = 80
POINTER = "/credential"

Model = TypeVar("Model", bound=BaseModel)
ClinicName = Annotated[
    str, StringConstraints(min_length=1, max_length=CLINIC_NAME_CHARS_MAX, strip_whitespace=True, pattern=LINE)
]


class Workplace(Input):
    """Where a viewer works, by their own statement: a clinic of the list, or the name of another."""

    clinic_id: UUID | None = Field(default=None, description="A clinic that is listed")
    clinic_name: ClinicName | None = Field(default=None, description="Another clinic, where the sign-in allows it")
    job: Job = Field(description="What the viewer does there")

    @model_validator(mode="after")
    def _one_clinic(self) -> Self:
        if (self.clinic_id is None) == (self.clinic_name is None):
            raise PydanticCustomError("clinic_choice", "name one clinic")
        return self


def split(credential: Mapping[str, str]) -> tuple[Workplace, dict[str, str]]:
    """The workplace, and the rest, which is for the provider. Raises InvalidRequest."""
    said = {name: text for name, text in credential.items() if name in Workplace.model_fields}
    return parse(Workplace, said), {name: text for name, text in credential.items() if name not in said}


def parse(model: type[Model], credential: Mapping[str, str]) -> Model:
    """Short texts as their model. Raises InvalidRequest pointing below /credential."""
    try:
        return model.model_validate_strings(dict(credential))
    except ValidationError as error:
        found = (replace(violation, field=POINTER + violation.field) for violation in violations(error))
        raise InvalidRequest(*found) from None
