"""The register of certificates and registrations: entered, changed, and what hangs on their end.

Promises: each state of an entry is kept with who brought it about and why, in the transaction of its event; what ends
or is suspended is told to whoever holds shares of what depends on it. That those shares don't open any more is no act
of this module: the access decision reads the register (`Served.in_force_until`), so it holds from the day's first
second on, on every node, whether or not anybody was told.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from compliance import ledger
from compliance.certificate_numbers import CertificateKind, UnknownForm, number_of
from compliance.declaring import china_day
from compliance.errors import InvalidValue, NotFound
from compliance.events import Act, Trail
from compliance.lapsing import tell_lapse
from compliance.messages import Messages
from storage.database import Transaction
from storage.rows import certificates
from storage.rows.certificates import CertificateRow, ChangeRow


class CertificateStatus(StrEnum):
    """What an entry says of itself, beside its dates."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What an entry says. `number` as it was typed; `valid_until` may be left to the number where that says it."""

    kind: CertificateKind
    number: str
    holder: str
    product: str
    scope: str
    valid_from: date
    valid_until: date | None
    status: CertificateStatus = CertificateStatus.ACTIVE


@dataclass(frozen=True, kw_only=True)
class Hand:
    """Who changes the register, why, and when."""

    trail: Trail
    person_id: UUID
    reason: str
    rule: str
    now: datetime


def checked(entry: Entry) -> Entry:
    """The entry with its number in canonical form and its end. Raises InvalidValue naming the field."""
    try:
        number = number_of(entry.kind, entry.number)
    except UnknownForm as unknown:
        raise InvalidValue(field="number", rule=unknown.rule) from None
    until = entry.valid_until or number.until_max
    if number.until_max and until and not (number.until_min or until) <= until <= number.until_max:
        raise InvalidValue(field="valid_until", rule="certificate-end", end=number.until_max.isoformat())
    if until is not None and until < entry.valid_from:
        raise InvalidValue(field="valid_until", rule="not-before-its-begin")
    return replace(entry, number=number.text, valid_until=until)


async def enter(tx: Transaction, entry: Entry, hand: Hand) -> CertificateRow:
    """A new entry. Raises InvalidValue, also for a number that is in the register."""
    entry = checked(entry)
    row = CertificateRow(id=uuid4(), revision=1, created_at=hand.now, **facts_of(entry))
    if not await certificates.add_certificate(tx, row):
        raise InvalidValue(field="number", rule="certificate-known")
    await _keep(tx, row, hand, Act.EMPLOYEE_CERTIFICATE_ADD)
    return row


async def change(
    tx: Transaction,
    messages: Messages,
    certificate_id: UUID,
    entry: Entry,
    hand: Hand,
    *,
    revision: int | None = None,
    confirm: bool = False,
) -> CertificateRow:
    """The entry as it reads now; kind and number stay what they are.

    Raises NotFound, InvalidValue; also when `revision` is given and somebody was quicker. A status or an end by which
    it is not in force any more is told at once. What reads the same is left alone, unless somebody means to `confirm`
    it: then they stand by it, too.
    """
    before = await certificates.certificate_by_id(tx, certificate_id, lock=True)
    if before is None:
        raise NotFound(field="certificate_id")
    if revision not in (None, before.revision):
        raise InvalidValue(field="revision", rule="certificate-changed")
    entry = checked(replace(entry, kind=CertificateKind(before.kind), number=before.number))
    row = CertificateRow(id=before.id, revision=before.revision + 1, created_at=before.created_at, **facts_of(entry))
    if facts_of(entry) == {name: getattr(before, name) for name in facts_of(entry)} and not confirm:
        return before
    await certificates.put_certificate(tx, row)
    await _keep(tx, row, hand, Act.EMPLOYEE_CERTIFICATE_CHANGE)
    today = china_day(hand.now)
    if in_force(before, today) and not in_force(row, today):
        await tell_lapse(tx, messages, row, hand.now)
    return row


def in_force(row: CertificateRow, today: date) -> bool:
    """Whether what names the entry may be shown on this day."""
    begun = row.valid_from <= today
    return row.status == CertificateStatus.ACTIVE and begun and (row.valid_until is None or row.valid_until >= today)


def facts_of(entry: Entry) -> dict[str, Any]:
    """The entry as a row's members."""
    return {
        "kind": entry.kind.value,
        "number": entry.number,
        "holder": entry.holder,
        "product": entry.product,
        "scope": entry.scope,
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
        "status": entry.status.value,
    }


def obj_of(certificate_id: UUID) -> str:
    """What events call an entry."""
    return f"certificate:{certificate_id}"


def said(row: CertificateRow) -> Mapping[str, str | None]:
    """An entry as its history keeps it, dates as text."""
    return {
        "kind": row.kind,
        "number": row.number,
        "holder": row.holder,
        "product": row.product,
        "scope": row.scope,
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "status": row.status,
    }


async def _keep(tx: Transaction, row: CertificateRow, hand: Hand, act: Act) -> None:
    facts = said(row)
    change = ChangeRow(
        certificate_id=row.id,
        revision=row.revision,
        facts=facts,
        reason=hand.reason,
        changed_by=hand.person_id,
        changed_at=hand.now,
    )
    await certificates.add_change(tx, change)
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    det: dict[str, str | int] = {"revision": row.revision, "facts_sha256": digest, "status": row.status}
    await ledger.append(tx, hand.trail.event(act, why=hand.rule, obj=obj_of(row.id), det=det), now=hand.now)
