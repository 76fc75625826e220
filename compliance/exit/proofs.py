"""Files that prove what a material says, on their way out: to who declares it and who reviews it, as they were stored.

Promises that every row is read anew each time the gate is asked, and that what a reviewer may read begins with the
first version that was submitted, and never with a file that nobody has looked at. Leaves the sending to `originals`.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance.access import Action, VersionState, require
from compliance.errors import AccessDenied, NotFound, NotScanned, ScanBlocks
from compliance.events import Act
from compliance.exit.gates import UNNAMED, Passage
from compliance.exit.pieces import PieceKind
from compliance.keys import KeyRing
from compliance.levels import SealLevel
from compliance.materials import obj_of, target_of
from compliance.rendering import Seal
from compliance.visits import actor_of, person_now
from storage.database import Database, Transaction
from storage.rows import declarations, materials, versions
from storage.rows.declarations import EvidenceRow
from storage.rows.materials import MaterialRow
from storage.rows.shares import Served

RETRY_AFTER_S = 5


@dataclass(frozen=True)
class ProofGate:
    """An employee before one file of a material's evidence; removed ones stay readable, as their record does."""

    evidence_id: UUID
    person_id: UUID

    async def admit(self, tx: Transaction, keys: KeyRing, kind: PieceKind, now: datetime) -> Passage:  # noqa: ARG002  # as the port has it
        """Raises NotFound for an unknown file, AccessDenied with the rule, NotScanned or ScanBlocks otherwise."""
        row = await declarations.evidence_by_id(tx, self.evidence_id)
        material = await materials.material_by_id(tx, row.material_id) if row else None
        if row is None or material is None:
            raise NotFound(field="evidence_id")
        obj = obj_of(material.id)
        if kind is not PieceKind.ORIGINAL:
            raise AccessDenied("default-deny", obj=obj)
        every = await versions.versions_of(tx, material.id)
        shown = next((each for each in every if each.state != VersionState.DRAFT), every[0])
        employee = actor_of(await person_now(tx, self.person_id), now)
        rule = require(employee, Action.EVIDENCE_READ, target_of(material, shown), obj=obj)
        if row.scan_state == "refused":
            raise ScanBlocks(rules=row.scan_rule)
        if row.scan_state != "clean":
            raise NotScanned(retry_after_s=RETRY_AFTER_S)
        return Passage(
            rule=rule,
            act=Act.EMPLOYEE_EVIDENCE_READ,
            end_act=Act.EMPLOYEE_ORIGINAL_END,
            served=_served(row, material),
            seal=Seal(UNNAMED),
            seal_level=SealLevel.FLATTENED,
            begun=now,
            obj=obj,
            link="",
            det={"evidence": str(row.id)},
        )

    async def look(self, database: Database, keys: KeyRing, kind: PieceKind, now: datetime) -> Passage:
        """Statement by statement."""
        async with database.statements() as tx:
            return await self.admit(tx, keys, kind, now)


def _served(row: EvidenceRow, material: MaterialRow) -> Served:
    return Served(
        material_id=material.id,
        owner_id=material.owner_id,
        title=material.title,
        description="",
        material_class=material.material_class,
        sensitivity=material.sensitivity,
        home_path=material.home_path,
        home_region=material.home_region,
        withdrawn=material.withdrawn_at is not None,
        version_id=None,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        object_key=row.object_key,
        media_type=row.media_type,
        filename=row.filename,
        state=None,
        preparation=None,
        pages_total=None,
        uploader_id=row.added_by,
        made_at=row.added_at,
    )
