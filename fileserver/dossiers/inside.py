"""Which employees read a material, and who took its original: beside the recall list, for they hold no share.

Managers and auditors see everybody, an owner their own readings. Names are read, so each look is an event.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance import ledger
from compliance.access import Actor
from compliance.events import Act, Trail
from compliance.keys import MasterKey
from compliance.materials import obj_of
from compliance.profiles import names_by_pseudonym, profiles_of
from compliance.trail.search import newest
from compliance.trail.wanted import Wanted
from fileserver.answers import Names
from fileserver.dossiers.recalling import Before, allowed
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import people, recalls
from storage.rows.materials import MaterialRow
from storage.rows.recalls import ReadRow

ORIGINALS_MAX = 20_000  # events that are looked at, the newest


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Somebody who took the stored bytes of one version: how often it was asked for, and when last."""

    name: str
    sha256: str
    times: int
    last_at: datetime


@dataclass(frozen=True, kw_only=True)
class Inside:
    """Some readings, who is named in them, and who took originals."""

    material: MaterialRow
    rows: Sequence[ReadRow]
    originals: Sequence[Taken]
    names: Names
    narrowed: bool


async def inside(
    services: Services, actor: Actor, trail: Trail, material_id: UUID, before: Before, limit: int
) -> Inside:
    """A page of the list, told to the log. Raises AccessDenied, NotFound."""
    async with services.database.transaction() as tx:
        material, rule, only = await allowed(tx, actor, material_id)
        rows = await recalls.read_by(tx, material_id, person_id=only, before=before, limit=limit)
        det: dict[str, str | int] = {"found": len(rows), "format": "employees"}
        event = trail.event(Act.EMPLOYEE_RECALL_READ, why=rule, obj=obj_of(material_id), det=det)
        await ledger.append(tx, event, now=services.clock())
        return Inside(
            material=material,
            rows=rows,
            originals=await originals_of(tx, services.keys.master, material_id, only),
            names=await profiles_of(tx, services.keys.master, person_ids={row.person_id for row in rows}),
            narrowed=only is not None,
        )


async def originals_of(tx: Transaction, master: MasterKey, material_id: UUID, only: UUID | None = None) -> list[Taken]:
    """Who (None: everybody) took which bytes, the latest first; of the newest ORIGINALS_MAX times."""
    wanted = Wanted(obj=(obj_of(material_id),), act=(Act.EMPLOYEE_MATERIAL_ORIGINAL.value,), res="allow")
    found, _more = await newest(tx, wanted, ORIGINALS_MAX)
    told = [json.loads(row.leaf) for row in found]
    if only is not None:
        mine = await people.pseudonym_of(tx, only)
        told = [each for each in told if each["who"] == mine]
    times: dict[tuple[str, str], list[str]] = {}
    for each in told:
        times.setdefault((each["who"], each["ver"]), []).append(each["t"])
    names = await names_by_pseudonym(tx, master, {who for who, _ in times})
    taken = [
        Taken(name=names.get(who, ""), sha256=ver, times=len(at), last_at=datetime.fromisoformat(max(at)))
        for (who, ver), at in times.items()
    ]
    return sorted(taken, key=lambda each: each.last_at, reverse=True)
