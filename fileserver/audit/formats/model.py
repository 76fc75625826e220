"""What every form of the log is made of: events with the names an auditor may see, and the port that forms implement.

A form is a file with a head, rows in batches and a tail. It is written in one pass and in constant memory: a writer
keeps at most what one piece of its format needs (a row group of Parquet), and bytes that it returned are gone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Labelled:
    """An event with the names behind its ids, where they are still known. `fields` is what `leaf` says, read.

    `index` is its place in the Merkle tree, which it gets a second after its number `id`.
    """

    id: int
    leaf: bytes
    fields: dict[str, Any]
    person_name: str | None = None
    clinic_name: str | None = None
    object_title: str | None = None
    index: int | None = None


class Writer(Protocol):
    """One file on its way out."""

    def head(self) -> bytes:
        """What stands before the first event."""
        ...

    def rows(self, events: Sequence[Labelled]) -> bytes:
        """These events, or what of them and of earlier ones is complete by now."""
        ...

    def tail(self) -> bytes:
        """What is left, and what stands behind the last event. Nothing may follow."""
        ...


@dataclass(frozen=True, kw_only=True)
class Form:
    """One entry of the table of formats."""

    media_type: str
    suffix: str  # of the file's name, without the leading dot
    open: Callable[[], Writer]
    text: bool = True  # UTF-8, and said so in the media type
    has_names: bool = False  # names of people, clinics and materials beside the pseudonyms and ids
    event_bytes: int = 600  # a rough size, for progress bars, where the first rows come too late to tell
