"""Saved searches: an auditor's own questions, sealed under the auditor's key, for names may stand in them.

A search by a name is kept by the pseudonym, so that nobody's name outlives their erasure in somebody else's rows.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from compliance.errors import InvalidValue, KeyUnavailable, NotFound
from compliance.keys import MasterKey, decrypt, encrypt
from compliance.profiles import key_context
from storage.database import Transaction
from storage.rows import keys
from storage.rows import saved_searches as rows

SEARCHES_MAX = 50  # of one person


@dataclass(frozen=True)
class SavedSearch:
    """A name, and the query that it stands for, by the names of the API's filter."""

    name: str = field(repr=False)
    query: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class Kept:
    """One saved search."""

    id: UUID
    search: SavedSearch
    created_at: datetime


async def save(tx: Transaction, master: MasterKey, person_id: UUID, search: SavedSearch, *, now: datetime) -> Kept:
    """Keeps a search. Raises InvalidValue for one too many, KeyUnavailable for an erased person."""
    if await rows.count_saved_searches(tx, person_id) >= SEARCHES_MAX:
        raise InvalidValue(field="name", rule="too-many-searches", max=SEARCHES_MAX)
    search_id = uuid4()
    sealed = encrypt(await _key(tx, master, person_id), json.dumps(asdict(search)).encode(), _context(search_id))
    await rows.add_saved_search(tx, search_id, person_id, sealed, now)
    return Kept(search_id, search, now)


async def saved(tx: Transaction, master: MasterKey, person_id: UUID) -> list[Kept]:
    """Somebody's saved searches, the oldest first."""
    found = await rows.saved_searches(tx, person_id)
    if not found:
        return []
    key = await _key(tx, master, person_id)
    return [
        Kept(row.id, SavedSearch(**json.loads(decrypt(key, row.sealed, _context(row.id)))), row.created_at)
        for row in found
    ]


async def remove(tx: Transaction, search_id: UUID, person_id: UUID) -> None:
    """Forgets one of somebody's. Raises NotFound."""
    if not await rows.remove_saved_search(tx, search_id, person_id):
        raise NotFound


async def _key(tx: Transaction, master: MasterKey, person_id: UUID) -> bytes:
    wrapped = await keys.person_key_of(tx, person_id)
    if wrapped is None:
        raise KeyUnavailable(purpose="saved-search")
    return master.unwrap(wrapped, key_context(person_id))


def _context(search_id: UUID) -> str:
    return f"saved-search:{search_id}"
