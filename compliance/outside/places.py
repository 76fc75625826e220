"""What a place outside is asked, what it is given for it, and how it may contradict us."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from compliance import checkpoints, merkle
from compliance.keys import KeyRing
from compliance.merkle import EMPTY_ROOT
from compliance.notes import Checkpoint, NoteMalformed, Verifier, parse_checkpoint, parse_note
from storage.database import Database
from storage.rows import ledger as rows
from storage.rows.ledger import CheckpointRow


class ConflictKind(StrEnum):
    """How a place's tree and ours can't both be the log."""

    SHRUNK = "shrunk"  # it knows more entries than there are
    FORKED = "forked"  # what it knows is not how ours began


class Conflict(Exception):
    """The place knows a tree of `size` entries that ours is no continuation of."""

    def __init__(self, kind: ConflictKind, size: int) -> None:
        super().__init__(f"{kind} at {size}")
        self.kind = kind
        self.size = size


class PlaceFailed(Exception):
    """The place took nothing; `reason` is a fixed word, or a status, and may be shown to operators."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Told:
    """The place took the checkpoint. `line` is a witness's cosignature, verified, made at `made_at`."""

    line: str = ""
    made_at: datetime | None = None


class Place(Protocol):
    """One place. `name` is what rows, figures and settings call it; it holds no secret."""

    name: str
    witness: bool

    async def tell(self, head: CheckpointRow, known: int, ledger: "Ledger") -> Told:
        """Gives it our newest checkpoint; `known` is the size of what it took last, as far as we remember.

        Raises Conflict, PlaceFailed, StorageError.
        """
        ...


class Ledger:
    """The log as places are shown it."""

    def __init__(self, database: Database, keys: KeyRing, origin: str) -> None:
        self._database, self._keys = database, keys
        self.origin = origin

    async def proof(self, old: int, new: int) -> list[bytes]:
        """That the tree of `new` entries continues that of `old`; empty for nothing, and for one and the same."""
        if not 0 < old < new:
            return []
        async with self._database.statements() as tx:
            return await checkpoints.consistency(tx, old, new)

    async def root(self, size: int) -> bytes:
        """The root over the first entries."""
        if not size:
            return EMPTY_ROOT
        wanted = [(tile.level, tile.n) for tile in merkle.tiles_for_root(size)]
        async with self._database.statements() as tx:
            return merkle.root_from(size, await rows.tiles(tx, wanted))

    async def note(self, head: CheckpointRow) -> str:
        """The checkpoint with the cosignatures that there are by now."""
        async with self._database.statements() as tx:
            return await checkpoints.note_of(tx, head)

    def ours(self, note: bytes) -> Checkpoint | None:
        """What a checkpoint says that one of the log's keys signed; None for anything else.

        Keys that were revoked are believed too: what they signed once is told of, whatever it is.
        """
        try:
            parsed = parse_note(note.decode())
            found = parse_checkpoint(parsed.text)
        except (NoteMalformed, UnicodeDecodeError):
            return None
        keys: Sequence[Verifier] = [Verifier(self.origin, key.public) for key in self._keys.ledger]
        return found if found.origin == self.origin and any(key.signed(parsed) for key in keys) else None


Clock = Callable[[], datetime]
