"""What can leave, and in what form it leaves."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage.objects import Outlet as ObjectOutlet


class PieceKind(StrEnum):
    """The parts of a version that somebody can be given."""

    PAGE = "page"  # one page as a sealed picture
    THUMB = "thumb"  # the same, small
    TILE = "tile"  # a part of a page that somebody looks at closely
    DOCUMENT = "document"  # the whole version as a sealed file
    ORIGINAL = "original"  # the stored bytes themselves: employees who may, never viewers


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One thing asked for. `page` counts from 1; columns and rows of a tile from 0, at `level` times the size."""

    kind: PieceKind
    page: int = 0
    level: int = 0
    column: int = 0
    row: int = 0


@dataclass(frozen=True, kw_only=True)
class Original:
    """What there is to know of a version's stored bytes: said only to who may have them. They never change."""

    sha256: str
    size_bytes: int
    media_type: str
    filename: str
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class ByAddress:
    """Let an original leave by an address at the store, good for `lifetime_s` for whoever has it, under these names."""

    lifetime_s: int
    media_type: str
    disposition: str


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What there is to know of a visit's copy of a document: its bytes are the same as long as its `tag` is."""

    media_type: str
    filename: str
    made_at: datetime
    size_bytes: int
    tag: str


ChooseCopy = Callable[[Copy], range | None]


@dataclass(frozen=True, kw_only=True)
class ReleasedCopy:
    """What became of the wish for a document: bytes about to leave, or only the knowledge of it."""

    copy: Copy
    departure: "Departure | None" = None


Leave = range | ByAddress | None
"""What of an original is to leave: these bytes, all of them by an address, or nothing."""

Choose = Callable[[Original], Leave]


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A sealed picture on its way out, with the event that allowed it already committed."""

    media_type: str
    filename: str
    body: bytes


Outlet = ObjectOutlet
"""Where stored bytes leave to: a reader's connection."""


@dataclass(frozen=True, kw_only=True)
class Departure:
    """Bytes about to leave, stored or drawn on the way, with the event that allows it already committed.

    `into` sends them, once, and its end is an event. It raises AccessDenied, NotFound or a StorageError in the middle
    as soon as the permission ends or the store fails, OutletGone when the reader has gone.
    """

    media_type: str
    filename: str
    size_bytes: int
    into: Callable[[Outlet], Coroutine[Any, Any, None]]


@dataclass(frozen=True, kw_only=True)
class Released:
    """What became of the wish for an original: bytes about to leave, an address, or only the knowledge of it."""

    original: Original
    departure: Departure | None = None
    address: str | None = None
