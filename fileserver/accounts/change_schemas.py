"""What an employee's account is to be, and what became of it."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator
from pydantic_core import PydanticCustomError

from compliance.access import Sensitivity
from fileserver.accounts.schemas import EmployeeRole
from fileserver.accounts.session_schemas import Reason
from fileserver.http.schemas import Input, Output


class AccountChange(Input):
    """What an employee's account is to be. All of it is said at once; what stays is said as it is."""

    role: EmployeeRole
    department_id: UUID | None = Field(description="Null: in none, so nothing of others' is within reach")
    region_id: UUID | None = Field(description="The only region that the employee acts in; null: as the department")
    clearance: Sensitivity = Field(description="The highest sensitivity of materials that the employee may see")
    valid_from: AwareDatetime | None = Field(default=None, description="The account begins then; null: it has begun")
    valid_until: AwareDatetime | None = Field(default=None, description="The account ends then; null: it has no end")
    reason: Reason = Field(description="Kept in the account's history; its hash goes into the log")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            raise PydanticCustomError("account-time", "an account ends after it began")
        return self


class AccountChangeOut(Output):
    """One change of an account, never changed itself."""

    kind: str
    before: str = Field(description="A word, an instant, or a name of a department or region")
    after: str
    reason: str
    changed_by: str = Field(description="A name; empty for a directory, the operator, and who was erased")
    changed_at: datetime


class AccountChangeList(Output):
    """What became of an account, the newest first."""

    items: list[AccountChangeOut]
    next: None = None
