"""One clinic, or one person, of two; and two of one again, exactly as they were.

A merge has the rows that name the one name the other, and leaves the id of the first as another name: links, events
and exports that have it still lead somewhere. It is refused where what is verified contradicts itself. Doing it twice
does it once. Undoing restores every row that is still where the merge put it; what came since stays with the one kept.
History is not rewritten: intervals of ownership and events stay, and the undoing adds its own.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from compliance.errors import InvalidValue, LegalHold, MergeRefused, NotFound, WrongState
from compliance.events import Act, Trail
from compliance.holds import require_unheld
from compliance.ledger import append
from compliance.ownership.holding import Change, pass_on
from storage.database import Transaction
from storage.rows import merging, ownership, transfers
from storage.rows.merging import OF_CLINIC, OF_PERSON, MergeRow, Moved
from storage.rows.people import pseudonyms_of

TABLES: Mapping[str, Mapping[str, Moved]] = {"clinic": OF_CLINIC, "person": OF_PERSON}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be merged into what, who says so (None: a rule) and why. `rule`: the access rule that allowed it."""

    kind: str
    kept_id: UUID
    merged_id: UUID
    by: UUID | None = None
    reason: str = ""
    rule: str = ""


@dataclass(frozen=True)
class Preview:
    """How many rows of which table would name the other, and why it would be refused (None: it would not)."""

    moves: Mapping[str, int]
    refusal: str | None


async def preview(tx: Transaction, wish: Wish) -> Preview:
    """What a merge would do; nothing is locked. Raises NotFound for what is gone or erased, InvalidValue."""
    moves = {name: await merging.count(tx, moved, wish.merged_id) for name, moved in TABLES[wish.kind].items()}
    try:
        await _examine(tx, wish, lock=False)
    except MergeRefused as refused:
        return Preview(moves, str(refused.params["reason"]))
    except LegalHold:
        return Preview(moves, "held")
    return Preview(moves, None)


async def merge(tx: Transaction, trail: Trail, wish: Wish, *, now: datetime) -> MergeRow:
    """Makes one of two; the merge that stands if it was done before. Raises NotFound, MergeRefused, LegalHold."""
    known = await _examine(tx, wish)
    standing = await merging.standing_merge(tx, wish.kind, wish.merged_id)
    if standing is not None:
        return standing
    undo: dict[str, Any] = {
        "rows": {
            name: await merging.move(tx, moved, wish.merged_id, wish.kept_id)
            for name, moved in TABLES[wish.kind].items()
        }
    }
    if wish.kind == "clinic":
        undo |= await _take_clinic(tx, trail, wish, known, now)
    else:
        undo |= await _take_person(tx, wish, known, now)
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
    await append(tx, trail.event(act, why=wish.rule, det=await _details(tx, row)), now=now)
    return row


async def unmerge(
    tx: Transaction, trail: Trail, merge_id: UUID, *, by: UUID | None, now: datetime, rule: str = ""
) -> MergeRow:
    """Makes two of one again.

    Raises NotFound, also for an erased person, WrongState for one that was undone, MergeRefused under a newer one, and
    LegalHold for a person under a hold.
    """
    row = await merging.merge_by_id(tx, merge_id, lock=True)
    if row is None:
        raise NotFound(field="merge_id")
    if row.undone_at is not None:
        raise WrongState
    if await merging.newer_merge(tx, row):
        raise MergeRefused(reason="newer-merge")
    known = await _separable(tx, row) if row.kind == "person" else {}
    for name, moved in TABLES[row.kind].items():
        await merging.put_back(tx, moved, row.merged_id, row.kept_id, row.undo["rows"].get(name, ()))
    if row.kind == "clinic":
        await _give_clinic_back(tx, trail, row, by, now)
    else:
        await _give_person_back(tx, row, known, now)
    await merging.end_merge(tx, merge_id, by, now)
    await merging.put_duplicate(
        tx, (row.kind, row.kept_id, row.merged_id), {"state": "open", "decided_by": None, "decided_at": None}
    )
    await append(tx, trail.event(Act.EMPLOYEE_MERGE_UNDO, why=rule, det=await _details(tx, row)), now=now)
    return row


async def _examine(tx: Transaction, wish: Wish, *, lock: bool = True) -> dict[UUID, dict[str, Any]]:
    """What is known of the two, with `lock` held until `tx` ends.

    Raises NotFound, InvalidValue, MergeRefused, LegalHold.
    """
    if wish.kept_id == wish.merged_id:
        raise InvalidValue(field="merged_id", rule="merge-with-itself")
    both = (wish.kept_id, wish.merged_id)
    known = await (merging.clinics if wish.kind == "clinic" else merging.people)(tx, both, lock=lock)
    if len(known) < len(both):
        raise NotFound
    kept, merged = known[wish.kept_id], known[wish.merged_id]
    if kept["merged_into"] is not None or merged["merged_into"] not in (None, wish.kept_id):
        raise MergeRefused(reason="merged-already")
    if wish.kind == "clinic":
        await _examine_clinics(tx, kept, merged)
    else:
        await _examine_people(tx, kept, merged)
    return known


async def _examine_clinics(tx: Transaction, kept: Mapping[str, Any], merged: Mapping[str, Any]) -> None:
    if kept["credit_code"] and merged["credit_code"] and kept["credit_code"] != merged["credit_code"]:
        raise MergeRefused(reason="verified-differs")
    for each in (kept["id"], merged["id"]):
        if await transfers.scheduled_of(tx, each) or await ownership.open_dispute_of(tx, each):
            raise MergeRefused(reason="scheduled")
    owners = [(await ownership.open_of(tx, each["id"], lock=True)).person_id for each in (kept, merged)]
    if None not in owners and owners[0] != owners[1] and merged["merged_into"] is None:
        raise MergeRefused(reason="owners-differ")


async def _examine_people(tx: Transaction, kept: Mapping[str, Any], merged: Mapping[str, Any]) -> None:
    if "employee" in (kept["kind"], merged["kind"]) or kept["erased_at"] or merged["erased_at"]:
        raise NotFound
    if kept["strong_key"] and merged["strong_key"] and kept["strong_key"] != merged["strong_key"]:
        raise MergeRefused(reason="verified-differs")
    for each in (kept["id"], merged["id"]):
        await require_unheld(tx, each)


async def _take_clinic(
    tx: Transaction, trail: Trail, wish: Wish, known: Mapping[UUID, Mapping[str, Any]], now: datetime
) -> dict[str, Any]:
    kept, merged = known[wish.kept_id], known[wish.merged_id]
    before = {"credit_code": kept["credit_code"], "full_name": kept["full_name"]}
    theirs = {"credit_code": merged["credit_code"], "full_name": merged["full_name"]}
    await merging.put_clinic(tx, wish.merged_id, merged_into=wish.kept_id, credit_code=None)
    taken = {name: before[name] or theirs[name] for name in before}
    await merging.put_clinic(tx, wish.kept_id, **taken)
    holding, held = [await ownership.open_of(tx, each, lock=True) for each in (wish.kept_id, wish.merged_id)]
    if held.person_id is not None:
        change = Change(to_id=None, cause="merged", by=wish.by, reason=wish.reason)
        await pass_on(tx, trail, held, change, now=now)
        if holding.person_id is None and await ownership.may_own(tx, held.person_id):
            change = Change(to_id=held.person_id, cause="merged", by=wish.by, reason=wish.reason)
            await pass_on(tx, trail, holding, change, now=now)
    return {
        "kept": before,
        "merged": theirs,
        "taken": taken,
        "kept_owner": _text(holding.person_id),
        "merged_owner": _text(held.person_id),
        "owned_by": _text(held.person_id if held.person_id and holding.person_id is None else None),
    }


async def _give_clinic_back(tx: Transaction, trail: Trail, row: MergeRow, by: UUID | None, now: datetime) -> None:
    current = (await merging.clinics(tx, (row.kept_id,), lock=True))[row.kept_id]
    restored = {
        name: before if current[name] == row.undo["taken"][name] else current[name]
        for name, before in row.undo["kept"].items()
    }
    await merging.put_clinic(tx, row.kept_id, **restored)
    await merging.put_clinic(tx, row.merged_id, merged_into=None, **row.undo["merged"])
    owners = {row.kept_id: row.undo["kept_owner"], row.merged_id: row.undo["merged_owner"]}
    for clinic_id, text in owners.items():
        held = await ownership.open_of(tx, clinic_id, lock=True)
        owner = UUID(text) if text else None
        touched = held.cause == "merged"  # what passed on since stays where it is
        if touched and held.person_id != owner and (owner is None or await ownership.may_own(tx, owner)):
            await pass_on(tx, trail, held, Change(to_id=owner, cause="merged", by=by, reason=row.reason), now=now)


async def _take_person(
    tx: Transaction, wish: Wish, known: Mapping[UUID, Mapping[str, Any]], now: datetime
) -> dict[str, Any]:
    kept, merged = known[wish.kept_id], known[wish.merged_id]
    await merging.put_person(tx, wish.merged_id, merged_into=wish.kept_id, strong_key=None)
    await merging.put_person(tx, wish.kept_id, strong_key=kept["strong_key"] or merged["strong_key"])
    await merging.end_sessions(tx, wish.merged_id, now)
    return {"kept_key": kept["strong_key"], "merged_key": merged["strong_key"]}


async def _separable(tx: Transaction, row: MergeRow) -> dict[UUID, dict[str, Any]]:
    """What is known of the two persons, held until `tx` ends. Raises NotFound for an erased one, LegalHold."""
    both = (row.kept_id, row.merged_id)
    known = await merging.people(tx, both, lock=True)
    if any(each["erased_at"] for each in known.values()):
        raise NotFound(field="merge_id")
    for each in both:
        await require_unheld(tx, each)
    return known


async def _give_person_back(
    tx: Transaction, row: MergeRow, known: Mapping[UUID, Mapping[str, Any]], now: datetime
) -> None:
    current, kept, merged = known[row.kept_id]["strong_key"], row.undo["kept_key"], row.undo["merged_key"]
    restored = kept if current == (kept or merged) else current  # who proved anew since stays who they proved to be
    await merging.put_person(tx, row.kept_id, strong_key=restored)
    await merging.put_person(tx, row.merged_id, merged_into=None, strong_key=merged if merged != restored else None)
    await merging.end_sessions(tx, row.kept_id, now)  # either of the two may hold them


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


def _text(person_id: UUID | None) -> str | None:
    return str(person_id) if person_id else None
