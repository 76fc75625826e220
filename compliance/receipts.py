"""Receipts: one small file that proves, years later and without this server, that an event is in the log.

The form is C2SP tlog-proof; its `extra` line holds the event's exact bytes, so that the file needs nothing beside it
but the log's public key. An auditor gets one for any event, everybody else for what they did themselves.
"""

import base64
from dataclasses import dataclass

from compliance.access import Action, Actor, Target, require
from compliance.errors import NotFound, ReceiptPending
from compliance.merkle import inclusion_proof
from compliance.notes import with_lines
from storage.direct import Driver
from storage.rows import receipts as rows
from storage.rows.ledger import CheckpointRow
from storage.rows.receipts import CoveredRow

HEAD = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"


@dataclass(frozen=True)
class Receipt:
    """The file, and the place in the tree that it proves."""

    index: int
    text: str


async def entitled(
    driver: Driver, actor: Actor, pseudonym: str, event_id: int, *, witnessed: bool
) -> tuple[CoveredRow, str]:
    """The event and the id of the rule by which this person may have its receipt.

    `witnessed`: there are witnesses whose word is wanted. Raises AccessDenied for somebody else's event, also for one
    that doesn't exist, unless the actor may see all.
    """
    found = await rows.covered(driver, event_id, witnessed=witnessed)
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


def receipt_of(event: CoveredRow) -> Receipt:
    """The receipt of an event. Raises ReceiptPending as long as no checkpoint covers it: a second at most.

    Raises NotFound when a tile of its proof is not there, or not as far as it is needed.
    """
    index, head = covering(event)
    try:
        proof = inclusion_proof(index, head.size, event.tiles)
    except KeyError as error:
        raise NotFound from error
    return Receipt(index, text_of(index, proof, with_lines(head.note, event.lines), extra=event.leaf))


def covering(event: CoveredRow) -> tuple[int, CheckpointRow]:
    """The event's place, and the head over it. Raises ReceiptPending."""
    if event.index is None or event.head is None:
        raise ReceiptPending
    return event.index, event.head


def text_of(index: int, proof: list[bytes], note: str, *, extra: bytes) -> str:
    """The file: head, entry, index, the hashes from the leaf's sibling on, and the checkpoint as it is published."""
    lines = [HEAD, f"extra {_base64(extra)}", f"index {index}", *map(_base64, proof)]
    return "\n".join(lines) + "\n\n" + note


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
