"""What can leave, and in what form it leaves."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum


class PieceKind(StrEnum):
    """The parts of a version that somebody can be given."""

    PAGE = "page"  # one page as a sealed picture
    THUMB = "thumb"  # the same, small
    DOCUMENT = "document"  # the whole version as a sealed file
    ORIGINAL = "original"  # the stored bytes themselves: employees who may, never viewers


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One thing asked for. `page` counts from 1; `start` and `stop` (exclusive, None: the end) cut an ORIGINAL."""

    kind: PieceKind
    page: int = 0
    start: int = 0
    stop: int | None = None


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """Bytes on their way out, with the event that allowed them already committed.

    Close `chunks` (`aclosing`) in any case: its end is an event. It raises AccessDenied between two chunks as soon
    as the permission ends; `size_bytes` is None when only the end will tell. `total_bytes` is the size of the whole
    thing of which an ORIGINAL's range was asked.
    """

    media_type: str
    filename: str
    size_bytes: int | None
    total_bytes: int | None
    chunks: AsyncGenerator[bytes]
