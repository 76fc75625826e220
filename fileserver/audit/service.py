"""Searching and exporting the log for an auditor, each search and export an event of its own."""

import asyncio
import json
from collections.abc import AsyncGenerator, Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from compliance import ledger
from compliance.access import Action, Actor, require
from compliance.events import Act, Trail
from compliance.profiles import ERASED, open_profiles, profiles_of
from compliance.visits import actor_of, person_now
from fileserver.audit.schemas import EventFilterIn
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import clinics, events, materials, people
from storage.rows.events import EventFilter, EventRow

PSEUDONYM_PREFIX = "p-"
MATERIAL_PREFIX = "material:"
EXPORT_BATCH = 500
SEARCH_PURPOSE = "person-search"
HASH_CHARS = 16


@dataclass(frozen=True)
class Labelled:
    """An event with the names behind its ids, where they are still known."""

    id: int
    leaf: bytes
    fields: dict[str, Any]
    person_name: str | None
    clinic_name: str | None
    object_title: str | None


async def search(
    services: Services, actor: Actor, trail: Trail, wanted: EventFilterIn, *, before: int | None, limit: int
) -> list[Labelled]:
    """A page of matching events, newest first. Each page is told: a search may begin anywhere. Raises AccessDenied."""
    rule = require(actor, Action.EVENT_SEARCH)
    async with services.database.transaction() as tx:
        where = await _filter(services, tx, wanted)
        found = [] if where is None else await events.search_events(tx, where, before_id=before, limit=limit)
        labelled = await _label(services, tx, found)
        asked = _asked(services, wanted) | ({} if before is None else {"before": str(before)})
        event = trail.event(Act.EMPLOYEE_EVENT_SEARCH, why=rule, det=asked)
        await ledger.append(tx, event, now=services.clock())
    return labelled


async def export(
    services: Services, actor: Actor, trail: Trail, wanted: EventFilterIn, form: str
) -> AsyncGenerator[Labelled]:
    """Every matching event up to this moment, oldest first, in constant memory.

    The export's own event comes after them; it is committed before this returns, so before the first byte. Raises
    AccessDenied.
    """
    rule = require(actor, Action.EVENT_EXPORT)
    async with services.database.transaction() as tx:
        where = await _filter(services, tx, wanted)
        event = trail.event(Act.EMPLOYEE_EVENT_EXPORT, why=rule, det={**_asked(services, wanted), "format": form})
        own_id = await ledger.append(tx, event, now=services.clock())
    return _exported(services, actor, where, own_id - 1)


async def _exported(
    services: Services, actor: Actor, where: EventFilter | None, through_id: int
) -> AsyncGenerator[Labelled]:
    """Batch by batch, each in a transaction of its own, so that a reader who stalls holds none; each asks again."""
    last_id: int | None = 0
    while where is not None and last_id is not None:
        async with services.database.transaction() as tx:
            require(actor_of(await person_now(tx, actor.person_id)), Action.EVENT_EXPORT)
            batch = await events.events_after(tx, where, after_id=last_id, through_id=through_id, limit=EXPORT_BATCH)
            labelled = await _label(services, tx, batch)
        for each in labelled:
            yield each
        last_id = batch[-1].id if len(batch) == EXPORT_BATCH else None


async def _filter(services: Services, tx: Transaction, wanted: EventFilterIn) -> EventFilter | None:
    """The filter for the rows; None when a named person is nobody, so that nothing matches."""
    who = None if wanted.person is None else await _pseudonyms(services, tx, wanted.person)
    if who is not None and not who:
        return None
    return EventFilter(
        who=who,
        org=str(wanted.clinic_id) if wanted.clinic_id else None,
        obj=f"{MATERIAL_PREFIX}{wanted.material_id}" if wanted.material_id else None,
        link=str(wanted.share_id) if wanted.share_id else None,
        acts=(wanted.act,) if wanted.act else None,
        res=wanted.result.value if wanted.result else None,
        since=wanted.since,
        until=wanted.until,
    )


async def _pseudonyms(services: Services, tx: Transaction, person: str) -> tuple[str, ...]:
    """Everybody whose name holds these characters; names are encrypted, so they are compared here."""
    if person.startswith(PSEUDONYM_PREFIX):
        return (person,)
    sealed = await people.sealed_profiles(tx)
    profiles = await asyncio.to_thread(open_profiles, services.keys.master, sealed)
    found = {person_id for person_id, profile in profiles.items() if person.casefold() in profile.name.casefold()}
    return tuple(row.pseudonym for row in sealed if row.person_id in found)


async def _label(services: Services, tx: Transaction, rows: Collection[EventRow]) -> list[Labelled]:
    leaves = [(row, json.loads(row.leaf)) for row in rows]
    names = await _names(services, tx, {leaf["who"] for _, leaf in leaves if leaf["who"]})
    clinic_names = await clinics.clinic_names(tx, _ids(leaf["org"] for _, leaf in leaves))
    objects = (
        leaf["obj"].removeprefix(MATERIAL_PREFIX) for _, leaf in leaves if leaf["obj"].startswith(MATERIAL_PREFIX)
    )
    titles = await materials.material_titles(tx, _ids(objects))
    return [
        Labelled(
            id=row.id,
            leaf=row.leaf,
            fields=leaf,
            person_name=names.get(leaf["who"]),
            clinic_name=clinic_names.get(leaf["org"]),
            object_title=titles.get(leaf["obj"].removeprefix(MATERIAL_PREFIX)),
        )
        for row, leaf in leaves
    ]


async def _names(services: Services, tx: Transaction, pseudonyms: Collection[str]) -> dict[str, str]:
    rows = await people.sealed_profiles(tx, pseudonyms=pseudonyms)
    profiles = await profiles_of(tx, services.keys.master, pseudonyms=pseudonyms)
    return {row.pseudonym: profile.name for row in rows if (profile := profiles[row.person_id]) != ERASED}


def _ids(texts: Iterable[str]) -> set[UUID]:
    return {UUID(text) for text in texts if text}


def _asked(services: Services, wanted: EventFilterIn) -> dict[str, str | int]:
    """What was asked, in a form that the log may hold: a name becomes a keyed hash, which no list of names opens."""
    asked = {name: str(value) for name, value in wanted.model_dump(mode="json", exclude_none=True).items()}
    if "person" in asked:
        asked["person"] = services.keys.master.keyed_hash(SEARCH_PURPOSE, asked["person"])[:HASH_CHARS]
    return {name: value for name, value in asked.items() if name in EventFilterIn.model_fields}
