"""The periodic review of the trail: which span waits, what stands out in it, and the signature that ends it.

A review covers the leaves from where the last one ended up to a signed checkpoint whose leaves were all counted and
looked at. The signature is an event that names the span, the checkpoint's root and what the signer means by it, so it
can't be moved to another span; it is itself a leaf of the next one.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from compliance import checkpoints, ledger
from compliance.errors import NotFound, WrongState
from compliance.events import Act, Result, Trail, short_hash
from compliance.trail.fields import RESULTS
from compliance.trail.indexing import BLOCK_LEAVES, READER
from compliance.trail.watching import READER as WATCHER
from storage.database import Transaction
from storage.rows import anomalies, event_index, trail_reviews
from storage.rows.trail_reviews import TrailReviewRow

NOTABLE = (
    Act.EMPLOYEE_ACCOUNT_CREATE,
    Act.EMPLOYEE_ACCOUNT_DISABLE,
    Act.EMPLOYEE_ACCOUNT_ENABLE,
    Act.EMPLOYEE_VIEWER_BLOCK,
    Act.EMPLOYEE_VIEWER_UNBLOCK,
    Act.EMPLOYEE_MATERIAL_WITHDRAW,
    Act.EMPLOYEE_VERSION_APPROVE,
    Act.EMPLOYEE_MATERIAL_ORIGINAL,
    Act.EMPLOYEE_EVENT_EXPORT,
    Act.EMPLOYEE_TRACE_CREATE,
    Act.SYSTEM_KEY_ROTATE,
    Act.SYSTEM_ANOMALY_FIND,
)


class Meaning(StrEnum):
    """What the signer says of the span."""

    IN_ORDER = "in_order"
    WITH_FINDINGS = "with_findings"


@dataclass(frozen=True, kw_only=True)
class Span:
    """What waits to be reviewed: leaves from `first_index` up to and without `size`, and what they count to."""

    first_index: int
    size: int
    root: bytes
    made_at: datetime
    results: Mapping[str, int]
    notable: Mapping[str, int]
    anomalies_open: int
    anomalies_dismissed: int

    @property
    def events(self) -> int:
        """How many leaves the span holds."""
        return self.size - self.first_index


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How reviewing stands. No `due_at` before the first leaf; `intact`: each signed root is still the ledger's."""

    span: Span | None
    due_at: datetime | None
    overdue: bool
    intact: bool
    signed: tuple[TrailReviewRow, ...]


async def standing(tx: Transaction, *, period: timedelta, now: datetime) -> Standing:
    """How reviewing stands now."""
    signed = await trail_reviews.list_reviews(tx)
    start = signed[0].size if signed else 0
    due_at = await _due(tx, signed, period)
    return Standing(
        span=await _span(tx, start),
        due_at=due_at,
        overdue=due_at is not None and due_at <= now,
        intact=await _intact(tx, signed),
        signed=signed,
    )


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who signs what: the checkpoint by its size and root, and what is meant. `why` is the rule that allows it."""

    person_id: UUID
    size: int
    root: bytes
    meaning: Meaning
    note: str
    why: str


async def sign(tx: Transaction, trail: Trail, signature: Signature, *, now: datetime) -> TrailReviewRow:
    """Ends the review that waits, at the checkpoint that the signer has seen.

    Raises WrongState if somebody was faster, or if the ledger has no such checkpoint with this root behind the last
    review. NotFound if it has none of this size.
    """
    await trail_reviews.lock_reviews(tx)
    signed = await trail_reviews.list_reviews(tx)
    start = signed[0].size if signed else 0
    size = signature.size
    head = await checkpoints.of_size(tx, size)
    if head.root != signature.root or size <= start or size > await _looked_at(tx):
        raise WrongState
    counts = await anomalies.count_anomalies(tx, start, size)
    det: dict[str, str | int] = {
        "from": start,
        "size": size,
        "root": head.root.hex(),
        "meaning": signature.meaning.value,
        "note": short_hash(signature.note),
        "anomalies_open": sum(n for (_, is_open), n in counts.items() if is_open),
    }
    event = trail.event(Act.EMPLOYEE_TRAIL_SIGN, why=signature.why, obj="log:trail", det=det)
    event_id = await ledger.append(tx, event, now=now)
    row = TrailReviewRow(
        id=uuid4(),
        first_index=start,
        size=size,
        root=head.root,
        person_id=signature.person_id,
        signed_at=now,
        meaning=signature.meaning.value,
        note=signature.note,
        event_id=event_id,
    )
    await trail_reviews.add_review(tx, row)
    return row


async def _looked_at(tx: Transaction) -> int:
    """Up to which leaf everything was counted and looked at."""
    return min(await event_index.reader_at(tx, READER), await event_index.reader_at(tx, WATCHER))


async def _span(tx: Transaction, start: int) -> Span | None:
    size = await trail_reviews.last_size(tx, await _looked_at(tx))
    if size <= start:
        return None
    head = await checkpoints.of_size(tx, size)
    counted = await trail_reviews.count_span(tx, start, size, BLOCK_LEAVES)
    results: Counter[str] = Counter()
    acts: Counter[str] = Counter()
    for (act, res), n in counted.items():
        results[RESULTS[res]] += n
        acts[act] += n
    stood_out = await anomalies.count_anomalies(tx, start, size)
    return Span(
        first_index=start,
        size=size,
        root=head.root,
        made_at=head.made_at,
        results={each.value: results[each.value] for each in Result},
        notable={act.value: acts[act.value] for act in NOTABLE if acts[act.value]},
        anomalies_open=sum(n for (_, is_open), n in stood_out.items() if is_open),
        anomalies_dismissed=sum(n for (_, is_open), n in stood_out.items() if not is_open),
    )


async def _due(tx: Transaction, signed: tuple[TrailReviewRow, ...], period: timedelta) -> datetime | None:
    if signed:
        return signed[0].signed_at + period
    began = await event_index.first_hour(tx)
    return None if began is None else began + period


async def _intact(tx: Transaction, signed: tuple[TrailReviewRow, ...]) -> bool:
    try:
        heads = [await checkpoints.of_size(tx, row.size) for row in signed]
    except NotFound:  # a ledger that was signed once and is gone
        return False
    return [head.root for head in heads] == [row.root for row in signed]
