"""What becomes of an employee's account: role, place, clearance and time; shut out, and let in again.

Each change is a row of the account's history and an event, in the caller's transaction. Ids and closed words stand in
both, names in neither. Access rules were asked before. Somebody who is shut out is so with the next request: sessions
and tokens end, and what they shared opens no further.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from compliance import glass
from compliance.access import Role
from compliance.administrators import require_others
from compliance.errors import NotFound
from compliance.events import Act, Trail, short_hash
from compliance.ledger import append
from compliance.reviewing.procedures import Discipline
from storage.database import Transaction
from storage.rows import accounts as rows
from storage.rows import departments, reviewer_disciplines, sessions, tokens, transfers
from storage.rows import organisation_changes as changes
from storage.rows.accounts import AccountRow
from storage.rows.organisation_changes import ChangeRow

OUT_OF_TIME = "account-out-of-time"
KINDS = {
    "role": "role",
    "department_id": "department",
    "region_id": "region",
    "clearance": "clearance",
    "valid_from": "validity",
    "valid_until": "validity",
}


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """Who changes something, why and when; `by` None is the operator, `rule` what allowed it."""

    by: UUID | None
    now: datetime
    reason: str = ""
    rule: str = ""


async def change(
    tx: Transaction, trail: Trail, person_id: UUID, wanted: Mapping[str, Any], ordered: Ordered
) -> tuple[str, ...]:
    """Writes these of the columns in KINDS that differ; which kinds did. Raises NotFound, LastAdmin, LastEmergency.

    The account of the only administrator without an end gets none, and stays an administrator's: nobody would be left
    to make another. With another role every session ends, and what they broke the glass for is shut; whoever becomes a
    reviewer reviews everything at first.
    """
    admins = await rows.lock_administrators(tx, ordered.now)
    row = await account_of(tx, person_id)
    different = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if not different:
        return ()
    if "role" in different or different.get("valid_until") is not None or different.get("valid_from") is not None:
        await require_others(tx, admins, person_id)
    values = dict(different)
    if "department_id" in different:
        values["department"] = await _name_of(tx, different["department_id"])
    await rows.change_account(tx, person_id, **values)
    det: dict[str, str | int] = {"reason": short_hash(ordered.reason)}
    if "role" in different:
        det["sessions"] = await sessions.end_sessions_of(tx, person_id, ordered.now)
        await glass.end_of(tx, trail, person_id, ordered.by, now=ordered.now, why=ordered.rule)
    if different.get("role") == Role.REVIEWER:
        await reviewer_disciplines.put_disciplines(tx, person_id, list(Discipline))
    kinds = tuple(dict.fromkeys(KINDS[name] for name in different))
    for kind in kinds:
        names = [name for name, of in KINDS.items() if of == kind]  # of the time both ends, whichever changed
        before = " ".join(_text(getattr(row, name)) for name in names)
        after = " ".join(_text(different.get(name, getattr(row, name))) for name in names)
        await keep(tx, person_id, kind, ordered, before=before, after=after)
    for name, value in different.items():
        det |= {f"{name}_before": _text(getattr(row, name)), f"{name}_after": _text(value)}
    await _tell(tx, trail, Act.EMPLOYEE_ACCOUNT_CHANGE, row, ordered, det | {"kinds": " ".join(kinds)})
    return kinds


async def disable(tx: Transaction, trail: Trail, person_id: UUID, ordered: Ordered) -> None:
    """Shuts an employee out from the next request on: account, sessions and tokens. Doing it twice changes nothing.

    They left from now on: the clinics that they hold go onto the handover list. Raises NotFound,
    LastAdmin, LastEmergency.
    """
    row = await _shut_out(tx, person_id, ordered.now)
    if row is None:
        return
    await keep(tx, person_id, "disable", ordered)
    await _tell(tx, trail, Act.EMPLOYEE_ACCOUNT_DISABLE, row, ordered, await _ended(tx, person_id, ordered.now))


async def shut_out_ended(tx: Transaction, trail: Trail, person_id: UUID, now: datetime) -> bool:
    """Disables an account whose end has passed; False for one that was given another end meanwhile. Raises NotFound."""
    await rows.lock_administrators(tx, now)  # first, as everybody does
    row = await account_of(tx, person_id)
    if row.valid_until is None or now < row.valid_until:
        return False
    await disable(tx, trail, person_id, Ordered(by=None, now=now, rule=OUT_OF_TIME))
    return True


async def enable(tx: Transaction, trail: Trail, person_id: UUID, ordered: Ordered) -> None:
    """Lets an employee sign in again; sessions and tokens of before stay dead. Raises NotFound."""
    row = await account_of(tx, person_id)
    if row.disabled_at is None:
        return
    await rows.put_disabled(tx, person_id, None)
    await transfers.end_handovers_of(tx, person_id, ordered.now)
    await keep(tx, person_id, "enable", ordered)
    await _tell(tx, trail, Act.EMPLOYEE_ACCOUNT_ENABLE, row, ordered, {})


async def keep(
    tx: Transaction, person_id: UUID, kind: str, ordered: Ordered, *, before: str = "", after: str = ""
) -> None:
    """A row of the account's history."""
    row = ChangeRow(
        subject_id=person_id,
        kind=kind,
        before=before,
        after=after,
        reason=ordered.reason,
        changed_by=ordered.by,
        changed_at=ordered.now,
    )
    await changes.add_account_change(tx, row)


async def account_of(tx: Transaction, person_id: UUID) -> AccountRow:
    """The account, which nobody else changes until `tx` ends. Raises NotFound."""
    row = await rows.account_of(tx, person_id, lock=True)
    if row is None:
        raise NotFound
    return row


async def _shut_out(tx: Transaction, person_id: UUID, now: datetime) -> AccountRow | None:
    """None for somebody who is out already."""
    admins = await rows.lock_administrators(tx, now)
    row = await account_of(tx, person_id)
    if row.disabled_at is not None:
        return None
    await require_others(tx, admins, person_id)
    await rows.put_disabled(tx, person_id, now)
    return row


async def _ended(tx: Transaction, person_id: UUID, now: datetime) -> dict[str, str | int]:
    return {
        "sessions": await sessions.end_sessions_of(tx, person_id, now),
        "tokens": await tokens.revoke_tokens_of(tx, person_id, now),
        "clinics": await transfers.add_handovers_of(tx, person_id, now),
    }


async def _name_of(tx: Transaction, department_id: UUID | None) -> str:
    """The department's name as an account shows it: none for the root. Raises NotFound."""
    found = await departments.department_by_id(tx, department_id) if department_id else None
    if department_id and (found is None or found.closed_at is not None):
        raise NotFound(field="department_id")
    return found.name if found else ""


async def _tell(
    tx: Transaction, trail: Trail, act: Act, row: AccountRow, ordered: Ordered, det: Mapping[str, str | int]
) -> None:
    event = trail.event(act, why=ordered.rule, obj=f"person:{row.pseudonym}", det=dict(det))
    await append(tx, event, now=ordered.now)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "-" if value is None else str(value)
