"""What a share asks at its door, from its maker's side: set with the share, and changed later, for all below it too."""

from uuid import UUID

from compliance import gating, ledger
from compliance.access import Action, Actor
from compliance.errors import InvalidValue
from compliance.events import Act, Trail
from compliance.gating import Wanted
from fileserver.services import Services
from fileserver.shares.schemas import GateIn
from fileserver.shares.service import allowed
from storage.rows import gates
from storage.rows.gates import GateRow


async def change(
    services: Services, actor: Actor, trail: Trail, share_id: UUID, said: GateIn
) -> tuple[GateRow, str | None]:
    """The gate as it is now, and the password if one was set: the only moment at which it is known.

    A lock that is named asks everybody anew, from the next byte. Raises AccessDenied, NotFound, InvalidValue.
    """
    wanted = await _wanted(services, said)
    now = services.clock()
    async with services.database.transaction() as tx:
        row = await allowed(tx, actor, Action.SHARE_CHANGE, share_id)
        if row.parent_id is not None:
            raise InvalidValue(field="share_id", rule="root-share")
        before = await gates.gate_of(tx, share_id, lock=True)
        pledge = said.pledge if said.pledge is not None else before is not None and before.pledge
        if wanted is None:
            gate = await gating.put_pledge(tx, share_id, actor.person_id, now, pledge=pledge)
        else:
            asked = Wanted(
                lock=wanted.lock, pledge=pledge, password=wanted.password, password_hash=wanted.password_hash
            )
            gate = await gating.put(tx, share_id, asked, actor.person_id, now)
        det: dict[str, str | int] = {"lock": gate.lock, "pledge": int(gate.pledge), "revision": gate.revision}
        obj = f"material:{row.material_id}"
        await ledger.append(tx, trail.event(Act.EMPLOYEE_SHARE_GATE, obj=obj, link=str(share_id), det=det), now=now)
    return gate, wanted.password if wanted else None


async def _wanted(services: Services, said: GateIn) -> Wanted | None:
    """None: the lock stays. Hashing is slow, so it is done before any transaction."""
    if said.lock is None:
        if said.password is not None:
            raise InvalidValue(field="password", rule="fits-the-lock")
        return None
    return await gating.wanted_gate(services.passwords, said.lock, said.password, pledge=bool(said.pledge))
