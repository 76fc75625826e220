"""The end of certificates: warned of ahead, and told when it has come.

Promises that each warning (30, 7 and 1 days ahead, at the clinics' clock) and the end are told once for each end of
an entry, in one transaction with their events; an entry that comes late into the register is warned of by the nearest
warning only. Of a certificate that a material declares and the register does not have is told likewise. Whom: those
who keep the register and the owners of materials that name it; at the end also everybody who holds a share or copy of
a material that depends on it.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from compliance import ledger
from compliance.access.model import Role
from compliance.declaring import china_day
from compliance.events import Act, Event
from compliance.messages import Message, MessageKind, Messages
from storage.database import Transaction
from storage.rows import certificates, notices
from storage.rows.certificates import CertificateRow, DeclaredEnd, LinkedMaterial

DAYS_AHEAD = (30, 7, 1)
ENDED = 0
KEEPERS = (Role.REVIEWER, Role.MANAGER)


async def watch(tx: Transaction, messages: Messages, now: datetime) -> int:
    """Tells what is due of the ends of entries in force; how many warnings and ends were told."""
    today = china_day(now)
    until = today + timedelta(days=max(DAYS_AHEAD))
    due = await certificates.ending_by(tx, until)
    told = sum([await _tell_due(tx, messages, row, today, now) for row in due])
    declared = await certificates.declared_ending_by(tx, until)
    return told + sum([await _tell_declared(tx, messages, each, today, now) for each in declared])


async def _tell_declared(tx: Transaction, messages: Messages, row: DeclaredEnd, today: date, now: datetime) -> bool:
    """The same of a certificate that only a material declares: its owner and who keeps the register are told."""
    ahead = _ahead((row.valid_until - today).days)
    if not await certificates.note_declared_told(tx, row, ahead, now):
        return False
    ended, obj = ahead == ENDED, f"material:{row.material_id}"
    kind = MessageKind.CERTIFICATE_LAPSED if ended else MessageKind.CERTIFICATE_EXPIRING
    people = await notices.keepers(tx, KEEPERS) | {row.owner_id}
    said: dict[str, str | int] = {"kind": row.kind, "number": row.number, "until": row.valid_until.isoformat()}
    message = Message(
        kind=kind,
        key=f"{kind}:{row.material_id}:{row.kind}:{row.number}:{row.valid_until}:{ahead}",
        material_id=row.material_id,
        params=said | ({"status": "unregistered"} if ended else {"days": ahead}),
    )
    if ended and row.depends:
        people |= await notices.holders_of(tx, row.material_id)
        for share_id in await certificates.open_roots(tx, row.material_id, now):
            await ledger.append(tx, Event(act=Act.SYSTEM_SHARE_SUSPEND, obj=obj, link=str(share_id)), now=now)
    told = await messages.tell(tx, people, message, now)
    act = Act.SYSTEM_CERTIFICATE_LAPSE if ended else Act.SYSTEM_CERTIFICATE_WARN
    det: dict[str, str | int] = {"days": ahead, "told": told, "registered": 0}
    await ledger.append(tx, Event(act=act, obj=obj, det=det), now=now)
    return True


def _ahead(left: int) -> int:
    return ENDED if left < 0 else min(days for days in DAYS_AHEAD if left <= days)


async def _tell_due(tx: Transaction, messages: Messages, row: CertificateRow, today: date, now: datetime) -> bool:
    left = (row.valid_until - today).days if row.valid_until else max(DAYS_AHEAD) + 1
    ahead = _ahead(left)
    if not await certificates.note_told(tx, row, ahead, now):
        return False
    if ahead == ENDED:
        await tell_lapse(tx, messages, row, now)
    else:
        await _warn(tx, messages, row, ahead, now)
    return True


async def _warn(tx: Transaction, messages: Messages, row: CertificateRow, ahead: int, now: datetime) -> None:
    linked = await certificates.every_linked(tx, row.kind, row.number)
    people = await notices.keepers(tx, KEEPERS) | {each.owner_id for each in linked}
    key = f"{MessageKind.CERTIFICATE_EXPIRING}:{row.id}:{row.valid_until}:{ahead}"
    message = Message(
        kind=MessageKind.CERTIFICATE_EXPIRING, key=key, certificate_id=row.id, params={**_said(row), "days": ahead}
    )
    told = await messages.tell(tx, people, message, now)
    det = {"days": ahead, "told": told, "materials": len(linked)}
    await ledger.append(tx, Event(act=Act.SYSTEM_CERTIFICATE_WARN, obj=f"certificate:{row.id}", det=det), now=now)


async def tell_lapse(tx: Transaction, messages: Messages, row: CertificateRow, now: datetime) -> None:
    """The entry is not in force any more: its event, one for each share that it suspends, and everybody is told."""
    linked = await certificates.every_linked(tx, row.kind, row.number)
    hit = [each for each in linked if each.depends]
    det: dict[str, str | int] = {"materials": len(hit), "status": row.status}
    await ledger.append(tx, Event(act=Act.SYSTEM_CERTIFICATE_LAPSE, obj=f"certificate:{row.id}", det=det), now=now)
    people = await notices.keepers(tx, KEEPERS) | {each.owner_id for each in linked}
    await messages.tell(tx, people, _lapse_message(row, None), now)
    for material in hit:
        await _suspend(tx, messages, row, material, now)


async def _suspend(
    tx: Transaction, messages: Messages, row: CertificateRow, material: LinkedMaterial, now: datetime
) -> None:
    obj = f"material:{material.id}"
    for share_id in await certificates.open_roots(tx, material.id, now):
        event = Event(act=Act.SYSTEM_SHARE_SUSPEND, obj=obj, link=str(share_id), det={"certificate": str(row.id)})
        await ledger.append(tx, event, now=now)
    await messages.tell(tx, await notices.holders_of(tx, material.id), _lapse_message(row, material.id), now)


def _lapse_message(row: CertificateRow, material_id: UUID | None) -> Message:
    about = f"{row.id}:{row.revision}" + (f":{material_id}" if material_id else "")
    return Message(
        kind=MessageKind.CERTIFICATE_LAPSED,
        key=f"{MessageKind.CERTIFICATE_LAPSED}:{about}",
        certificate_id=row.id,
        material_id=material_id,
        params=_said(row),
    )


def _said(row: CertificateRow) -> dict[str, str | int]:
    until = row.valid_until.isoformat() if row.valid_until else ""
    return {"kind": row.kind, "number": row.number, "until": until, "status": row.status}
