"""What an archive is asked, and how a checkpoint is called in it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

NOTE_BYTES_MAX = 1 << 20
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
NAME = re.compile(r"(\d{20})\.checkpoint")


@dataclass(frozen=True)
class Kept:
    """The newest checkpoint that the archive has: by name of `size` entries; `note` is what stands in it."""

    size: int
    note: bytes


class Archive(Protocol):
    """A place for checkpoints. Both raise StorageError for a place that is away, full or refuses."""

    async def newest(self) -> Kept | None:
        """The checkpoint of the last day that there is, and of that day the largest."""
        ...

    async def keep(self, size: int, made_at: datetime, note: bytes) -> None:
        """Returns when the checkpoint is durable. What is there under its name already stays as it is."""
        ...


def name_of(size: int, made_at: datetime) -> tuple[str, str]:
    """Folder and name: one folder for each day (UTC), and names that sort by size."""
    return made_at.strftime("%Y-%m-%d"), f"{size:020d}.checkpoint"


def size_of(name: str) -> int | None:
    """The size in a name; None for what is no checkpoint's."""
    match = NAME.fullmatch(name)
    return match and int(match[1])
