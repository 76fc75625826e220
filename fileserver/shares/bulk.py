"""One personal share for each person of a list: whom the lines name, and then all shares or none."""

import asyncio
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance import ledger
from compliance.access import Action, Actor, Addressees, Audience, require
from compliance.errors import InvalidValue
from compliance.events import Act, Event, Trail
from compliance.gating import Lock, Wanted
from compliance.profiles import Profile, open_profiles, profiles_of
from compliance.sharing import shareable
from fileserver.http.errors import InvalidRequest, Violation
from fileserver.mailing.port import checked_address
from fileserver.services import Services
from fileserver.shares.audience import wanted_addressees
from fileserver.shares.bulk_csv import FAULTS_MAX, Listed, fault
from fileserver.shares.bulk_schemas import BulkIn, ListedIn, RecipientIn
from fileserver.shares.schemas import ShareIn
from fileserver.shares.service import created_event, link_token, new_row
from storage.database import Transaction
from storage.rows import shares, viewers
from storage.rows.shares import ShareRow
from storage.rows.standing import Standing, standings_of

PROFILES_MAX = 5_000  # the newest people, whose phone numbers are compared
EMAIL = "email"
NO_GATE = Wanted(lock=Lock.NONE, pledge=False)
HASH_CHARS = 16


@dataclass(frozen=True, kw_only=True)
class Matched:
    """A line and whom it names."""

    listed: Listed
    standing: Standing
    name: str


async def matched(
    services: Services, actor: Actor, trail: Trail, material_id: UUID, lines: list[Listed]
) -> list[Matched]:
    """Whom the lines name: viewers who are active and have a place of work, each once.

    Reading names is an act, so it is an event. Raises AccessDenied, NotFound, RequirementUnmet, or InvalidRequest with
    every fault by its line.
    """
    now, master = services.clock(), services.keys.master
    why = require(actor, Action.PERSON_LIST)
    async with services.database.transaction() as tx:
        await shareable(tx, master, actor, material_id, now)
        mail = await _mail(services, tx, lines)
        asked = await _ids(services, tx, lines, mail)
        standings = await standings_of(tx, {person for ids in asked.values() for person in ids})
        names = await profiles_of(tx, master, person_ids=standings)
        await ledger.append(tx, _read_names(services, trail, why, standings), now=now)
    return _settled(lines, asked, mail, standings, names)


def _read_names(services: Services, trail: Trail, why: str, people: Iterable[UUID]) -> Event:
    """What the log is told of whose names were read: how many, and a keyed hash of who."""
    ids = sorted(map(str, people))
    q = services.keys.master.keyed_hash("person-search", "".join(ids))[:HASH_CHARS]
    return trail.event(Act.EMPLOYEE_PERSON_SEARCH, why=why, det={"q": q, "found": len(ids)})


def _settled(
    lines: list[Listed],
    asked: Mapping[int, tuple[UUID, ...]],
    mail: Mapping[int, tuple[UUID, ...]],
    standings: Mapping[UUID, Standing],
    names: Mapping[UUID, Profile],
) -> list[Matched]:
    found: dict[UUID, Matched] = {}
    faults: list[Violation] = []
    for each in lines:
        field = next(name for name in ("person_id", EMAIL, "phone") if getattr(each.said, name) is not None)
        known = [standings[person] for person in asked[each.line] if _receives(standings.get(person))]
        if len(known) != 1:
            faults.append(fault(each.line, field, "several-people" if known else "must-exist"))
            continue
        standing, profile = known[0], names[known[0].person_id]
        name = profile.name
        others = _others(each.said, standing.person_id, profile, mail.get(each.line, ()))
        faults += [fault(each.line, other, "another-person") for other in others]
        if each.said.name and _folded(each.said.name) != _folded(name):
            faults.append(fault(each.line, "name", "another-name"))
        if standing.person_id in found:
            faults.append(fault(each.line, field, "repeated"))
        found[standing.person_id] = Matched(listed=each, standing=standing, name=name)
    if faults:
        raise InvalidRequest(*faults[:FAULTS_MAX])
    return list(found.values())


def _others(said: ListedIn, person_id: UUID, profile: Profile, mail: tuple[UUID, ...]) -> list[str]:
    """The columns of a line that say somebody else than this person."""
    wrong = {EMAIL: said.email is not None and person_id not in mail, "phone": said.phone not in (None, profile.phone)}
    return [column for column, is_wrong in wrong.items() if is_wrong]


def _receives(standing: Standing | None) -> bool:
    return standing is not None and standing.active and standing.clinic_id is not None


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


async def _ids(
    services: Services, tx: Transaction, lines: list[Listed], mail: Mapping[int, tuple[UUID, ...]]
) -> dict[int, tuple[UUID, ...]]:
    """Who may be meant, by line."""
    phones = await _phones(services, tx) if any(each.said.phone for each in lines) else {}
    ids: dict[int, tuple[UUID, ...]] = {}
    for each in lines:
        if each.said.person_id is not None:
            ids[each.line] = (each.said.person_id,)
        elif each.said.email is not None:
            ids[each.line] = mail[each.line]
        else:
            ids[each.line] = tuple(phones.get(each.said.phone or "", ()))
    return ids


async def _mail(services: Services, tx: Transaction, lines: list[Listed]) -> dict[int, tuple[UUID, ...]]:
    """Who signs in by the address of a line."""
    hashes: dict[int, str] = {}
    faults: list[Violation] = []
    for each in lines:
        if each.said.email is not None:
            try:
                address = checked_address(each.said.email)
            except InvalidValue:
                faults.append(fault(each.line, EMAIL, "email-address"))
                continue
            hashes[each.line] = services.keys.master.keyed_hash("viewer-email", address)
    if faults:
        raise InvalidRequest(*faults[:FAULTS_MAX])
    known = await viewers.people_by_subjects(tx, provider=EMAIL, subjects=hashes.values())
    return {line: (known[subject],) if subject in known else () for line, subject in hashes.items()}


async def _phones(services: Services, tx: Transaction) -> Mapping[str, Iterable[UUID]]:
    """Who has which number. Numbers are encrypted: they are read, and compared in memory."""
    sealed = await viewers.newest_profiles(tx, ("viewer",), PROFILES_MAX)
    profiles = await asyncio.to_thread(open_profiles, services.keys.master, sealed)
    found: dict[str, list[UUID]] = defaultdict(list)
    for person_id, profile in profiles.items():
        if profile.phone:
            found[profile.phone].append(person_id)
    return found


@dataclass(frozen=True, kw_only=True)
class Made:
    """One of many shares."""

    row: ShareRow
    person_id: UUID
    person: str
    clinic: str
    token: str


async def create_all(services: Services, actor: Actor, trail: Trail, wanted: BulkIn) -> list[Made]:
    """A share for each person, in one transaction with an event for each: all, or none.

    The answer has names, which is an event too. Raises AccessDenied, NotFound, RequirementUnmet, InvalidValue naming a
    field, or InvalidRequest naming the person who is not one of the viewers, or is there twice.
    """
    now, why = services.clock(), require(actor, Action.PERSON_LIST)
    rows = [_row(services, actor, wanted, each, now) for each in wanted.people]
    async with services.database.transaction() as tx:
        found = await shareable(tx, services.keys.master, actor, wanted.material_id, now)
        ids = [each.person_id for each in wanted.people]
        standings = await standings_of(tx, ids)
        _check_people(ids, standings)
        names = await profiles_of(tx, services.keys.master, person_ids=ids)
        await shares.add_shares(tx, rows)
        whom = [Addressees(people=frozenset({each})) for each in ids]
        events = [created_event(trail, row, to, NO_GATE, found) for row, to in zip(rows, whom, strict=True)]
        await ledger.append_all(tx, [_read_names(services, trail, why, ids), *events], now=now)
    return [
        Made(
            row=row,
            person_id=person_id,
            person=names[person_id].name,
            clinic=standings[person_id].clinic_name,
            token=link_token(services, row) or "",
        )
        for row, person_id in zip(rows, ids, strict=True)
    ]


def _row(services: Services, actor: Actor, wanted: BulkIn, whom: RecipientIn, now: datetime) -> ShareRow:
    policy = {name: getattr(wanted, name) for name in type(wanted).model_fields if name != "people"}
    one = ShareIn(audience=Audience.PERSON, person_id=whom.person_id, note=whom.note, **policy)
    return new_row(services, actor, one, wanted_addressees(one), now)


def _check_people(ids: list[UUID], standings: Mapping[UUID, Standing]) -> None:
    seen: set[UUID] = set()
    faults: list[Violation] = []
    for number, person_id in enumerate(ids):
        place = f"/people/{number}/person_id"
        if not _receives(standings.get(person_id)):
            faults.append(Violation(place, "must-exist", {}))
        elif person_id in seen:
            faults.append(Violation(place, "repeated", {}))
        seen.add(person_id)
    if faults:
        raise InvalidRequest(*faults[:FAULTS_MAX])
