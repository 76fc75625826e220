"""What sharing a material asks for at this moment, whoever makes the link: a marketer by hand, or for a task."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance.access import Action, Actor, VersionState, require
from compliance.errors import NotFound
from compliance.keys import MasterKey
from compliance.lifecycle import Command, met, step
from compliance.materials import obj_of
from compliance.reviewing.facts import dossier_of
from compliance.visits import examined, target_of
from storage.database import Transaction
from storage.rows import materials, shares, versions
from storage.rows.shares import Served


@dataclass(frozen=True, kw_only=True)
class Shareable:
    """What a share made now would lead to, and the rule that lets it be made."""

    served: Served
    rule: str


async def shareable(tx: Transaction, master: MasterKey, actor: Actor, material_id: UUID, now: datetime) -> Shareable:
    """The material, if this person may share it now.

    Raises AccessDenied, NotFound, or RequirementUnmet naming what sharing needs.
    """
    found = await shares.served(tx, material_id)
    if found is None:
        raise NotFound(field="material_id")
    served = await examined(tx, master, found)
    rule = require(actor, Action.SHARE_CREATE, target_of(served, now), obj=obj_of(material_id))
    await _check_step(tx, served, now)
    return Shareable(served=served, rule=rule)


async def _check_step(tx: Transaction, served: Served, now: datetime) -> None:
    """Sharing is a step of the lifecycle: what an earlier release approved must have what its class needs today."""
    material = await materials.material_by_id(tx, served.material_id)
    version = served.version_id and await versions.version_by_id(tx, served.version_id)
    if material is None or not version:
        raise NotFound(field="material_id")
    dossier = await dossier_of(tx, material, version, now, steps_open=0 if served.approved else 1)
    step(VersionState(version.state), Command.SHARE, met(dossier.facts))
