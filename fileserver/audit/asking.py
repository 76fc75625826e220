"""From what an auditor asks to what is looked for: names become pseudonyms, and the log hears of it without a name."""

import asyncio
from datetime import UTC, datetime

from compliance.errors import InvalidValue
from compliance.events import truncated_address
from compliance.profiles import open_profiles
from compliance.trail.fields import BRAND_ZONE
from compliance.trail.wanted import Wanted
from fileserver.audit.labels import MATERIAL_PREFIX
from fileserver.audit.schemas import EventFilterIn
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import declarations, homes, people, spread_dashboard
from storage.rows.aliases import clinic_ids_of
from storage.rows.spread_counts import Dim
from storage.rows.spread_trees import Trees

PSEUDONYM_PREFIX = "p-"
SEARCH_PURPOSE = "person-search"
HASH_CHARS = 16
NAMED = frozenset({"person", "sharer"})  # filters that take names of people


async def wanted_of(services: Services, tx: Transaction, asked: EventFilterIn) -> Wanted:
    """What is looked for. A named person whom nobody is called fits nobody. Raises InvalidValue for a time."""
    return Wanted(
        who=None if asked.person is None else await pseudonyms_of(services, tx, asked.person),
        org=tuple(map(str, await clinic_ids_of(tx, asked.clinic_id))) if asked.clinic_id else None,
        obj=await _objects(tx, asked),
        link=str(asked.share_id) if asked.share_id else None,
        trees=await _trees(services, tx, asked),
        act=tuple(asked.act.split(",")) if asked.act else None,
        res=asked.result.value if asked.result else None,
        role=str(asked.role) if asked.role else None,
        why=asked.rule,
        ver=asked.version_sha256,
        sess=asked.session,
        ip=asked.network and (truncated_address(asked.network) or asked.network),
        ua=asked.user_agent,
        det=_details(asked.details or ""),
        since=_within_calendar(asked.since, "since"),
        until=_within_calendar(asked.until, "until"),
    )


def asked_for(services: Services, wanted: EventFilterIn) -> dict[str, str | int]:
    """What was asked, in a form that the log may hold: a name becomes a keyed hash, which no list of names opens."""
    asked = {name: str(value) for name, value in wanted.model_dump(mode="json", exclude_none=True).items()}
    for name in NAMED & asked.keys():
        asked[name] = services.keys.master.keyed_hash(SEARCH_PURPOSE, asked[name])[:HASH_CHARS]
    return {name: value for name, value in asked.items() if name in EventFilterIn.model_fields}


async def _objects(tx: Transaction, asked: EventFilterIn) -> tuple[str, ...] | None:
    """What it may be about: what is in all that was asked for, nothing perhaps; None: anything."""
    circles: list[frozenset[str]] = []
    if asked.material_id:
        circles.append(frozenset({f"{MATERIAL_PREFIX}{asked.material_id}"}))
    if asked.object:
        circles.append(frozenset({asked.object}))
    if asked.campaign:
        declared = await declarations.campaigns_of(tx)
        circles.append(frozenset(f"{MATERIAL_PREFIX}{each}" for each in declared if declared[each] == asked.campaign))
    return tuple(sorted(frozenset.intersection(*circles))) if circles else None


async def _trees(services: Services, tx: Transaction, asked: EventFilterIn) -> Trees | None:
    """Through whose shares, and through which; None: it doesn't matter."""
    circles: list[frozenset[str]] = []
    if asked.sharer:
        circles.append(frozenset(await pseudonyms_of(services, tx, asked.sharer)))
    if asked.department_id or asked.region:
        places = await homes.places_of(tx, await spread_dashboard.keys_of(tx, Dim.EMPLOYEE))
        circles.append(frozenset(who for who, place in places.items() if _is_in(place, asked)))
    makers = tuple(sorted(frozenset.intersection(*circles))) if circles else None
    return None if makers is None and asked.tree_id is None else Trees(makers=makers, root_id=asked.tree_id)


def _is_in(place: homes.Place, asked: EventFilterIn) -> bool:
    """Whether it is in the department and in the region that were asked for."""
    return asked.department_id in (None, *place.departments) and asked.region in (None, place.region)


def _within_calendar(value: datetime | None, name: str) -> datetime | None:
    """The time in UTC. Raises InvalidValue for one that is beyond the calendar in UTC or at the brand."""
    try:
        return value and value.astimezone(BRAND_ZONE).astimezone(UTC)
    except OverflowError:
        raise InvalidValue(field=name, rule="datetime-parsing") from None


def _details(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (each.partition("=") for each in text.split())
    return tuple((name, value) for name, _, value in pairs)


async def pseudonyms_of(services: Services, tx: Transaction, person: str) -> tuple[str, ...]:
    """Everybody whose name holds these characters; names are encrypted, so they are compared here."""
    if person.startswith(PSEUDONYM_PREFIX):
        return (person,)
    sealed = await people.sealed_profiles(tx)
    profiles = await asyncio.to_thread(open_profiles, services.keys.master, sealed)
    found = {person_id for person_id, profile in profiles.items() if person.casefold() in profile.name.casefold()}
    return tuple(row.pseudonym for row in sealed if row.person_id in found)
