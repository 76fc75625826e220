"""What pictures show besides text, as data: faces, and two pictures of the same thing side by side."""

from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

from compliance.detecting.model import Box
from compliance.reading.errors import BadText
from compliance.reading.numbers import box_of, number_of

SeenKind = Literal["face", "pair"]
PER_MILLE = 1000


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One of them, on a page or at a moment of a video; `score` in thousandths, of what the detector calls certain."""

    kind: SeenKind
    box: Box
    score: int
    page: int | None = None
    start_ms: int | None = None

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> Self:
        """What `vars` gave, without what is None. Raises BadText for anything else."""
        if row["kind"] not in get_args(SeenKind) or not 0 <= number_of(row["score"]) <= PER_MILLE:
            raise BadText
        numbers = {name: number_of(row[name]) for name in ("page", "start_ms") if name in row}
        return cls(kind=row["kind"], box=box_of(row["box"]), score=row["score"], **numbers)
