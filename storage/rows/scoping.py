"""Which rows of a list somebody may see, as a condition of SQL: how a thing stands to its reader, in a few words.

compliance.scopes asks the access rules about every combination of these words and hands over those that are allowed.
"""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, case, cast, false, func, literal, true

Region = Literal["all", "mine", "other"]


@dataclass(frozen=True, order=True)
class Cell:
    """One combination. `within`: the thing's department is the reader's or below; `above`: the reader's or above."""

    own: bool
    within: bool
    above: bool
    region: Region
    sensitivity: str = "usual"
    state: str = ""

    @property
    def word(self) -> str:
        """As a query writes it."""
        relation = f"{'o' if self.own else '-'}{'w' if self.within else '-'}{'a' if self.above else '-'}"
        return f"{relation} {self.region} {self.sensitivity} {self.state}"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a reader may see: the cells that are allowed, and who the reader is."""

    person_id: UUID
    departments: tuple[UUID, ...]
    region: str
    cells: frozenset[Cell]


def in_scope(
    scope: Scope,
    *,
    owner_id: ColumnElement[Any],
    path: ColumnElement[Any],
    region: ColumnElement[Any],
    sensitivity: ColumnElement[Any] | None = None,
    state: ColumnElement[Any] | None = None,
) -> ColumnElement[bool]:
    """Whether the row's thing stands to the reader as one of the cells does."""
    if not scope.cells:
        return false()
    mine = cast(list(scope.departments[-1:]), ARRAY(Uuid))
    inside = path.op("@>", is_comparison=True)(mine)
    nowhere = true() if len(scope.departments) == 1 else false()  # in no department: the brand's own
    within = func.coalesce(inside, nowhere) if scope.departments else false()
    last = path[func.cardinality(path)]
    above = func.coalesce(last.in_(scope.departments), false()) if scope.departments else false()
    here = func.coalesce(region, "")
    word = func.concat(
        _letter(owner_id == scope.person_id, "o"),
        _letter(within, "w"),
        _letter(above, "a"),
        " ",
        case((here == "", "all"), (here == scope.region, "mine"), else_="other"),
        " ",
        sensitivity if sensitivity is not None else "usual",
        " ",
        state if state is not None else "",
    )
    return word.in_(sorted(cell.word for cell in scope.cells))


def _letter(holds: ColumnElement[bool], letter: str) -> ColumnElement[str]:
    return case((holds, literal(letter)), else_=literal("-"))
