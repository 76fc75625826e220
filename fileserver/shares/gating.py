"""What a share asks at its door, from its maker's side: set with the share, and changed later, for all below it too.

What the first share of a folder asks, all of the folder asks.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from compliance import gating, ledger
from compliance.access import Action, Actor
from compliance.errors import InvalidValue, NotFound
from compliance.events import Act, Trail
from compliance.gating import Lock, Wanted
from fileserver.services import Services
from fileserver.shares.schemas import GateIn
from fileserver.shares.service import allowed
from storage.database import Transaction
from storage.rows import access_requests, folders, gates, share_changes, shares
from storage.rows.gates import GateRow
from storage.rows.share_changes import ShareChangeRow


async def change(
    services: Services, actor: Actor, trail: Trail, share_id: UUID, said: GateIn
) -> tuple[GateRow, str | None]:
    """The gate as it is now, of a folder with its lead; and the password if one was set: known only at this moment.

    A lock that is named asks everybody anew, from the next byte. Raises AccessDenied, NotFound, InvalidValue.
    """
    wanted = await _wanted(services, said)
    now = services.clock()
    async with services.database.transaction() as tx:
        row = await allowed(tx, actor, Action.SHARE_CHANGE, share_id)
        if row.parent_id is not None:
            raise InvalidValue(field="share_id", rule="root-share")
        every = await folders.led_by(tx, share_id)
        for each in every:
            await allowed(tx, actor, Action.SHARE_CHANGE, each)
            await shares.lock_chain(tx, each)  # what is granted at this moment comes before this, or after
        gate, *_ = [await _put(tx, actor, trail, each, wanted, said, now) for each in every]
        more = _more_of(said)
        for each in await access_requests.granted_from(tx, every) if more.lock or more.pledge else ():
            await _put(tx, actor, trail, each, wanted if more.lock else None, more, now)
    return gate, wanted.password if wanted else None


def _more_of(said: GateIn) -> GateIn:
    """What of it asks for more: that reaches what was granted, which never opens wider than it did."""
    return said.model_copy(
        update={"lock": None if said.lock is Lock.NONE else said.lock, "pledge": said.pledge or None}
    )


async def _put(  # of one share of a folder, in the transaction of all
    tx: Transaction,
    actor: Actor,
    trail: Trail,
    share_id: UUID,
    wanted: Wanted | None,
    said: GateIn,
    now: datetime,
) -> GateRow:
    row = await shares.share_by_id(tx, share_id)
    if row is None:
        raise NotFound(field="share_id")
    before = await gates.gate_of(tx, share_id, lock=True)
    pledge = said.pledge if said.pledge is not None else before is not None and before.pledge
    if wanted is None:
        gate = await gating.put_pledge(tx, share_id, actor.person_id, now, pledge=pledge)
    else:
        gate = await gating.put(tx, share_id, replace(wanted, pledge=pledge), actor.person_id, now)
    await _remember(tx, before, gate, anew=said.lock is not None)
    det: dict[str, str | int] = {"lock": gate.lock, "pledge": int(gate.pledge), "revision": gate.revision}
    obj = f"material:{row.material_id}"
    await ledger.append(tx, trail.event(Act.EMPLOYEE_SHARE_GATE, obj=obj, link=str(share_id), det=det), now=now)
    return gate


async def _remember(tx: Transaction, before: GateRow | None, gate: GateRow, *, anew: bool) -> None:
    """Keeps what changed; a lock that was set `anew` asks everybody again, though it be of the same kind."""
    was = {"lock": before.lock if before else Lock.NONE.value, "pledge": before is not None and before.pledge}
    now = {"lock": gate.lock, "pledge": gate.pledge}
    names = [name for name in now if now[name] != was[name] or (name == "lock" and anew and gate.lock != Lock.NONE)]
    if names:
        kept = [{name: each[name] for name in names} for each in (was, now)]
        change = ShareChangeRow(changed_by=gate.changed_by, changed_at=gate.changed_at, before=kept[0], after=kept[1])
        await share_changes.add_change(tx, gate.share_id, change)


async def _wanted(services: Services, said: GateIn) -> Wanted | None:
    """None: the lock stays. Hashing is slow, so it is done before any transaction."""
    if said.lock is None:
        if said.password is not None:
            raise InvalidValue(field="password", rule="fits-the-lock")
        return None
    return await gating.wanted_gate(services.passwords, said.lock, said.password, pledge=bool(said.pledge))
