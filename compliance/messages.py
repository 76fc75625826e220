"""Telling people: a port, and the one way there is now, on the pages of the console and of shares.

Promises that a message is told in the transaction of what it tells of, and once to each person under its key. Another
way (WeCom, mail) implements `Messages` and enqueues its sending in the same transaction.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from storage.database import Transaction
from storage.rows import notices


class MessageKind(StrEnum):
    """What people are told of."""

    MATERIAL_WITHDRAWN = "material-withdrawn"
    CERTIFICATE_EXPIRING = "certificate-expiring"
    CERTIFICATE_LAPSED = "certificate-lapsed"
    CLINIC_OPENED = "clinic-opened"
    CLINIC_RECEIVED = "clinic-received"
    CLINIC_RETURNED = "clinic-returned"
    CLINIC_DISPUTED = "clinic-disputed"
    EMERGENCY_SIGN_IN = "emergency-sign-in"
    TASK_GIVEN = "task-given"
    TASK_REMINDED = "task-reminded"
    WEBHOOK_DISABLED = "webhook-disabled"
    BREAK_GLASS = "break-glass"
    ACCESS_REQUESTED = "access-requested"
    ACCESS_GRANTED = "access-granted"
    ACCESS_REFUSED = "access-refused"
    SHARE_OPENED = "share-opened"
    SHARE_SURGE = "share-surge"
    SHARE_STRANGER = "share-stranger"
    SHARE_NATIVE = "share-native"


@dataclass(frozen=True, kw_only=True)
class Message:
    """One thing to tell. `key` names it for good; `params` fill its sentence: dates, numbers, counts, no names."""

    kind: MessageKind
    key: str
    material_id: UUID | None = None
    certificate_id: UUID | None = None
    params: Mapping[str, str | int] = field(default_factory=dict)


class Messages(Protocol):
    """Port: how people are reached."""

    async def tell(self, tx: Transaction, people: Collection[UUID], message: Message, now: datetime) -> int:
        """Tells each of them who was not told before; how many are told now."""
        ...


class OnPages:
    """Notices that the pages show until they are read."""

    async def tell(self, tx: Transaction, people: Collection[UUID], message: Message, now: datetime) -> int:
        """See Messages."""
        row = {
            "kind": message.kind.value,
            "key": message.key,
            "material_id": message.material_id,
            "certificate_id": message.certificate_id,
            "params": dict(message.params),
            "created_at": now,
        }
        return await notices.add_notices(tx, people, row)
