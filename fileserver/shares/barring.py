"""Ending what a share has spread: one viewer of it, or everything of a material."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from compliance import asking, ledger
from compliance.access import Action, Actor, require
from compliance.errors import NotFound, WrongState
from compliance.events import Act, Trail
from compliance.materials import obj_of
from compliance.scopes import owned_scope
from fileserver.services import Services
from fileserver.shares.service import allowed
from storage.database import Transaction
from storage.rows import access_requests, folders, materials, people, share_changes, shares
from storage.rows.aliases import ids_of


async def bar(services: Services, actor: Actor, trail: Trail, share_id: UUID, person_id: UUID, reason: str) -> None:
    """Shuts somebody out of a share, of its folder, of all that is forwarded from these and was granted of them.

    What they passed on themselves stays open: cutting their branch closes that. Raises AccessDenied, NotFound for who
    never opened it, WrongState for who was shut out before.
    """
    now = services.clock()
    async with services.database.transaction() as tx:
        row = await allowed(tx, actor, Action.SHARE_REVOKE, share_id)
        pseudonym, ids = await people.pseudonym_of(tx, person_id), await ids_of(tx, person_id)
        every = await folders.led_by(tx, share_id)
        if pseudonym is None or not any([await share_changes.visited(tx, each, ids) for each in every]):
            raise NotFound(field="person_id")
        shut = [each for each in every if await _shut(tx, each, ids, actor.person_id, reason, now)]
        if not shut:
            raise WrongState(state="barred", command="bar")
        granted = await access_requests.granted_from(tx, every)
        shut += [each for each in granted if await _shut(tx, each, ids, actor.person_id, reason, now)]
        det: dict[str, str | int] = {"person": pseudonym, "reason_sha256": _hashed(reason), "links": len(shut)}
        obj = obj_of(row.material_id)
        await ledger.append(tx, trail.event(Act.EMPLOYEE_VIEWER_BAR, obj=obj, link=str(share_id), det=det), now=now)


async def _shut(  # out of what, whom, by whom, why
    tx: Transaction, share_id: UUID, ids: Sequence[UUID], by: UUID, reason: str, now: datetime
) -> bool:
    await shares.lock_chain(tx, share_id)
    return await share_changes.bar(tx, share_id, ids, barred_by=by, reason=reason, now=now)


async def revoke_all(services: Services, actor: Actor, trail: Trail, material_id: UUID, reason: str) -> int:
    """Closes every share of a material that the caller may close, and all below them; how many links that are.

    Each is an event of its own, under the one reason. Raises AccessDenied, NotFound.
    """
    now, obj = services.clock(), obj_of(material_id)
    require(actor, Action.SHARE_LIST)
    async with services.database.transaction() as tx:
        if await materials.material_by_id(tx, material_id) is None:
            raise NotFound(field="material_id")
        scope = owned_scope(actor, Action.SHARE_REVOKE)
        closed = await shares.revoke_all(
            tx, material_id, scope=scope, revoked_by=actor.person_id, reason=reason, now=now
        )
        for share_id in closed:
            det: dict[str, str | int] = {"reason_sha256": _hashed(reason), "all": len(closed)}
            event = trail.event(Act.EMPLOYEE_SHARE_REVOKE, obj=obj, link=str(share_id), det=det)
            await ledger.append(tx, event, now=now)
        granted = await asking.close_granted(tx, trail, closed, actor.person_id, now)
    return len(closed) + len(granted)


def _hashed(reason: str) -> str:
    """Of words that people write the log holds a hash."""
    return hashlib.sha256(reason.encode()).hexdigest()
