"""Finding people by name, although names are encrypted: the newest people are read, decrypted and compared in memory.

PEOPLE_MAX bounds the work; whoever searches is told when older people were not looked at. Reading names is an act, so
it is an event; what was searched for stands there as a keyed hash.
"""

import asyncio
import re
import unicodedata
from dataclasses import dataclass

from compliance.events import Act, Trail
from compliance.ledger import append
from compliance.profiles import Profile, open_profiles
from fileserver.services import Services
from storage.rows.standing import Standing, standings_of
from storage.rows.viewers import newest_profiles

PEOPLE_MAX = 5_000
HASH_CHARS = 16
PHONE_TAIL = re.compile(r"\d{4}")
KINDS = ("employee", "viewer")


@dataclass(frozen=True, kw_only=True)
class FoundPerson:
    """Somebody whose name or phone tail fits."""

    standing: Standing
    profile: Profile


@dataclass(frozen=True, kw_only=True)
class Found:
    """Who fits, by name; `complete` is false when there were more, or older people who were not looked at."""

    people: tuple[FoundPerson, ...]
    complete: bool


async def search(services: Services, trail: Trail, text: str, *, kinds: tuple[str, ...], limit: int, why: str) -> Found:
    """The people of these kinds whose name holds `text`, or whose phone ends in it when it is four digits."""
    master = services.keys.master
    async with services.database.transaction() as tx:
        sealed = await newest_profiles(tx, kinds, PEOPLE_MAX)
        profiles = await asyncio.to_thread(open_profiles, master, sealed)
        fitting = sorted(
            (person_id for person_id, profile in profiles.items() if fits(profile, text)),
            key=lambda person_id: (profiles[person_id].name, person_id),
        )
        standings = await standings_of(tx, fitting[:limit])
        details: dict[str, str | int] = {
            "q": master.keyed_hash("person-search", folded(text))[:HASH_CHARS],
            "found": len(standings),
        }
        await append(tx, trail.event(Act.EMPLOYEE_PERSON_SEARCH, why=why, det=details), now=services.clock())
    people = (
        FoundPerson(standing=standings[person_id], profile=profiles[person_id])
        for person_id in fitting[:limit]
        if person_id in standings
    )
    return Found(people=tuple(people), complete=len(fitting) <= limit and len(sealed) < PEOPLE_MAX)


def fits(profile: Profile, text: str) -> bool:
    """Whether the name holds the text, spaces and case aside, or the phone ends in these four digits."""
    wanted = folded(text)
    if not wanted:
        return False
    return wanted in folded(profile.name) or (PHONE_TAIL.fullmatch(wanted) is not None and profile.phone_tail == wanted)


def folded(text: str) -> str:
    """One form for comparing: NFKC, lower case, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
