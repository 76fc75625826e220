"""What is wrong with a log, and where."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Why a log is refused."""

    CHECKPOINT = "checkpoint"  # not well-formed, or not signed as it stands
    UNSIGNED = "unsigned"  # by nobody who is known, or by too few
    ROOT = "root"  # entries and hashes agree with each other, and not with the signed root
    TILE = "tile"  # a hash of a tile is wrong; what is below it is as it was signed
    ENTRY = "entry"  # an entry is not the one that was logged
    MISSING = "missing"  # a file that should be there is not
    CUT = "cut"  # the log is shorter than it was
    FORK = "fork"  # what was logged before an earlier checkpoint is not what was logged then
    BUNDLE = "bundle"  # something else in the bundle can't be read
    ROW = "row"  # of a database: a copy beside the log, which people search by, says something else


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong. `first` and `last` are the entries in question: one and the same where it is certain."""

    kind: Kind
    path: str
    message: str
    first: int | None = None
    last: int | None = None
    line: int | None = None
