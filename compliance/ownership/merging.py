"""One clinic, or one person, of two; and two of one again, exactly as they were.

A merge has the rows that name the one name the other, and leaves the id of the first as another name: links, events and
exports that have it still lead somewhere. It is refused where what is verified contradicts itself. Doing it twice does
it once. What one of two persons took back last is taken back of both, also when they are made two again. Undoing
restores every row that is still where the merge put it; what came since stays with the one kept. History is not
rewritten: intervals of ownership and events stay, and the undoing adds its own.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from compliance import consents
from compliance.errors import InvalidValue, LegalHold, MergeRefused, NotFound, WrongState
from compliance.events import Act, Trail
from compliance.keys import MasterKey
from compliance.ledger import append
from compliance.ownership import merged_clinics, merged_people
from compliance.ownership.wishes import Wish
from storage.database import Transaction
from storage.rows import joining, merging
from storage.rows.merging import OF_CLINIC, OF_PERSON, MergeRow, Moved
from storage.rows.people import pseudonyms_of

UNDONE = "undone"  # a ground of a pair in the queue: a rule made it one, somebody made two of it again
Known = TypeVar("Known")
TABLES: Mapping[str, Mapping[str, Moved]] = {"clinic": OF_CLINIC, "person": OF_PERSON}


@dataclass(frozen=True)
class Preview:
    """How many rows of which table would name the other, and why it would be refused (None: it would not)."""

    moves: Mapping[str, int]
    refusal: str | None


async def preview(tx: Transaction, wish: Wish) -> Preview:
    """What a merge would do; nothing is locked. Raises NotFound for what is gone or erased, InvalidValue."""
    kept, merged = wish.kept_id, wish.merged_id
    moves = {name: await merging.count(tx, moved, merged, kept) for name, moved in TABLES[wish.kind].items()}
    try:
        await _examine(tx, wish, lock=False)
    except MergeRefused as refused:
        return Preview(moves, str(refused.params["reason"]))
    except LegalHold:
        return Preview(moves, "held")
    return Preview(moves, None)


async def merge(tx: Transaction, master: MasterKey, trail: Trail, wish: Wish, *, now: datetime) -> MergeRow:
    """Makes one of two; the merge that stands if it was done before. Raises NotFound, MergeRefused, LegalHold."""
    known = await _examine(tx, wish)
    standing = await merging.standing_merge(tx, wish.kind, wish.merged_id)
    if standing is not None:
        return standing
    if wish.kind == "person":
        await merging.forget_session_keys(tx, wish.merged_id)
        if await consents.end_taken_back(tx, (wish.kept_id, wish.merged_id), now=now):
            known = await _examine(tx, wish)  # what names them for good ended with it
    undo: dict[str, Any] = {
        "rows": {
            name: await merging.move(tx, moved, wish.merged_id, wish.kept_id)
            for name, moved in TABLES[wish.kind].items()
        }
    }
    if wish.kind == "clinic":
        undo |= await merged_clinics.take(tx, trail, wish, known, now)
    else:
        undo |= await merged_people.take(tx, master, known[wish.kept_id], known[wish.merged_id], now)
    row = MergeRow(
        id=uuid4(),
        kind=wish.kind,
        kept_id=wish.kept_id,
        merged_id=wish.merged_id,
        cause="manual" if wish.by else "automatic",
        reason=wish.reason,
        undo=undo,
        merged_by=wish.by,
        merged_at=now,
    )
    await merging.add_merge(tx, row)
    decided = {"state": "merged", "decided_by": wish.by, "decided_at": now, "reason": wish.reason}
    await merging.put_duplicate(tx, (wish.kind, wish.kept_id, wish.merged_id), decided)
    act = Act.EMPLOYEE_MERGE_MAKE if wish.by else Act.SYSTEM_MERGE_MAKE
    det = await _details(tx, row) | ({"ground": wish.ground} if wish.ground else {})
    await append(tx, trail.event(act, why=wish.rule, det=det), now=now)
    return row


async def unmerge(  # what, by whom and by which rule
    tx: Transaction,
    master: MasterKey,
    trail: Trail,
    merge_id: UUID,
    *,
    by: UUID | None,
    now: datetime,
    rule: str = "",
) -> MergeRow:
    """Makes two of one again. The pair waits in the queue from then on, and no rule makes one of it.

    Raises NotFound, also for an erased person, WrongState for one that was undone, MergeRefused under a newer one, or
    where what would go back is somebody else's by now, and LegalHold for a person under a hold.
    """
    row = await merging.merge_by_id(tx, merge_id, lock=True)
    if row is None:
        raise NotFound(field="merge_id")
    if row.undone_at is not None:
        raise WrongState
    if await merging.newer_merge(tx, row):
        raise MergeRefused(reason="newer-merge")
    people = await merged_people.separable(tx, row) if row.kind == "person" else {}
    if row.kind == "clinic":
        await merging.clinics(tx, (row.kept_id, row.merged_id), lock=True)
    for name, moved in TABLES[row.kind].items():
        await merging.put_back(tx, moved, row.merged_id, row.kept_id, row.undo["rows"].get(name, ()))
    if row.kind == "clinic":
        await merged_clinics.give_back(tx, trail, row, by, now)
    else:
        await merged_people.give_back(tx, master, row, people[row.kept_id], now)
    await merging.end_merge(tx, merge_id, by, now)
    await merging.put_duplicate(
        tx, (row.kind, row.kept_id, row.merged_id), {"state": "open", "decided_by": None, "decided_at": None}
    )
    if row.cause == "automatic":
        await queue(tx, row.kind, (row.kept_id, row.merged_id), (UNDONE,), now)
    await append(tx, trail.event(Act.EMPLOYEE_MERGE_UNDO, why=rule, det=await _details(tx, row)), now=now)
    return row


async def queue(tx: Transaction, kind: str, pair: tuple[UUID, UUID], grounds: Sequence[str], now: datetime) -> None:
    """Puts two that only an employee can tell apart into the queue, with what speaks for and against it."""
    first, second = sorted(pair)
    values = {"id": uuid4(), "kind": kind, "first_id": first, "second_id": second, "found_at": now}
    await merging.note_duplicate(tx, {**values, "grounds": sorted(set(grounds))})


async def _examine(tx: Transaction, wish: Wish, *, lock: bool = True) -> Mapping[UUID, Any]:
    """What is known of the two, with `lock` held until `tx` ends.

    Raises NotFound, InvalidValue, MergeRefused, LegalHold.
    """
    if wish.kept_id == wish.merged_id:
        raise InvalidValue(field="merged_id", rule="merge-with-itself")
    both = (wish.kept_id, wish.merged_id)
    if wish.kind == "clinic":
        clinics = await merging.clinics(tx, both, lock=lock)
        kept, merged = _pair(clinics, wish)
        _require_open(kept["merged_into"], merged["merged_into"], wish)
        await merged_clinics.examine(tx, kept, merged)
        return clinics
    people = await (joining.lock_people if lock else joining.people)(tx, both)
    one, other = _pair(people, wish)
    _require_open(one.merged_into, other.merged_into, wish)
    await merged_people.examine(tx, one, other)
    return people


def _pair(known: Mapping[UUID, Known], wish: Wish) -> tuple[Known, Known]:
    if wish.kept_id not in known or wish.merged_id not in known:
        raise NotFound
    return known[wish.kept_id], known[wish.merged_id]


def _require_open(kept_into: UUID | None, merged_into: UUID | None, wish: Wish) -> None:
    """Returns for two that are not merged yet, or with each other."""
    if kept_into is not None or merged_into not in (None, wish.kept_id):
        raise MergeRefused(reason="merged-already")


async def _details(tx: Transaction, row: MergeRow) -> dict[str, str | int]:
    both = (row.kept_id, row.merged_id)
    names = await pseudonyms_of(tx, both) if row.kind == "person" else {each: str(each) for each in both}
    det: dict[str, str | int] = {
        "merge": str(row.id),
        "kind": row.kind,
        "kept": names[row.kept_id],
        "merged": names[row.merged_id],
    }
    if row.reason:
        det["reason_sha256"] = hashlib.sha256(row.reason.encode()).hexdigest()
    return det
