"""Asking a service: counted and noted before, so that nothing is asked twice; settled in one transaction after.

| a process dies | what is left | what then |
|---|---|---|
| before the service is asked | a row `started` | the same input is refused as busy for UNKNOWN_FOR, then asked |
| after it was asked | the same: nobody can know whether it was billed | the same |
| while it settles | the same, for nothing of it was committed | the same |
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance import consents
from compliance.consents import Purpose
from compliance.errors import NotFound, TooManyAttempts, VerificationBusy
from compliance.events import Trail
from compliance.id_numbers import strong_key
from compliance.keys import MasterKey
from compliance.profiles import Profile, seal_for, unseal_for
from compliance.real_names.model import Answer, Claim, Handoff, Said, Verifier
from compliance.real_names.settling import Settled, settle, stand_by
from storage.database import Database, Transaction
from storage.rows import verifications as rows
from storage.rows.joining import lock_people
from storage.rows.verifications import VerificationRow

UNKNOWN_FOR = timedelta(minutes=10)
ELSEWHERE_FOR = timedelta(hours=2)  # a face check's token
DAY = timedelta(days=1)
SEALED_FOR = "verification"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How long a verified name counts, and how often may be asked."""

    valid_for: timedelta
    person_day_max: int
    day_max: int


@dataclass(frozen=True, kw_only=True)
class Verified:
    """The end: whose name it is (another id, where two turned out to be one), and until when. Or where to go on."""

    person_id: UUID
    until: datetime | None = None
    handoff: Handoff | None = None


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a question needs beside itself."""

    database: Database
    master: MasterKey
    clock: Callable[[], datetime]
    policy: Policy


async def ask(desk: Desk, trail: Trail, verifier: Verifier, person_id: UUID, claim: Claim) -> Verified:
    """Checks a name, once.

    Raises ConsentMissing, TooManyAttempts, VerificationBusy, and what `stand_by` raises for an answer other than yes.
    """
    now = desk.clock()
    async with desk.database.transaction() as tx:
        row, fresh = await _noted(tx, desk, verifier, person_id, claim, now)
    if not fresh:
        return await _once_more(desk, trail, verifier, row, claim)
    said = await verifier.check(claim)
    if isinstance(said, Handoff):
        async with desk.database.transaction() as tx:
            await _hand_off(tx, desk, row, said, claim)
        return Verified(person_id=person_id, handoff=said)
    return await _settled(desk, trail, row, said, claim)


async def look_again(desk: Desk, trail: Trail, verifier: Verifier, person_id: UUID) -> Verified:
    """What became of the check that this person went elsewhere for. Raises NotFound without one, and as `ask`."""
    async with desk.database.transaction() as tx:
        row = await rows.newest_of(tx, person_id)
    if row is None or row.state != "started" or row.sealed is None or row.method != verifier.method:
        raise NotFound
    return await _elsewhere(desk, trail, verifier, row, None)


async def waiting_for(tx: Transaction, master: MasterKey, row: VerificationRow) -> Handoff:
    """Where the check of this row, which is open elsewhere, goes on."""
    kept = json.loads(await unseal_for(tx, master, row.person_id, row.sealed or b"", SEALED_FOR))
    return Handoff(token=kept["token"], url=kept["url"])


async def _noted(
    tx: Transaction, desk: Desk, verifier: Verifier, person_id: UUID, claim: Claim, now: datetime
) -> tuple[VerificationRow, bool]:
    """The question's row, and whether it is to be asked now. The person's row makes two at once wait."""
    await lock_people(tx, (person_id,))
    await consents.require(tx, person_id, Purpose.PRIVACY, Purpose.IDENTITY)
    input_hash = claim.hashed(desk.master, verifier.method)
    known = await rows.settled_by_input(tx, person_id, input_hash)
    if known is not None and not _is_over(known, now):
        return known, False
    if known is not None:
        await rows.end_row(tx, known.id, state="over", sealed=None)
    await _count(tx, desk.policy, person_id, now)
    row = VerificationRow(
        id=uuid4(),
        person_id=person_id,
        method=verifier.method.value,
        provider=verifier.provider,
        input_hash=input_hash,
        state="started",
        result="",
        strong_key=None,
        sealed=None,
        started_at=now,
        ended_at=None,
        valid_until=None,
    )
    await rows.add_verification(tx, row)
    return row, True


def _is_over(row: VerificationRow, now: datetime) -> bool:
    """Whether an earlier answer to the same input counts no more."""
    match row.state:
        case "started":
            return now - row.started_at >= (ELSEWHERE_FOR if row.sealed else UNKNOWN_FOR)
        case "verified":
            return row.valid_until is None or row.valid_until <= now
        case _:
            return False


async def _count(tx: Transaction, policy: Policy, person_id: UUID, now: datetime) -> None:
    again = await next_question_at(tx, policy, person_id, now)
    if again is not None:
        raise TooManyAttempts(retry_after_s=max(1, int((again - now).total_seconds())))


async def next_question_at(tx: Transaction, policy: Policy, person_id: UUID, now: datetime) -> datetime | None:
    """When something new may be asked about this person, where the day's questions are used up; None: now."""
    for limit, who in ((policy.person_day_max, person_id), (policy.day_max, None)):
        count, first = await rows.asked_since(tx, now - DAY, who)
        if count >= limit:
            return (first or now) + DAY
    return None


async def _once_more(desk: Desk, trail: Trail, verifier: Verifier, row: VerificationRow, claim: Claim) -> Verified:
    """The same input again: the answer that it has, without asking."""
    if row.state == "started":
        if row.sealed is not None:
            return await _elsewhere(desk, trail, verifier, row, claim)
        raise VerificationBusy(retry_after_s=int(UNKNOWN_FOR.total_seconds()))
    stand_by(Settled(person_id=row.person_id, answer=Answer.VERIFIED, state=row.state, field=row.result))
    return Verified(person_id=row.person_id, until=row.valid_until)


async def _elsewhere(
    desk: Desk, trail: Trail, verifier: Verifier, row: VerificationRow, claim: Claim | None
) -> Verified:
    async with desk.database.transaction() as tx:
        kept = json.loads(await unseal_for(tx, desk.master, row.person_id, row.sealed or b"", SEALED_FOR))
    said = await verifier.result(kept["token"], claim)
    if said.answer is Answer.WAITING:
        return Verified(person_id=row.person_id, handoff=Handoff(token=kept["token"], url=kept["url"]))
    return await _settled(desk, trail, row, said, None, name=kept["name"], strong=kept["strong_key"])


async def _hand_off(tx: Transaction, desk: Desk, row: VerificationRow, said: Handoff, claim: Claim) -> None:
    kept = {
        "token": said.token,
        "url": said.url,
        "name": claim.name,
        "strong_key": strong_key(desk.master, claim.name, claim.id_number),
    }
    sealed = await seal_for(tx, desk.master, row.person_id, json.dumps(kept).encode(), SEALED_FOR)
    await rows.end_row(tx, row.id, sealed=sealed)


async def _settled(
    desk: Desk,
    trail: Trail,
    row: VerificationRow,
    said: Said,
    claim: Claim | None,
    *,
    name: str = "",
    strong: str = "",
) -> Verified:
    if claim is not None:
        name, strong = claim.name, strong_key(desk.master, claim.name, claim.id_number)
    now = desk.clock()
    until = now + desk.policy.valid_for
    async with desk.database.transaction() as tx:
        done = await settle(
            tx,
            desk.master,
            trail,
            replace(row, strong_key=strong, valid_until=until),
            said,
            named=Profile(name=name, phone=claim.phone if claim else ""),
            now=now,
        )
    stand_by(done)
    return Verified(person_id=done.person_id, until=until)
