"""Which approvals a class needs: stages one after the other, disciplines of one stage side by side.

The brand may set its own; what was in force when a version was submitted holds for its review. Every setting stays,
so that an auditor can see what was asked for at any time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from compliance.access.model import MaterialClass
from compliance.errors import InvalidValue
from storage.database import Transaction
from storage.rows import review_procedures
from storage.rows.review_steps import StepRow

DUE_DAYS_MAX = 60


class Discipline(StrEnum):
    """What a reviewer answers for."""

    MEDICAL = "medical"
    LEGAL = "legal"
    REGULATORY = "regulatory"


@dataclass(frozen=True)
class Procedure:
    """The approvals that a version of a class needs. `four_eyes`: nobody gives two of them."""

    stages: tuple[tuple[Discipline, ...], ...]
    four_eyes: bool
    due_days: int

    @property
    def told(self) -> str:
        """The stages in one line, for events: `medical+legal,regulatory`."""
        return ",".join("+".join(stage) for stage in self.stages)


MEDICAL, LEGAL, REGULATORY = Discipline.MEDICAL, Discipline.LEGAL, Discipline.REGULATORY
DEFAULTS: Mapping[MaterialClass, Procedure] = {
    MaterialClass.PUBLIC_AD: Procedure(((MEDICAL, LEGAL), (REGULATORY,)), four_eyes=True, due_days=3),
    MaterialClass.PROFESSIONAL_TRAINING: Procedure(((MEDICAL,), (REGULATORY,)), four_eyes=True, due_days=5),
    MaterialClass.IN_CLINIC: Procedure(((REGULATORY,),), four_eyes=False, due_days=5),
    MaterialClass.INTERNAL: Procedure(((REGULATORY,),), four_eyes=False, due_days=7),
}


def checked(stages: Sequence[Sequence[Discipline]], *, four_eyes: bool, due_days: int) -> Procedure:
    """A procedure of these parts. Raises InvalidValue naming `stages` if one is empty or a discipline stands twice."""
    every = [discipline for stage in stages for discipline in stage]
    if not stages or not all(stages) or len(every) != len(set(every)):
        raise InvalidValue(field="stages", rule="stages-invalid")
    return Procedure(tuple(tuple(stage) for stage in stages), four_eyes=four_eyes, due_days=due_days)


async def procedure_of(tx: Transaction, material_class: MaterialClass, *, uploader_id: UUID | None = None) -> Procedure:
    """What is in force for this class now; nobody's own setting is in force for what they upload."""
    row = await review_procedures.newest(tx, material_class.value, but=uploader_id)
    return DEFAULTS[material_class] if row is None else read(row)


def read(row: review_procedures.ProcedureRow) -> Procedure:
    """The stored procedure."""
    stages = tuple(tuple(Discipline(each) for each in stage) for stage in row.stages)
    return Procedure(stages, four_eyes=row.four_eyes, due_days=row.due_days)


def open_now(steps: Sequence[StepRow]) -> tuple[Discipline, ...]:
    """The disciplines whose approval is asked for now: those of the first stage that is not complete."""
    left = [each for each in steps if each.signature_id is None]
    first = min((each.stage for each in left), default=0)
    return tuple(sorted(Discipline(each.discipline) for each in left if each.stage == first))
