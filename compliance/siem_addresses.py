"""Addresses that the log is pushed to. One may hold a token of the receiver's, so each is wrapped by the master key.

It is bound to its target: moved to another row it opens for nothing. Releases before kept addresses in clear; whatever
of that is found when a process starts, or when the master key is replaced, is wrapped then.
"""

from uuid import UUID

from compliance.keys.master import MasterKey
from storage.database import Transaction
from storage.rows import siem
from storage.rows.siem import TargetRow


def sealed(master: MasterKey, target_id: UUID, address: str) -> bytes:
    """The address as a target keeps it."""
    return master.wrap(address.encode(), address_context(target_id))


def address_of(master: MasterKey, target: TargetRow) -> str:
    """Where to push. Raises KeyUnavailable for what was wrapped by another master key, or for another target."""
    if target.sealed_address is None:
        return target.address
    return master.unwrap(target.sealed_address, address_context(target.id)).decode()


async def seal_clear(tx: Transaction, master: MasterKey) -> int:
    """Wraps what earlier releases kept in clear; how many addresses."""
    clear = await siem.lock_clear(tx)
    for target in clear:
        await siem.put_sealed(tx, target.id, sealed(master, target.id, target.address), master.kek_id)
    return len(clear)


async def rewrap(tx: Transaction, master: MasterKey) -> int:
    """Wraps every address by the master key in force; how many. Raises KeyUnavailable, and changes nothing then."""
    await seal_clear(tx, master)
    targets = await siem.lock_targets(tx)
    for target in targets:
        if target.sealed_address is not None:
            wrapped = master.rewrap(target.sealed_address, address_context(target.id))
            await siem.put_sealed(tx, target.id, wrapped, master.kek_id)
    return len(targets)


def address_context(target_id: UUID) -> str:
    """What a target's address is wrapped for."""
    return f"siem-address:{target_id}"
