"""Two clinics that are made one: what stands in the way, what the one kept takes over, and how it is given back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from compliance.errors import MergeRefused
from compliance.events import Trail
from compliance.ownership.holding import Change, pass_on
from compliance.ownership.wishes import Wish
from storage.database import Transaction
from storage.rows import clinics, merging, ownership, transfers
from storage.rows.merging import MergeRow


async def examine(tx: Transaction, kept: Mapping[str, Any], merged: Mapping[str, Any]) -> None:
    """Returns for two that may be one. Raises MergeRefused."""
    if kept["credit_code"] and merged["credit_code"] and kept["credit_code"] != merged["credit_code"]:
        raise MergeRefused(reason="verified-differs")
    for each in (kept["id"], merged["id"]):
        if await transfers.scheduled_of(tx, each) or await ownership.open_dispute_of(tx, each):
            raise MergeRefused(reason="scheduled")
    both = sorted((kept["id"], merged["id"]))  # in one order, so that two who do this don't wait in a ring
    owners = [(await ownership.open_of(tx, each, lock=True)).person_id for each in both]
    if None not in owners and owners[0] != owners[1] and merged["merged_into"] is None:
        raise MergeRefused(reason="owners-differ")


async def take(
    tx: Transaction, trail: Trail, wish: Wish, known: Mapping[UUID, Mapping[str, Any]], now: datetime
) -> dict[str, Any]:
    """Makes one the other's name, and gives its owner what nobody holds; what stood in the rows of both."""
    kept, merged = known[wish.kept_id], known[wish.merged_id]
    before = {"credit_code": kept["credit_code"], "full_name": kept["full_name"]}
    theirs = {"credit_code": merged["credit_code"], "full_name": merged["full_name"]}
    await merging.put_clinic(tx, wish.merged_id, merged_into=wish.kept_id, credit_code=None)
    taken = {name: before[name] or theirs[name] for name in before}
    await merging.put_clinic(tx, wish.kept_id, **taken)
    left_by = await transfers.left_by(tx, wish.merged_id)
    await transfers.end_handover(tx, wish.merged_id, None, now)
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
        "left_by": _text(left_by),
        "owned_by": _text(held.person_id if held.person_id and holding.person_id is None else None),
    }


async def give_back(tx: Transaction, trail: Trail, row: MergeRow, by: UUID | None, now: datetime) -> None:
    """Makes two of one. Raises MergeRefused where another clinic has the code by now that would go back."""
    both = (row.kept_id, row.merged_id)
    current = (await merging.clinics(tx, both, lock=True))[row.kept_id]
    for code in filter(None, (row.undo["kept"]["credit_code"], row.undo["merged"]["credit_code"])):
        if await clinics.clinic_of_code(tx, code) not in (None, *both):
            raise MergeRefused(reason="code-elsewhere")
    restored = {
        name: before if current[name] == row.undo["taken"][name] else current[name]
        for name, before in row.undo["kept"].items()
    }
    await merging.put_clinic(tx, row.kept_id, **restored)
    await merging.put_clinic(tx, row.merged_id, merged_into=None, **row.undo["merged"])
    owners = {row.kept_id: row.undo["kept_owner"], row.merged_id: row.undo["merged_owner"]}
    for clinic_id, text in sorted(owners.items()):
        held = await ownership.open_of(tx, clinic_id, lock=True)
        owner = UUID(text) if text else None
        touched = held.cause == "merged"  # what passed on since stays where it is
        if touched and held.person_id != owner and (owner is None or await ownership.may_own(tx, owner)):
            await pass_on(tx, trail, held, Change(to_id=owner, cause="merged", by=by, reason=row.reason), now=now)
    await _wait_again(tx, row, now)


async def _wait_again(tx: Transaction, row: MergeRow, now: datetime) -> None:
    """Puts the one merged back onto the handover list, unless who left, or somebody else, holds it by now."""
    left_by = UUID(text) if (text := row.undo.get("left_by")) else None
    if left_by is None or await ownership.may_own(tx, left_by):
        return
    if (await ownership.open_of(tx, row.merged_id)).person_id in (None, left_by):
        await transfers.add_handover(tx, row.merged_id, left_by, now)


def _text(person_id: UUID | None) -> str | None:
    return str(person_id) if person_id else None
