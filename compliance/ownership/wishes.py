"""What is to be made one, and who says so."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be merged into what, who says so (None: a rule) and why. `rule`: the access rule that allowed it.

    `ground`: what showed a rule that two are one.
    """

    kind: str
    kept_id: UUID
    merged_id: UUID
    by: UUID | None = None
    reason: str = ""
    rule: str = ""
    ground: str = ""
