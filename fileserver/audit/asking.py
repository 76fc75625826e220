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
from storage.rows import people

PSEUDONYM_PREFIX = "p-"
SEARCH_PURPOSE = "person-search"
HASH_CHARS = 16
NOTHING = "-"  # an object that no event names


async def wanted_of(services: Services, tx: Transaction, asked: EventFilterIn) -> Wanted:
    """What is looked for. A named person whom nobody is called fits nobody. Raises InvalidValue for a time."""
    return Wanted(
        who=None if asked.person is None else await pseudonyms_of(services, tx, asked.person),
        org=str(asked.clinic_id) if asked.clinic_id else None,
        obj=_object(asked),
        link=str(asked.share_id) if asked.share_id else None,
        act=asked.act,
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
    if "person" in asked:
        asked["person"] = services.keys.master.keyed_hash(SEARCH_PURPOSE, asked["person"])[:HASH_CHARS]
    return {name: value for name, value in asked.items() if name in EventFilterIn.model_fields}


def _object(asked: EventFilterIn) -> str | None:
    material = f"{MATERIAL_PREFIX}{asked.material_id}" if asked.material_id else None
    if material and asked.object and asked.object != material:
        return NOTHING
    return material or asked.object


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
