"""Consent (个人信息保护法 arts. 13–17, 29): what a clinic user agrees to, each purpose by itself, and taking it back.

Promises: nothing of a purpose is done without an agreement to the version in force; an agreement says which words, in
which language, by which session and when; it can be taken back at any time, and what rests on it ends in the same
transaction. The words themselves are the pages' (`fileserver.people.consent_texts`); here stand their versions.

| purpose | covers | taken back |
|---|---|---|
| privacy | name, phone, place of work; marks on copies, the log of visits | the other one too; nothing opens |
| identity | ID number and face, sensitive data, passed on once to whoever checks the name | the verification ends |

Whoever takes back either can't open shares, and what they passed on closes too. Events stay: they are the proof.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from compliance.errors import ConsentMissing, InvalidValue
from compliance.events import Act, Trail
from compliance.ledger import append
from storage.database import Transaction
from storage.rows import consents as rows
from storage.rows import verifications
from storage.rows.aliases import aliases_of
from storage.rows.consents import ConsentRow


class Purpose(StrEnum):
    """What an agreement is for."""

    PRIVACY = "privacy"
    IDENTITY = "identity"


VERSIONS: Mapping[Purpose, int] = {Purpose.PRIVACY: 1, Purpose.IDENTITY: 1}
RESTS_ON: Mapping[Purpose, tuple[Purpose, ...]] = {
    Purpose.PRIVACY: (Purpose.PRIVACY, Purpose.IDENTITY),
    Purpose.IDENTITY: (Purpose.IDENTITY,),
}


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """What somebody was shown and said yes to."""

    purpose: Purpose
    version: int
    language: str
    text_sha256: str


async def give(tx: Transaction, trail: Trail, person_id: UUID, said: Agreement, *, now: datetime) -> None:
    """Keeps an agreement; saying it twice is saying it once. Raises InvalidValue for another version than is asked."""
    if said.version != VERSIONS[said.purpose]:
        raise InvalidValue(field="version", rule="consent-outdated")
    row = ConsentRow(
        id=uuid4(),
        person_id=person_id,
        purpose=said.purpose.value,
        version=said.version,
        language=said.language,
        text_sha256=said.text_sha256,
        session=trail.sess,
        given_at=now,
    )
    if not await rows.add_consent(tx, row):
        return
    if said.purpose is Purpose.PRIVACY:
        await rows.note_consented(tx, person_id, said.version)
    det: dict[str, str | int] = {
        "purpose": said.purpose.value,
        "version": said.version,
        "language": said.language,
        "text_sha256": said.text_sha256,
    }
    await append(tx, trail.event(Act.VIEWER_CONSENT_GRANT, obj=f"person:{trail.who}", det=det), now=now)


async def withdraw(tx: Transaction, trail: Trail, person_id: UUID, purpose: Purpose, *, now: datetime) -> int:
    """Takes an agreement back, with what rests on it; how many were in force. Taking back nothing changes nothing.

    It is taken back under every id that was merged into this one too: who is made two again agreed as neither.
    """
    ids = await _all_ids(tx, (person_id,))
    count = await _end(tx, ids, RESTS_ON[purpose], now=now, session=trail.sess)
    if not count:
        return 0
    det: dict[str, str | int] = {"purpose": purpose.value, "ended": count}
    await append(tx, trail.event(Act.VIEWER_CONSENT_WITHDRAW, obj=f"person:{trail.who}", det=det), now=now)
    return count


async def taken_back(tx: Transaction, person_ids: Collection[UUID]) -> tuple[Purpose, ...]:
    """What one of these, who may be one person, took back last, though another's agreement is still in force."""
    return tuple(Purpose(each) for each in await rows.taken_back(tx, await _all_ids(tx, person_ids)))


async def end_taken_back(tx: Transaction, person_ids: Collection[UUID], *, now: datetime) -> bool:
    """Ends what `taken_back` names under all these ids, with what rests on it; whether there was any."""
    purposes = {rests for each in await taken_back(tx, person_ids) for rests in RESTS_ON[each]}
    if not purposes:
        return False
    await _end(tx, await _all_ids(tx, person_ids), tuple(sorted(purposes)), now=now, session="")
    return True


async def _all_ids(tx: Transaction, person_ids: Collection[UUID]) -> list[UUID]:
    return [each for person_id in person_ids for each in (person_id, *await aliases_of(tx, person_id))]


async def _end(
    tx: Transaction, person_ids: Collection[UUID], purposes: tuple[Purpose, ...], *, now: datetime, session: str
) -> int:
    """How many agreements were in force; with none nothing else changes."""
    named = tuple(each.value for each in purposes)
    count = await rows.withdraw_consents(tx, person_ids, named, at=now, session=session)
    for person_id in person_ids if count else ():
        if Purpose.PRIVACY in purposes:
            await rows.note_consented(tx, person_id, 0)
        await verifications.end_verification(tx, person_id)
    return count


async def missing(tx: Transaction, person_id: UUID, purposes: tuple[Purpose, ...] = tuple(Purpose)) -> list[Purpose]:
    """The purposes that still have to be agreed to, in the versions of now."""
    given = {(row.purpose, row.version) for row in await rows.consents_of(tx, person_id) if row.withdrawn_at is None}
    return [each for each in purposes if (each.value, VERSIONS[each]) not in given]


async def require(tx: Transaction, person_id: UUID, *purposes: Purpose) -> None:
    """Returns if all of them are agreed to. Raises ConsentMissing naming the first that is not."""
    left = await missing(tx, person_id, purposes)
    if left:
        raise ConsentMissing(purpose=left[0].value)
