"""From one master key to another: everything that the former one wraps is wrapped again by the one in force.

People's keys go in batches, each in a transaction of its own, so nobody waits for long; a run that breaks off goes on
where it was when it is started again, and two runs at once share the work. The other keys, of which there are few, go
last, in one transaction with the event that says how it ended. Nothing is decrypted but keys: profiles stay as they
are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from compliance import siem_addresses, webhooks
from compliance.events import Act, Trail
from compliance.keys.keyring import context_of
from compliance.keys.master import MasterKey
from compliance.ledger import append
from compliance.profiles import key_context
from compliance.sign_in_providers import provider_context
from storage.database import Database, Transaction
from storage.rows import keys as rows
from storage.rows import sign_in_providers

BATCH_MAX = 500


@dataclass(frozen=True, kw_only=True)
class Rewrapped:
    """What a run wrapped anew: keys of people, and other keys."""

    people: int
    others: int


async def rewrap_all(
    database: Database,
    master: MasterKey,
    trail: Trail,
    *,
    clock: Callable[[], datetime],
    batch_max: int = BATCH_MAX,
    told: Callable[[int], None] = lambda count: None,
) -> Rewrapped:
    """Wraps everything under `master.kek_id`; `told` hears how many were done after each batch.

    Raises KeyUnavailable for a key that neither master key opens: nothing of its batch is changed then.
    """
    people = 0
    while done := await _batch(database, master, batch_max):
        people += done
        told(people)
    async with database.transaction() as tx:
        await rows.lock_keys(tx)
        found = await rows.all_keys(tx)
        for row in found:
            wrapped = master.rewrap(row.wrapped_secret, context_of(row.use, row.kid))
            await rows.put_wrapped(tx, row.use, row.kid, wrapped)
        secrets = await _providers(tx, master) + await siem_addresses.rewrap(tx, master)
        secrets += await webhooks.rewrap(tx, master)
        det: dict[str, str | int] = {
            "use": "envelope",
            "kek": master.kek_id,
            "people": people,
            "others": len(found) + secrets,
        }
        await append(tx, trail.event(Act.SYSTEM_KEY_ROTATE, obj=f"key:envelope:{master.kek_id}", det=det), now=clock())
    return Rewrapped(people=people, others=len(found) + secrets)


async def _providers(tx: Transaction, master: MasterKey) -> int:
    """Secrets that this installation has at sign-in providers."""
    await sign_in_providers.lock_providers(tx)
    sealed = [row for row in await sign_in_providers.list_providers(tx) if row.sealed_secret]
    for row in sealed:
        wrapped = master.rewrap(row.sealed_secret, provider_context(row.id))
        await sign_in_providers.put_sealed(tx, row.id, wrapped, master.kek_id)
    return len(sealed)


async def _batch(database: Database, master: MasterKey, batch_max: int) -> int:
    async with database.transaction() as tx:
        found = await rows.person_keys_not_under(tx, master.kek_id, limit=batch_max)
        for row in found:
            wrapped = master.rewrap(row.wrapped_key, key_context(row.person_id))
            await rows.put_person_key(tx, row.person_id, wrapped, master.kek_id)
    return len(found)
