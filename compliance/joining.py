"""One human under several identities: who an identity leads to, and what happens when two of them turn out to be one.

An openid differs by app; a unionid joins them, and may come after the first sign-in. So a person has any number of
identities (provider, app, subject), each of which the database holds once: however many devices bring the same new one
at once, they become one person. When an identity that is joined late leads to somebody else, the two are merged, but
only if nothing that is verified of them differs; otherwise an employee has to say who is who (`Suspicions`), and either
goes on as they were.

Merging keeps the older person. Identities, consents and verifications become theirs; sessions of the other one end;
their rows stay where they are, under an id that is an alias from now on (`person.merged_into`).
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from compliance.errors import AccessDenied, NotFound
from compliance.events import Act, Result, Trail
from compliance.keys import MasterKey
from compliance.ledger import append
from compliance.profiles import ERASED, Profile, add_person, profiles_of, replace_profile
from storage.database import Transaction
from storage.rows import consents, joining, sessions, verifications, viewers
from storage.rows.joining import Joined
from storage.rows.people import pseudonym_of


@dataclass(frozen=True, kw_only=True)
class KnownAs:
    """Who somebody is to a provider: an openid of an app, a unionid, the keyed hash of an address."""

    provider: str
    app: str
    subject: str = field(repr=False)


class Suspicions(Protocol):
    """Port: where pairs wait whom only an employee can tell apart."""

    async def suspect(self, tx: Transaction, first: UUID, second: UUID, grounds: Sequence[str], now: datetime) -> None:
        """Notes that these two may be one. The same pair waits once."""
        ...

    async def merged(self, tx: Transaction, kept: UUID, absorbed: UUID, now: datetime) -> None:
        """Notes a merge that was done by itself, so that it can be undone."""
        ...


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """Whom identities lead to. `is_new`: they were not known until now."""

    person_id: UUID
    pseudonym: str
    is_new: bool


class _OutrunError(Exception):
    """Another sign-in of the same identity was first; undoes what this one added."""


async def person_behind(
    tx: Transaction,
    master: MasterKey,
    trail: Trail,
    identities: Sequence[KnownAs],
    *,
    suspicions: Suspicions,
    now: datetime,
) -> Arrived:
    """The one person whom these identities lead to; the first is the one that was proved now, others join it.

    Raises AccessDenied for somebody who is blocked or erased.
    """
    first, *others = identities
    person_id, is_new = await _owner_of(tx, master, first, others)
    for other in others:
        person_id = await _joined(tx, master, trail, person_id, other, suspicions=suspicions, now=now)
    found = (await joining.lock_people(tx, (person_id,)))[person_id]
    if found.merged_into is not None:  # by another sign-in, a moment ago
        person_id = found.merged_into
        found = (await joining.lock_people(tx, (person_id,)))[person_id]
    if found.is_shut:
        raise AccessDenied("actor-inactive", obj=f"person:{found.pseudonym}")
    return Arrived(person_id=person_id, pseudonym=found.pseudonym, is_new=is_new)


async def _owner_of(tx: Transaction, master: MasterKey, first: KnownAs, others: Sequence[KnownAs]) -> tuple[UUID, bool]:
    """Whom the proved identity leads to; a new one leads to whom another of them leads to, or to a new person."""
    known = await _find(tx, first)
    if known is not None:
        return known, False
    for other in others:
        person_id = await _find(tx, other)
        if person_id is not None:
            await _add(tx, person_id, first)
            return await _found(tx, first), False
    with suppress(_OutrunError):
        async with tx.begin_nested():
            person_id = await add_person(tx, master, "viewer", Profile(name=""))
            if not await _add(tx, person_id, first):
                raise _OutrunError
            return person_id, True
    return await _found(tx, first), False


async def _joined(
    tx: Transaction,
    master: MasterKey,
    trail: Trail,
    person_id: UUID,
    other: KnownAs,
    *,
    suspicions: Suspicions,
    now: datetime,
) -> UUID:
    """Lets another identity lead to this person too; who they are then."""
    if await _add(tx, person_id, other):
        event = trail.event(
            Act.VIEWER_IDENTITY_JOIN,
            obj=f"person:{await pseudonym_of(tx, person_id)}",
            det={"provider": other.provider},
        )
        await append(tx, event, now=now)
        return person_id
    owner = await _found(tx, other)
    if owner == person_id:
        return person_id
    kept = await merge(tx, master, trail, (owner, person_id), suspicions=suspicions, ground="unionid", now=now)
    return kept or person_id


async def merge(
    tx: Transaction,
    master: MasterKey,
    trail: Trail,
    pair: tuple[UUID, UUID],
    *,
    suspicions: Suspicions,
    ground: str,
    now: datetime,
) -> UUID | None:
    """Makes two people one, if nothing that is verified of them differs: who is left. None: somebody has to look.

    Both are locked, in the order of their ids, so that two such merges never wait for each other.
    """
    people = await joining.lock_people(tx, pair)
    kept, absorbed = sorted((people[each] for each in pair), key=lambda each: (each.created_at, each.person_id))
    if kept.merged_into == absorbed.person_id or absorbed.merged_into == kept.person_id:
        return kept.person_id if absorbed.merged_into else absorbed.person_id
    profiles = await profiles_of(tx, master, person_ids=pair)
    differing = _conflicts(kept, absorbed, profiles[kept.person_id], profiles[absorbed.person_id])
    obj = f"person:{kept.pseudonym}"
    det = {"other": absorbed.pseudonym, "ground": ground}
    if differing:
        await suspicions.suspect(tx, kept.person_id, absorbed.person_id, (ground, *differing), now)
        event = trail.event(Act.VIEWER_IDENTITY_MERGE, res=Result.DENY, why=differing[0], obj=obj, det=det)
        await append(tx, event, now=now)
        return None
    await _absorb(tx, master, kept, absorbed, profiles, now)
    await suspicions.merged(tx, kept.person_id, absorbed.person_id, now)
    await append(tx, trail.event(Act.VIEWER_IDENTITY_MERGE, obj=obj, det=det), now=now)
    return kept.person_id


def _conflicts(kept: Joined, absorbed: Joined, one: Profile, other: Profile) -> list[str]:
    """What is verified of both and differs; empty: they may be one."""
    keys = {each.strong_key for each in (kept, absorbed) if each.strong_key}
    phones = {each.phone for each in (one, other) if each.phone}
    checks = {
        "closed": kept.is_shut or absorbed.is_shut,
        "held": kept.is_held or absorbed.is_held,
        "id-number": len(keys) > 1,
        "phone": len(phones) > 1,
    }
    return [name for name, differs in checks.items() if differs]


async def _absorb(
    tx: Transaction, master: MasterKey, kept: Joined, absorbed: Joined, profiles: dict[UUID, Profile], now: datetime
) -> None:
    one, other = profiles[kept.person_id], profiles[absorbed.person_id]
    strong = kept.strong_key or absorbed.strong_key
    # The name that was verified wins; of two that were, the older person's: they are the same one's.
    named = one if kept.strong_key or not absorbed.strong_key else other
    whole = Profile(name=named.name or one.name or other.name, phone=one.phone or other.phone)
    await sessions.end_sessions_of(tx, absorbed.person_id, now)
    await verifications.put_strong_key(tx, absorbed.person_id, None)
    await verifications.put_strong_key(tx, kept.person_id, strong)
    await joining.move_identities(tx, absorbed.person_id, kept.person_id)
    await consents.move_consents(tx, absorbed.person_id, kept.person_id)
    await verifications.move_verifications(tx, absorbed.person_id, kept.person_id)
    await viewers.take_workplace(tx, absorbed.person_id, kept.person_id)
    await joining.put_merged(tx, absorbed.person_id, kept.person_id)
    if whole not in (one, ERASED):
        await replace_profile(tx, master, kept.person_id, whole)


async def _find(tx: Transaction, known: KnownAs) -> UUID | None:
    return await viewers.person_by_identity(tx, provider=known.provider, app=known.app, subject=known.subject)


async def _found(tx: Transaction, known: KnownAs) -> UUID:
    person_id = await _find(tx, known)
    if person_id is None:
        raise NotFound
    return person_id


async def _add(tx: Transaction, person_id: UUID, known: KnownAs) -> bool:
    return await viewers.add_identity(tx, person_id, provider=known.provider, app=known.app, subject=known.subject)
