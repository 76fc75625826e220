"""What is held on a person, as one zip for them: profile, rows and events, in JSON that a program reads too.

    about.json      whom it is about, when it was made, what is in it and whether any of it was too long
    profile.json    name and telephone number
    merged-profiles.json  the same of those who turned out to be this person, before that
    <table>.json    one list for each table of `storage.rows.subjects`
    events.ndjson   the exact leaves of events by the person or about them, one a line

Secrets are left out (hashes of passwords and tokens, keys), and so are holds on the person: a proceeding is not told of
by a request for data.
"""

import io
import json
import zipfile
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from compliance.access import Role
from compliance.errors import NotFound, WrongState
from compliance.events import Act, Trail
from compliance.keys import MasterKey
from compliance.ledger import append
from compliance.profiles import Profile, profiles_of
from compliance.trail.search import newest
from compliance.trail.wanted import Wanted
from storage.database import Transaction
from storage.rows.aliases import aliases_of, person_behind
from storage.rows.erasure import lock_person
from storage.rows.people import pseudonyms_of
from storage.rows.subjects import HELD, ROWS_MAX, rows_held

EVENTS_MAX = 50_000  # the newest ones
NOTICED = (Act.SYSTEM_ANOMALY_FIND, Act.EMPLOYEE_ANOMALY_DISMISS)
FORMAT = "sealshare-subject/v1"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What was found. `cut` names the lists that have more than they show; `others` are who was merged into them."""

    person_id: UUID
    pseudonym: str
    others: dict[UUID, Profile]
    made_at: datetime
    profile: Profile
    tables: dict[str, list[dict[str, Any]]]
    leaves: tuple[bytes, ...]
    cut: tuple[str, ...]


async def gather(
    tx: Transaction, master: MasterKey, trail: Trail, person_id: UUID, *, now: datetime, why: str = ""
) -> Subject:
    """Reads everything, and tells the log; the id of somebody merged leads to who goes on, and all is theirs.

    Raises NotFound, or WrongState for somebody who is erased.
    """
    person_id = await person_behind(tx, person_id)
    known = await lock_person(tx, person_id)
    if known is None:
        raise NotFound
    pseudonym, _, erased_at = known
    if erased_at is not None:
        raise WrongState
    ids = (person_id, *await aliases_of(tx, person_id))
    tables = {held.name: await rows_held(tx, held, ids) for held in HELD}
    leaves, more = await _leaves(tx, tuple((await pseudonyms_of(tx, ids)).values()))
    profiles = await profiles_of(tx, master, person_ids=ids)
    act = Act.VIEWER_PERSON_EXPORT if trail.role == Role.VIEWER.value else Act.EMPLOYEE_PERSON_EXPORT
    event = trail.event(act, why=why, obj=f"person:{pseudonym}", det={"events": len(leaves)})
    await append(tx, event, now=now)
    return Subject(
        person_id=person_id,
        pseudonym=pseudonym,
        made_at=now,
        others={each: profiles[each] for each in ids[1:]},
        profile=profiles[person_id],
        tables={name: found[:ROWS_MAX] for name, found in tables.items()},
        leaves=leaves,
        cut=(*(name for name, found in tables.items() if len(found) > ROWS_MAX), *(["events"] if more else [])),
    )


async def _leaves(tx: Transaction, pseudonyms: tuple[str, ...]) -> tuple[tuple[bytes, ...], bool]:
    """The exact leaves of the newest events by this person or about them, the oldest first; whether there are more.

    Without what was noticed about them: nobody learns by this that they are looked into.
    """
    by, more = await newest(tx, Wanted(who=pseudonyms), EVENTS_MAX)
    found = {row.id: row.leaf for row in by}
    for each in pseudonyms:
        about, more_about = await newest(tx, Wanted(obj=(f"person:{each}",)), EVENTS_MAX)
        found |= {row.id: row.leaf for row in about if json.loads(row.leaf)["act"] not in NOTICED}
        more = more or more_about
    kept = sorted(found)[-EVENTS_MAX:]
    return tuple(found[each] for each in kept), more or len(kept) < len(found)


def as_zip(subject: Subject) -> bytes:
    """The file. It takes some processor time for somebody who did much: call it in a thread."""
    about = {
        "format": FORMAT,
        "person_id": subject.person_id,
        "pseudonym": subject.pseudonym,
        "merged": list(subject.others),
        "made_at": subject.made_at,
        "rows": {name: len(found) for name, found in subject.tables.items()},
        "events": len(subject.leaves),
        "incomplete": list(subject.cut),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.json", _json(about))
        archive.writestr("profile.json", _json(asdict(subject.profile)))
        archive.writestr("merged-profiles.json", _json([asdict(each) for each in subject.others.values()]))
        for name, found in subject.tables.items():
            archive.writestr(f"{name}.json", _json(found))
        archive.writestr("events.ndjson", b"".join(leaf + b"\n" for leaf in subject.leaves))
    return buffer.getvalue()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=_plain)


def _plain(value: object) -> str:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date() | UUID():
            return str(value)
        case bytes():
            return value.hex()
        case _:
            raise TypeError(type(value).__name__)
