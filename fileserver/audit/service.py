"""Searching the log for an auditor, each search an event of its own; and what a search or an export asks for."""

import asyncio

from compliance import ledger
from compliance.access import Action, Actor, require
from compliance.events import Act, Trail
from compliance.profiles import open_profiles
from fileserver.audit.formats import Labelled
from fileserver.audit.labels import MATERIAL_PREFIX, Labels
from fileserver.audit.schemas import EventFilterIn
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import events, people
from storage.rows.events import EventFilter

PSEUDONYM_PREFIX = "p-"
SEARCH_PURPOSE = "person-search"
HASH_CHARS = 16


async def search(
    services: Services, actor: Actor, trail: Trail, wanted: EventFilterIn, *, before: int | None, limit: int
) -> list[Labelled]:
    """A page of matching events, newest first. Each page is told: a search may begin anywhere. Raises AccessDenied."""
    rule = require(actor, Action.EVENT_SEARCH)
    async with services.database.transaction() as tx:
        where = await rows_filter(services, tx, wanted)
        found = [] if where is None else await events.search_events(tx, where, before_id=before, limit=limit)
        labelled = await Labels(services.keys.master).label(tx, found)
        asked = asked_for(services, wanted) | ({} if before is None else {"before": str(before)})
        event = trail.event(Act.EMPLOYEE_EVENT_SEARCH, why=rule, det=asked)
        await ledger.append(tx, event, now=services.clock())
    return labelled


async def rows_filter(services: Services, tx: Transaction, wanted: EventFilterIn) -> EventFilter | None:
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


def asked_for(services: Services, wanted: EventFilterIn) -> dict[str, str | int]:
    """What was asked, in a form that the log may hold: a name becomes a keyed hash, which no list of names opens."""
    asked = {name: str(value) for name, value in wanted.model_dump(mode="json", exclude_none=True).items()}
    if "person" in asked:
        asked["person"] = services.keys.master.keyed_hash(SEARCH_PURPOSE, asked["person"])[:HASH_CHARS]
    return {name: value for name, value in asked.items() if name in EventFilterIn.model_fields}
