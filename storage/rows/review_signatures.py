"""Rows of electronic signatures under decisions. Rows are added and never changed."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from storage.database import Transaction
from storage.schema import (
    event,
    ledger_leaf,
    ledger_prune,
    review_signature,
    review_step,
    signature_redaction,
    signed_since,
)

APPROVE = "approve"
REDACT = "system:text:redact"


@dataclass(frozen=True, kw_only=True)
class SignatureRow:
    """One signature as stored; compliance.reviewing.signatures says what `bound` and `hash` are."""

    id: UUID
    review_id: UUID
    discipline: str
    meaning: str
    person_id: UUID
    on_behalf_of: UUID | None
    sealed_name: bytes
    signed_at: datetime
    factor: str
    reason: str
    bound: str
    hash: str
    mac: str
    event_id: int


@dataclass(frozen=True)
class RedactionRow:
    """What pruned entries told of the reason of a signature; compliance.reviewing.redactions says what `mac` is."""

    signature_id: UUID
    reason_sha256: str
    mac: str


COLUMNS = tuple(review_signature.c[each.name] for each in fields(SignatureRow))


async def add(tx: Transaction, row: SignatureRow) -> None:
    """Adds a signature."""
    await tx.execute(insert(review_signature).values({each.name: getattr(row, each.name) for each in fields(row)}))


async def signatures_of(tx: Transaction, review_ids: Collection[UUID]) -> dict[UUID, list[SignatureRow]]:
    """The signatures under these reviews, in the order in which they were given."""
    query = select(*COLUMNS).where(review_signature.c.review_id.in_(review_ids))
    found: dict[UUID, list[SignatureRow]] = {}
    for row in await tx.execute(query.order_by(review_signature.c.signed_at, review_signature.c.id)):
        found.setdefault(row.review_id, []).append(SignatureRow(**row._asdict()))
    return found


async def approvers_of(tx: Transaction, review_ids: Collection[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Who has approved these reviews, and for whom; an approval that is asked for anew counts no more."""
    query = select(review_signature.c.review_id, review_signature.c.person_id, review_signature.c.on_behalf_of)
    query = query.join(review_step, review_step.c.signature_id == review_signature.c.id)
    query = query.where(review_signature.c.review_id.in_(review_ids), review_signature.c.meaning == APPROVE)
    found: dict[UUID, frozenset[UUID]] = {}
    for review_id, *people in await tx.execute(query):
        found[review_id] = found.get(review_id, frozenset()) | {each for each in people if each is not None}
    return found


async def leaves(tx: Transaction, event_ids: Collection[int]) -> dict[int, bytes]:
    """The exact leaves of these events."""
    query = select(event.c.id, event.c.leaf).where(event.c.id.in_(event_ids))
    return {row.id: row.leaf for row in await tx.execute(query)}


async def pruned(tx: Transaction, event_ids: Collection[int]) -> dict[int, int]:
    """Of these events those whose entries are withheld by now: by id the place in the tree that their hash keeps."""
    placed = select(ledger_leaf.c.event_id, ledger_leaf.c.index).where(ledger_leaf.c.event_id.in_(event_ids))
    gone = ledger_leaf.c.index < select(ledger_prune.c.minimum_index).scalar_subquery()
    return {event_id: index for event_id, index in await tx.execute(placed.where(gone))}  # noqa: C416  # rows are no pairs to mypy


async def signed_from(tx: Transaction) -> tuple[int, str]:
    """The last event that an earlier release could write (0: there was none), and the code that says so."""
    query = select(signed_since.c.event_id, signed_since.c.mac).order_by(signed_since.c.event_id).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return (0, "") if row is None else (row.event_id, row.mac)


async def seal_signed_from(tx: Transaction, event_id: int, mac: str) -> bool:
    """Puts the code beside it. False if there was one."""
    query = update(signed_since).where(signed_since.c.event_id == event_id, signed_since.c.mac == "")
    return bool((await tx.execute(query.values(mac=mac))).rowcount == 1)


async def told_by_then(tx: Transaction, event_id: int, acts: Collection[str]) -> bool:
    """Whether an event of one of these acts stands up to this one."""
    return bool(await tx.scalar(select(exists().where(event.c.id <= event_id, event.c.act.in_(acts)))))


async def redactions(tx: Transaction, row: SignatureRow) -> list[bytes]:
    """The leaves that tell of words taken out of what names this signature, oldest first."""
    named = func.position(literal(str(row.id).encode(), LargeBinary).op("IN")(event.c.leaf)) > 0
    query = select(event.c.leaf).where(event.c.act == REDACT, event.c.id > row.event_id, named).order_by(event.c.id)
    return list(await tx.scalars(query))


async def redactions_between(tx: Transaction, start: int, stop: int) -> list[bytes]:
    """The leaves at places from `start` up to and without `stop` that tell of words taken out, in the tree's order."""
    placed = select(event.c.leaf).join(ledger_leaf, ledger_leaf.c.event_id == event.c.id)
    between = placed.where(event.c.act == REDACT, ledger_leaf.c.index >= start, ledger_leaf.c.index < stop)
    return list(await tx.scalars(between.order_by(ledger_leaf.c.index)))


async def by_ids(tx: Transaction, ids: Collection[str]) -> tuple[SignatureRow, ...]:
    """The signatures of these ids that there are."""
    query = select(*COLUMNS).where(review_signature.c.id.in_([UUID(each) for each in ids]))
    return tuple(SignatureRow(**row._asdict()) for row in await tx.execute(query))


async def redaction_of(tx: Transaction, signature_id: str) -> RedactionRow | None:
    """What pruned entries told of this signature's reason."""
    query = select(signature_redaction).where(signature_redaction.c.signature_id == UUID(signature_id))
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else RedactionRow(row.signature_id, row.reason_sha256, row.mac)


async def put_redaction(tx: Transaction, row: RedactionRow) -> None:
    """Keeps it, in the place of what was kept before."""
    values = {"reason_sha256": row.reason_sha256, "mac": row.mac}
    added = insert(signature_redaction).values(signature_id=row.signature_id, **values)
    await tx.execute(added.on_conflict_do_update(index_elements=["signature_id"], set_=values))
