"""What webhooks are told of the log, and what only they know: their addresses and secrets.

Promises: a message holds the ids and pseudonyms of its leaf and nothing else; an address is wrapped by the master key
and bound to its row; a secret is derived from the root key, the row's id and a generation, and stored nowhere. Leaves
sending to `fileserver.webhooks`.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from compliance.events import Act, Result
from compliance.keys.master import MasterKey
from storage.database import Transaction
from storage.rows import webhooks
from storage.rows.event_index import Leaf
from storage.rows.webhooks import WebhookRow

PURPOSE = "webhook-secret"
SECRET_PREFIX = "whsec_"  # noqa: S105  # what such secrets begin with, no secret


class Kind(StrEnum):
    """What a receiver may ask for. Stored with receivers, so members are added and never renamed."""

    SHARE_OPENED = "share.opened"
    SHARE_FORWARDED = "share.forwarded"
    MATERIAL_WITHDRAWN = "material.withdrawn"
    FINDING_FOUND = "finding.found"


TEST_KIND = "webhook.test"
KINDS: Mapping[str, Kind] = {
    Act.VIEWER_VISIT_START: Kind.SHARE_OPENED,
    Act.VIEWER_SHARE_FORWARD: Kind.SHARE_FORWARDED,
    Act.EMPLOYEE_MATERIAL_WITHDRAW: Kind.MATERIAL_WITHDRAWN,
    Act.SYSTEM_FINDING_REPORT: Kind.FINDING_FOUND,
}
# Of an event's details, what is told: ids, words of ours and numbers.
DETAILS: Mapping[Kind, tuple[str, ...]] = {
    Kind.SHARE_OPENED: ("visit", "depth"),
    Kind.SHARE_FORWARDED: ("parent", "depth", "visit"),
    Kind.MATERIAL_WITHDRAWN: (),
    Kind.FINDING_FOUND: ("version", "detector", "rule", "severity", "count"),
}


def message_of(leaf: Leaf, kinds: Sequence[str]) -> tuple[Kind, bytes] | None:
    """What a receiver of these kinds is told of a leaf; None for nothing."""
    said: Mapping[str, Any] = json.loads(leaf.leaf)
    kind = KINDS.get(said["act"])
    if kind is None or kind not in kinds or said["res"] != Result.ALLOW:
        return None
    known = {
        "material_id": str(said["obj"]).partition(":")[2],
        "sha256": said["ver"],
        "share_id": said["link"],
        "person": said["who"],
        "clinic_id": said["org"],
        **{name: said["det"][name] for name in DETAILS[kind] if name in said["det"]},
        "log_index": leaf.index,
    }
    return kind, body_of(kind, said["t"], {name: value for name, value in known.items() if value != ""})


def test_message(now: datetime) -> bytes:
    """What a receiver gets that is only tried."""
    return body_of(TEST_KIND, f"{now:%Y-%m-%dT%H:%M:%S.%f}Z", {})


def body_of(kind: str, at: str, data: Mapping[str, str | int]) -> bytes:
    """A message as Standard Webhooks lay it out."""
    return json.dumps({"type": kind, "timestamp": at, "data": data}, separators=(",", ":")).encode()


def secret_of(master: MasterKey, webhook_id: UUID, generation: int) -> str:
    """What the receiver is given to check signatures with."""
    key = bytes.fromhex(master.keyed_hash(PURPOSE, f"{webhook_id}\n{generation}"))
    return SECRET_PREFIX + base64.b64encode(key).decode()


def secrets_of(master: MasterKey, row: WebhookRow, now: datetime) -> list[str]:
    """The secrets that sign now: the one in force, and the one before while receivers change over."""
    generations = [row.generation]
    if row.former_until is not None and now < row.former_until:
        generations.append(row.generation - 1)
    return [secret_of(master, row.id, each) for each in generations]


def signature(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature` (https://www.standardwebhooks.com): one for each secret."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    keys = [base64.b64decode(each.removeprefix(SECRET_PREFIX)) for each in secrets]
    made = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys]
    return " ".join(f"v1,{each}" for each in made)


def sealed(master: MasterKey, webhook_id: UUID, address: str) -> bytes:
    """The address as a receiver keeps it."""
    return master.wrap(address.encode(), _context(webhook_id))


def address_of(master: MasterKey, row: WebhookRow) -> str:
    """Where to send. Raises KeyUnavailable for what was wrapped by another master key, or for another receiver."""
    return master.unwrap(row.sealed_address, _context(row.id)).decode()


async def rewrap(tx: Transaction, master: MasterKey) -> int:
    """Wraps every address by the master key in force; how many. Raises KeyUnavailable, and changes nothing then."""
    rows = await webhooks.lock_webhooks(tx)
    for row in rows:
        wrapped = master.rewrap(row.sealed_address, _context(row.id))
        await webhooks.put_webhook(tx, row.id, sealed_address=wrapped, kek=master.kek_id)
    return len(rows)


def _context(webhook_id: UUID) -> str:
    return f"webhook-address:{webhook_id}"
