"""An answer becomes rows and an event: the person has a name now, or may try again, or is somebody we know already."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance.errors import (
    InvalidValue,
    NameMismatch,
    PersonDuplicate,
    VerificationBusy,
    VerificationDown,
    VerificationLater,
)
from compliance.events import Act, Result, Trail
from compliance.joining import merge
from compliance.keys import MasterKey
from compliance.ledger import append
from compliance.profiles import Profile, profiles_of, replace_profile
from compliance.real_names.model import Answer, Method, Said
from storage.database import Transaction
from storage.rows import verifications as rows
from storage.rows.verifications import VerificationRow

LATER_S = 600
UNKNOWN_S = 600
UNPROVED = "unproved"  # a ground of a pair in the queue: a name and an ID number, and nothing else that both have
STATES = {
    Answer.VERIFIED: "verified",
    Answer.MISMATCH: "mismatch",
    Answer.INVALID: "invalid",
    Answer.LATER: "later",
    Answer.DOWN: "down",
    Answer.UNKNOWN: "started",
    Answer.FAILED: "over",
}
RESULTS = {
    Answer.VERIFIED: Result.ALLOW,
    Answer.MISMATCH: Result.DENY,
    Answer.INVALID: Result.DENY,
    Answer.FAILED: Result.DENY,
}


@dataclass(frozen=True, kw_only=True)
class Settled:
    """How a question ended, as its row says; `field` names what was wrong."""

    person_id: UUID
    answer: Answer
    state: str
    field: str = ""


def stand_by(done: Settled) -> None:
    """Returns for a name that is verified. Raises what every other end is, the same on every repetition."""
    match done.state:
        case "verified":
            return
        case "mismatch" | "over":
            raise NameMismatch
        case "invalid":
            raise InvalidValue(field=done.field, rule="refused-by-service")
        case "duplicate":
            raise PersonDuplicate
        case "later":
            raise VerificationLater(retry_after_s=LATER_S)
        case "started":
            raise VerificationBusy(retry_after_s=UNKNOWN_S)
        case _:
            raise VerificationDown


async def settle(
    tx: Transaction,
    master: MasterKey,
    trail: Trail,
    row: VerificationRow,
    said: Said,
    *,
    named: Profile,
    now: datetime,
) -> Settled:
    """Keeps the answer. `row` has the strong key and the end that a yes would give, `named` what it would prove."""
    state, person_id = STATES[said.answer], row.person_id
    if said.answer is Answer.VERIFIED:
        state, person_id = await _named(tx, master, trail, row, named, now=now)
    ended = said.answer is not Answer.UNKNOWN
    is_verified = state == "verified"
    await rows.end_row(
        tx,
        row.id,
        person_id=person_id,
        state=state,
        # Of an input that is refused the field is kept, for the same answer to the same input.
        result=said.field if said.answer is Answer.INVALID else said.code,
        strong_key=row.strong_key if state in ("verified", "duplicate") else None,
        sealed=None,
        ended_at=now if ended else None,
        valid_until=row.valid_until if is_verified else None,
    )
    det: dict[str, str | int] = {"provider": row.provider, "method": row.method, "code": said.code}
    res = Result.DENY if state == "duplicate" else RESULTS.get(said.answer, Result.ERROR)
    why = "" if res is Result.ALLOW else state
    event = trail.event(Act.VIEWER_IDENTITY_VERIFY, res=res, why=why, obj=f"person:{trail.who}", det=det)
    await append(tx, event, now=now)
    return Settled(person_id=person_id, answer=said.answer, state=state, field=said.field)


async def _named(
    tx: Transaction,
    master: MasterKey,
    trail: Trail,
    row: VerificationRow,
    named: Profile,
    *,
    now: datetime,
) -> tuple[str, UUID]:
    """Gives the person their name; the state, and who they are: somebody known already, where two are one.

    Of a pair that waits for an employee only the name is kept: a phone that was typed must not speak for it later.
    """
    strong, person_id = row.strong_key or "", row.person_id
    await rows.lock_strong_key(tx, strong)
    owner = await rows.person_by_strong_key(tx, strong)
    if owner is not None and owner != person_id:
        pair = (owner, person_id)
        doubts = () if await _is_one(tx, master, row, owner) else (UNPROVED,)
        kept = await merge(tx, master, trail, pair, ground="strong-key", doubts=doubts, now=now)
        if kept is None:
            await _keep_profile(tx, master, person_id, Profile(name=named.name))
            return "duplicate", person_id
        person_id = kept
        await rows.end_same_input(tx, person_id, row)
    await _keep_profile(tx, master, person_id, named)
    await rows.put_strong_key(tx, person_id, strong)
    await rows.put_verified(tx, person_id, at=now, until=row.valid_until or now)
    return "verified", person_id


async def _is_one(tx: Transaction, master: MasterKey, row: VerificationRow, owner: UUID) -> bool:
    """Whether more than a name and a number says so, which others may know: both faces, or a phone of WeChat's."""
    asked = await rows.methods_of(tx, (owner,), strong_key=row.strong_key)
    if row.method == Method.FACE and Method.FACE in asked:
        return True
    both = (owner, row.person_id)
    profiles = await profiles_of(tx, master, person_ids=both)
    phones = {profiles[each].phone for each in both}
    # Three factors take a phone that is typed, too; whoever was ever asked that way has none that WeChat vouches for.
    typed = Method.THREE_FACTOR in await rows.methods_of(tx, both, without=row.id)
    return len(phones) == 1 and "" not in phones and not typed


async def _keep_profile(tx: Transaction, master: MasterKey, person_id: UUID, named: Profile) -> None:
    before = (await profiles_of(tx, master, person_ids=[person_id]))[person_id]
    after = Profile(name=named.name, phone=named.phone or before.phone)
    if after != before:
        await replace_profile(tx, master, person_id, after)
