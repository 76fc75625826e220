"""The one sealed exit: every byte of a material leaves through `SealedExit`, and through nothing else.

What it holds before a byte leaves: the access decision, made on rows read in the same transaction as the event that
records it, and that event committed. A picture is sealed first and decided again afterwards, so nothing older than
the answer's own moment is let out. A long answer asks again before every page or every few MiB, and ends with an
event that says how much really left. No committed event, no byte: when the log fails or falls behind, this fails.
Ranges share theirs for a minute at most, and not once the log failed to take an event (`stretches`).
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from compliance.events import Trail
from compliance.exit.copies import SplicedCopies
from compliance.exit.desk import Desk
from compliance.exit.drawn import DrawnCopies
from compliance.exit.evidence import Evidence, EvidenceGate, Picture
from compliance.exit.gates import DeskGate, Gate, Trial, VisitGate
from compliance.exit.originals import Originals
from compliance.exit.pictures import Pictures
from compliance.exit.pieces import (
    ByAddress,
    Choose,
    ChooseCopy,
    Copy,
    Departure,
    Leave,
    Original,
    Outgoing,
    Outlet,
    Piece,
    PieceKind,
    Released,
    ReleasedCopy,
)
from compliance.exit.proofs import ProofGate
from compliance.exit.splicing import Splices
from compliance.exit.turns import Turns
from compliance.keys import KeyRing
from compliance.rendering import Renderer, Sealer
from compliance.zooming import Zooming
from storage.database import Database
from storage.objects import ObjectStore

__all__ = [
    "ByAddress",
    "Copy",
    "Departure",
    "DeskGate",
    "EvidenceGate",
    "Gate",
    "Leave",
    "Original",
    "Outgoing",
    "Outlet",
    "Picture",
    "Piece",
    "PieceKind",
    "ProofGate",
    "Released",
    "ReleasedCopy",
    "SealedExit",
    "Trial",
    "VisitGate",
]


class SealedExit:
    """The exit of one process: its ways out, and the one desk that they all pass."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        sealer: Sealer,
        renderer: Renderer,
        keys: KeyRing,
        clock: Callable[[], datetime],
        require_log: Callable[[], None],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk = desk = Desk(database, keys, clock, require_log)
        turns = Turns()
        self._pictures = Pictures(desk, objects, sealer, Zooming(database, objects, renderer), turns)
        self._drawn = DrawnCopies(desk, self._pictures)
        self._copies = SplicedCopies(desk, objects, Splices(objects, sealer), turns, now_s)
        self._originals = Originals(desk, objects, now_s)
        self._evidence = Evidence(desk, objects, sealer, turns)

    async def release(self, gate: Gate, piece: Piece, trail: Trail) -> Outgoing:
        """The piece of a page, sealed to the person at the gate, with its event committed.

        Raises AccessDenied (the rule says why), NotFound, NotPrepared while renditions are being made, LedgerStalled
        while the log doesn't keep up, and the StorageError or WatermarkError of whatever failed; in every such case no
        byte has left.
        """
        if piece.kind in (PieceKind.ORIGINAL, PieceKind.DOCUMENT):
            raise ValueError("not a piece of a page: release_original, release_document")
        return await self._pictures.release(gate, piece, trail)

    async def release_document(self, gate: Gate, choose: ChooseCopy, trail: Trail) -> ReleasedCopy:
        """What `choose` wants of the whole version as a file, with its event committed; nothing recorded for nothing.

        It is asked once the gate has said yes, of a copy whose bytes are known; what it raises comes out. Raises as
        `release`.
        """
        spliced = await self._copies.release(gate, choose, trail)
        return spliced or await self._drawn.release(gate, choose, trail)

    async def release_original(self, gate: Gate, choose: Choose, trail: Trail) -> Released:
        """What `choose` wants of the stored bytes, with its event committed; without an event when it wants nothing.

        `choose` is asked after the gate has said yes, in the same transaction; what it raises comes out and nothing is
        recorded. Raises AccessDenied, NotFound.
        """
        return await self._originals.release(gate, choose, trail)

    async def release_evidence(self, gate: EvidenceGate, pictures: Sequence[Picture], trail: Trail) -> list[bytes]:
        """JPEGs of a trace, sealed to the person at the gate, with their event committed.

        Raises AccessDenied, NotFound for what isn't there (any more), StorageError, WatermarkError: nothing has left
        then.
        """
        return await self._evidence.release(gate, pictures, trail)

    async def settle(self) -> None:
        """Returns when every end that is being told is told: whoever took the bytes may be gone before that."""
        await self._desk.settle()
