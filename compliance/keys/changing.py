"""Changing keys: each change is an event in its own transaction, and every process learns of it within seconds.

| from | by | to | what it then does |
|---|---|---|---|
| (none) | rotate | active | signs and verifies |
| active | rotate | verify; overlap for the ledger | verifies; in overlap it also signs beside the new one |
| overlap | retire, or the next rotation | verify | verifies what it signed |
| verify, overlap | revoke | revoked | nothing: what it signed is refused |

Nothing leads back, and the active key can't be revoked: rotate first.
"""

from datetime import datetime

from compliance.errors import KeyActive, NotFound, WrongState
from compliance.events import Act, Trail
from compliance.keys.keyring import KeyRing
from compliance.keys.ring import KeyState, KeyUse
from compliance.ledger import append
from storage.database import Transaction
from storage.rows import keys as rows


async def rotate(tx: Transaction, keys: KeyRing, trail: Trail, use: KeyUse, *, now: datetime) -> int:
    """Makes a new active key. Returns its id. Raises KeyUnavailable when there is no id left."""
    former = KeyState.OVERLAP if use is KeyUse.LEDGER else KeyState.VERIFY
    kid = await keys.add(tx, use, former=former)
    await append(
        tx, trail.event(Act.SYSTEM_KEY_ROTATE, obj=_obj(use, kid), det={"kid": kid, "use": use.value}), now=now
    )
    return kid


async def retire(tx: Transaction, trail: Trail, use: KeyUse, kid: int, *, now: datetime) -> None:
    """Ends an overlap: the key verifies only. Raises NotFound, or WrongState for one that is in no overlap."""
    if await _state(tx, use, kid) is not KeyState.OVERLAP:
        raise WrongState
    await rows.put_state(tx, use, kid, KeyState.VERIFY)
    await append(
        tx, trail.event(Act.SYSTEM_KEY_RETIRE, obj=_obj(use, kid), det={"kid": kid, "use": use.value}), now=now
    )


async def revoke(tx: Transaction, trail: Trail, use: KeyUse, kid: int, *, now: datetime) -> None:
    """Makes a key worthless; twice changes nothing. Raises NotFound, or KeyActive for the one that signs now."""
    state = await _state(tx, use, kid)
    if state is KeyState.ACTIVE:
        raise KeyActive(kid=kid)
    if state is KeyState.REVOKED:
        return
    await rows.put_state(tx, use, kid, KeyState.REVOKED)
    await append(
        tx, trail.event(Act.SYSTEM_KEY_REVOKE, obj=_obj(use, kid), det={"kid": kid, "use": use.value}), now=now
    )


async def _state(tx: Transaction, use: KeyUse, kid: int) -> KeyState:
    await rows.lock_keys(tx)
    for row in await rows.all_keys(tx):
        if (row.use, row.kid) == (use.value, kid):
            return KeyState(row.state)
    raise NotFound


def _obj(use: KeyUse, kid: int) -> str:
    return f"key:{use.value}:{kid}"
