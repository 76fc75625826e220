"""Pictures of traces on their way out: pages of materials among them, so they leave through the exit like all others.

Promises: the gate reads every row anew each time it is asked. A picture is stamped with whom it is shown to; those of a
report with whom the trace was run by and when it ended, so that the same rows always give the same report. They carry
no hidden mark: the one of the suspect is what they are about. Leaves what a report says to others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance import ledger
from compliance.access import Action, require
from compliance.errors import NotFound
from compliance.events import Act, Trail
from compliance.exit.desk import Desk
from compliance.exit.gates import stamp_at, stamp_for
from compliance.exit.turns import Turns
from compliance.keys import KeyRing
from compliance.rendering import BaseOf, Seal, Sealer
from compliance.tracing.results import picture_key, read
from compliance.visits import actor_of, person_now
from storage.database import Transaction
from storage.objects import ObjectStore
from storage.rows import traces
from watermark.stamp import Stamp

PICTURE_BYTES_MAX = 128 << 20


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture of one page of a suspect."""

    suspect_page: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """A yes: the rule that gave it, whom the pictures are stamped with, and which there are."""

    rule: str
    obj: str
    stamp: Stamp
    sha256: str
    keys: dict[Picture, str]


@dataclass(frozen=True, kw_only=True)
class EvidenceGate:
    """Somebody who may read traces before one of them; `act` is what taking its pictures is called in the log."""

    trace_id: UUID
    person_id: UUID
    act: Act

    async def admit(self, tx: Transaction, keys: KeyRing, now: datetime) -> Admitted:
        """Raises AccessDenied with the rule, NotFound for an unknown trace or one whose pictures are forgotten."""
        obj = f"trace:{self.trace_id}"
        reader = await person_now(tx, self.person_id)
        rule = require(actor_of(reader, now), Action.TRACE_READ, obj=obj)
        row = await traces.trace_by_id(tx, self.trace_id)
        if row is None:
            raise NotFound
        report = self.act is Act.EMPLOYEE_TRACE_REPORT
        named = await person_now(tx, row.person_id) if report else reader
        stamp = await stamp_for(named, tx, keys.master)
        pages = read(row.results).pages if row.results and row.object_key else ()
        return Admitted(
            rule=rule,
            obj=obj,
            stamp=stamp_at(stamp, self.trace_id, row.ended_at or now if report else now),
            sha256=row.sha256,
            keys={
                Picture(suspect_page=page.suspect_page, name=name): picture_key(row.id, page.suspect_page, name)
                for page in pages
                for name in page.pictures
            },
        )


class Evidence:
    """Of one process."""

    def __init__(self, desk: Desk, objects: ObjectStore, sealer: Sealer, turns: Turns) -> None:
        self._desk, self._objects, self._sealer, self._turns = desk, objects, sealer, turns

    async def release(self, gate: EvidenceGate, pictures: Sequence[Picture], trail: Trail) -> list[bytes]:
        """JPEGs of a trace, sealed to the person at the gate, with their event committed.

        Raises AccessDenied, NotFound for what isn't there (any more), StorageError, WatermarkError: nothing has left
        then.
        """
        self._desk.require_log()
        async with self._desk.database.transaction() as tx:
            admitted = await gate.admit(tx, self._desk.keys, self._desk.clock())
        wanted = [admitted.keys.get(each) for each in pictures]
        sealed: list[bytes] = []
        async with self._turns.of(gate.person_id):
            for key in wanted:
                if key is None:
                    raise NotFound
                base = BaseOf.given(await self._objects.read_all(key, limit_bytes=PICTURE_BYTES_MAX))
                sealed.append(await self._sealer.seal(base, Seal(admitted.stamp)))
        async with self._desk.database.transaction() as tx:
            now = self._desk.clock()
            self._desk.require_log()
            admitted = await gate.admit(tx, self._desk.keys, now)  # sealing took a while
            det: dict[str, str | int] = {"sha256": admitted.sha256, "pictures": len(sealed)}
            size_bytes = sum(map(len, sealed))
            event = trail.event(gate.act, why=admitted.rule, obj=admitted.obj, bytes=size_bytes, det=det)
            await ledger.append(tx, event, now=now)
        return sealed
