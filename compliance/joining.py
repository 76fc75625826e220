"""One human under several identities: who an identity leads to, and what happens when two of them turn out to be one.

An openid differs by app; a unionid joins them, and may come after the first sign-in. So a person has any number of
identities (provider, app, subject), each of which the database holds once: however many devices bring the same new one
at once, they become one person. When an identity that is joined late leads to somebody else, the two are merged, but
only if nothing that is verified of them differs, and nobody told them apart before; otherwise the pair waits in the
queue of duplicates until an employee says who is who, and either goes on as they were.

There is one way to make one of two, whoever says so: `compliance.ownership.merging`, which can be undone. A rule keeps
the older person.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from compliance import consents
from compliance.errors import AccessDenied, NotFound
from compliance.events import Act, Result, Trail
from compliance.keys import MasterKey
from compliance.ledger import append
from compliance.ownership import merging
from compliance.ownership.wishes import Wish
from compliance.profiles import Profile, add_person, profiles_of
from storage.database import Transaction
from storage.rows import aliases, joining, viewers
from storage.rows import merging as merging_rows
from storage.rows.joining import Joined
from storage.rows.people import pseudonym_of

MERGED_MEANWHILE_MAX = 5  # merges of one person between a look and a lock


@dataclass(frozen=True, kw_only=True)
class KnownAs:
    """Who somebody is to a provider: an openid of an app, a unionid, the keyed hash of an address."""

    provider: str
    app: str
    subject: str = field(repr=False)


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
    now: datetime,
) -> Arrived:
    """The one person whom these identities lead to; the first is the one that was proved now, others join it.

    Raises AccessDenied for somebody who is blocked or erased.
    """
    first, *others = identities
    person_id, is_new = await _owner_of(tx, master, first, others)
    for other in others:
        person_id = await _joined(tx, master, trail, person_id, other, now=now)
    (found,) = await _both(tx, (person_id, person_id))
    if found.is_shut:
        raise AccessDenied("actor-inactive", obj=f"person:{found.pseudonym}")
    return Arrived(person_id=found.person_id, pseudonym=found.pseudonym, is_new=is_new)


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
    kept = await merge(tx, master, trail, (owner, person_id), ground="unionid", now=now)
    return kept or person_id


async def merge(
    tx: Transaction,
    master: MasterKey,
    trail: Trail,
    pair: tuple[UUID, UUID],
    *,
    ground: str,
    now: datetime,
    doubts: Sequence[str] = (),
) -> UUID | None:
    """Makes two people one, if nothing that is verified of them differs and nobody has `doubts`: who is left.

    None: an employee has to look; the pair waits in the queue, with the ground, the doubts and what differs.
    """
    both = await _both(tx, pair)
    if len(both) == 1:
        return both[0].person_id
    kept, absorbed = sorted(both, key=lambda each: (each.created_at, each.person_id))
    ids = (kept.person_id, absorbed.person_id)
    profiles = await profiles_of(tx, master, person_ids=ids)
    differing = _conflicts(kept, absorbed, profiles[kept.person_id], profiles[absorbed.person_id])
    if await merging_rows.told_apart(tx, "person", *ids):
        differing.append("told-apart")
    if await consents.taken_back(tx, ids):  # a rule must not decide which of the two meant it
        differing.append("consent")
    differing.extend(doubts)
    obj, det = f"person:{kept.pseudonym}", {"other": absorbed.pseudonym, "ground": ground}
    if differing:
        await merging.queue(tx, "person", ids, (ground, *differing), now)
        event = trail.event(Act.VIEWER_IDENTITY_MERGE, res=Result.DENY, why=differing[0], obj=obj, det=det)
        await append(tx, event, now=now)
        return None
    wish = Wish(kind="person", kept_id=kept.person_id, merged_id=absorbed.person_id, ground=ground)
    await merging.merge(tx, master, trail, wish, now=now)
    await append(tx, trail.event(Act.VIEWER_IDENTITY_MERGE, obj=obj, det=det), now=now)
    return kept.person_id


async def _both(tx: Transaction, pair: tuple[UUID, UUID]) -> list[Joined]:
    """Who goes on under these ids, locked until `tx` ends; one, if that is the same person by now.

    They are locked in the order of their ids, so that two such merges never wait for each other.
    """
    people: dict[UUID, Joined] = {}
    for _ in range(MERGED_MEANWHILE_MAX):
        roots = {await aliases.person_behind(tx, each) for each in pair}
        people = await joining.lock_people(tx, roots)
        if not any(each.merged_into for each in people.values()):
            break
    return list(people.values())


def _conflicts(kept: Joined, absorbed: Joined, one: Profile, other: Profile) -> list[str]:
    """What is verified of both and differs; empty: they may be one."""
    keys = {each.strong_key for each in (kept, absorbed) if each.strong_key}
    phones = {each.phone for each in (one, other) if each.phone}
    checks = {
        "closed": any(each.is_shut or each.kind == "employee" for each in (kept, absorbed)),
        "held": kept.is_held or absorbed.is_held,
        "id-number": len(keys) > 1,
        "phone": len(phones) > 1,
    }
    return [name for name, differs in checks.items() if differs]


async def _find(tx: Transaction, known: KnownAs) -> UUID | None:
    return await viewers.person_by_identity(tx, provider=known.provider, app=known.app, subject=known.subject)


async def _found(tx: Transaction, known: KnownAs) -> UUID:
    person_id = await _find(tx, known)
    if person_id is None:
        raise NotFound
    return person_id


async def _add(tx: Transaction, person_id: UUID, known: KnownAs) -> bool:
    return await viewers.add_identity(tx, person_id, provider=known.provider, app=known.app, subject=known.subject)
