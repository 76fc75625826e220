"""Receipts: one small file that proves, years later and without this server, that an event is in the log.

The form is C2SP tlog-proof; its `extra` line holds the event's exact bytes, so that the file needs nothing beside it
but the log's public key. An auditor gets one for any event, everybody else for what they did themselves.
"""

import base64
from dataclasses import dataclass

from compliance import checkpoints
from compliance.access import Action, Actor, Target, require
from compliance.checkpoints import CheckpointRow
from compliance.errors import NotFound, ReceiptPending
from storage.database import Transaction
from storage.rows import receipts as rows
from storage.rows.receipts import PlacedRow

HEAD = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"


@dataclass(frozen=True)
class Receipt:
    """The file, and the place in the tree that it proves."""

    index: int
    text: str


async def entitled(tx: Transaction, actor: Actor, pseudonym: str, event_id: int) -> tuple[PlacedRow, str]:
    """The event and the id of the rule by which this person may have its receipt.

    Raises AccessDenied for somebody else's event, also for one that doesn't exist, unless the actor may see all.
    """
    found = await rows.placed(tx, event_id)
    own = found is not None and bool(pseudonym) and found.who == pseudonym
    rule = require(
        actor,
        Action.EVENT_RECEIPT,
        Target(owner_id=actor.person_id if own else None),
        obj=f"event:{event_id}",
    )
    if found is None:
        raise NotFound
    return found, rule


async def receipt_of(tx: Transaction, event: PlacedRow, *, witnessed: bool) -> Receipt:
    """The receipt of an event; `witnessed`: there are witnesses whose word is wanted.

    Raises ReceiptPending as long as no checkpoint covers it: a second at most.
    """
    if event.index is None:
        raise ReceiptPending
    head = await _head(tx, event.index, witnessed=witnessed)
    proof = await checkpoints.inclusion(tx, event.index, head.size)
    return Receipt(event.index, text_of(event.index, proof, await checkpoints.note_of(tx, head), extra=event.leaf))


def text_of(index: int, proof: list[bytes], note: str, *, extra: bytes) -> str:
    """The file: head, entry, index, the hashes from the leaf's sibling on, and the checkpoint as it is published."""
    lines = [HEAD, f"extra {_base64(extra)}", f"index {index}", *map(_base64, proof)]
    return "\n".join(lines) + "\n\n" + note


async def _head(tx: Transaction, index: int, *, witnessed: bool) -> CheckpointRow:
    """The newest head that a witness vouches for too, or the newest of all where the event is younger than that."""
    head = await checkpoints.latest_cosigned(tx) if witnessed else None
    if head is None or index >= head.size:
        head = await checkpoints.latest(tx)
    if head is None or index >= head.size:
        raise ReceiptPending
    return head


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
