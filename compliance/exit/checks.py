"""Pages on their way to a platform that an operator has look at them: one page by one address, while it is asked about.

Promises: every row is read anew each time the gate is asked; the platform is shown no more than the version's uploader
may see at this moment, sealed with its own name, without the hidden mark. Leaves the address to who signs it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from compliance.access import Action, require
from compliance.errors import AccessDenied, NotFound
from compliance.events import Act
from compliance.exit.gates import Passage, stamp_at
from compliance.exit.pieces import PieceKind
from compliance.keys import KeyRing
from compliance.levels import SealLevel
from compliance.rendering import Seal
from compliance.visits import actor_of, person_now, target_of
from storage.database import Database, Transaction
from storage.rows import scans, shares
from watermark.stamp import Stamp

NO_PERSON = UUID(int=0)  # a platform's requests share one person's turns
SCANNED = ("running", "finished")


@dataclass(frozen=True)
class CheckGate:
    """The platform of this name before a page of a version under scan."""

    version_id: UUID
    platform: str
    person_id: ClassVar[UUID] = NO_PERSON

    async def admit(self, tx: Transaction, keys: KeyRing, kind: PieceKind, now: datetime) -> Passage:  # noqa: ARG002  # as the port has it
        """Raises NotFound for a version that is not there or not scanned, AccessDenied with the rule otherwise."""
        served = await shares.served_version(tx, self.version_id)
        scan = await scans.newest_scan(tx, self.version_id)
        if served is None or served.uploader_id is None or scan is None or scan.state not in SCANNED:
            raise NotFound
        obj = f"material:{served.material_id}"
        if kind is not PieceKind.PAGE:
            raise AccessDenied("default-deny", obj=obj)
        uploader = actor_of(await person_now(tx, served.uploader_id), now)
        rule = require(uploader, Action.MATERIAL_PREVIEW, target_of(served, now), obj=obj)
        stamp = Stamp(person_name=self.platform, clinic_name="", phone_tail="", time_text="", share_id="")
        return Passage(
            rule=rule,
            act=Act.SYSTEM_PICTURE_SEND,
            end_act=Act.SYSTEM_PICTURE_SEND,
            served=served,
            seal=Seal(stamp_at(stamp, self.version_id, now)),
            seal_level=SealLevel.FLATTENED,
            begun=now,
            obj=obj,
            link="",
            det={"version": str(self.version_id), "scan": str(scan.id), "to": self.platform},
        )

    async def look(self, database: Database, keys: KeyRing, kind: PieceKind, now: datetime) -> Passage:
        """Statement by statement."""
        async with database.statements() as tx:
            return await self.admit(tx, keys, kind, now)
