"""Rows of attested reading: what visits have spent of their time, and how long each of their pages was read."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from storage.database import Transaction
from storage.direct import Driver, Prepared
from storage.rows.arrays import array, arrays


@dataclass(frozen=True, kw_only=True, eq=False)
class VisitClock:
    """A visit's clock, held until the transaction ends, and whose visit to what it is: one of it in a transaction."""

    visit_id: UUID
    share_id: UUID
    version_id: UUID
    person_id: UUID
    seq: int
    clock_at: datetime
    expires_at: datetime  # of the visit


@dataclass(kw_only=True)
class Tally:
    """What a batch makes of one visit: its clock then, and what is added."""

    seq: int
    clock_at: datetime
    ms: Counter[int] = field(default_factory=Counter)  # by page
    accepted: int = 0
    shortened: int = 0
    duplicates: int = 0
    forged: int = 0


@dataclass(frozen=True, kw_only=True)
class Untold:
    """Reading that the log has yet to hear of, with all that an event says of it."""

    visit_id: UUID
    page: int
    ms: int
    told_ms: int
    pages: int
    who: str
    clinic_id: UUID | None
    material_id: UUID
    ver: str
    share_id: UUID


_UNBEGUN = Prepared(
    text(
        "SELECT id FROM unnest(CAST(:ids AS uuid[])) AS id "
        "WHERE NOT EXISTS (SELECT FROM beacon_visit WHERE visit_id = id)"
    )
)
_HOLD = Prepared(
    text(
        "SELECT b.visit_id, v.share_id, v.version_id, v.person_id, b.seq, b.clock_at, v.expires_at FROM beacon_visit b "
        "JOIN visit v ON v.id = b.visit_id WHERE b.visit_id = ANY(:ids) ORDER BY b.visit_id FOR UPDATE OF b"
    )
)
_BEGIN = Prepared(
    text(
        "INSERT INTO beacon_visit (visit_id, seq, clock_at, accepted, duplicates, forged, shortened) "
        "SELECT id, 0, started_at, 0, 0, 0, 0 FROM visit WHERE id = ANY(:ids) ORDER BY id ON CONFLICT DO NOTHING"
    )
)
_SEQ = text("SELECT seq FROM beacon_visit WHERE visit_id = :id")
_OUTCOMES = text("SELECT accepted, duplicates, forged FROM beacon_visit WHERE visit_id = :id")
_PUT = Prepared(
    text(
        "WITH clocked AS (UPDATE beacon_visit b SET seq = t.seq, clock_at = t.clock_at, "
        "accepted = b.accepted + t.accepted, duplicates = b.duplicates + t.duplicates, forged = b.forged + t.forged, "
        "shortened = b.shortened + t.shortened FROM unnest(CAST(:ids AS uuid[]), CAST(:seq AS int[]), "
        "CAST(:clock_at AS timestamptz[]), CAST(:accepted AS int[]), CAST(:duplicates AS int[]), "
        "CAST(:forged AS int[]), CAST(:shortened AS int[])) "
        "AS t (visit_id, seq, clock_at, accepted, duplicates, forged, shortened) WHERE b.visit_id = t.visit_id) "
        "INSERT INTO beacon_page AS kept (visit_id, page, ms, told_ms, told_at) SELECT visit_id, page, ms, 0, :now "
        "FROM unnest(CAST(:visits AS uuid[]), CAST(:pages AS int[]), CAST(:ms AS int[])) AS r (visit_id, page, ms) "
        "ON CONFLICT (visit_id, page) DO UPDATE SET ms = kept.ms + excluded.ms"
    )
)
_UNTOLD = text(
    "SELECT b.visit_id, b.page, b.ms, b.told_ms, greatest(ver.pages_total, b.page) AS pages, p.pseudonym AS who, "
    "viewer.clinic_id, s.material_id, ver.sha256 AS ver, v.share_id FROM beacon_page b JOIN visit v "
    "ON v.id = b.visit_id JOIN share s ON s.id = v.share_id JOIN version ver ON ver.id = v.version_id "
    "JOIN person p ON p.id = v.person_id LEFT JOIN viewer ON viewer.person_id = v.person_id "
    "WHERE b.ms > b.told_ms AND b.told_at <= :before ORDER BY b.told_at LIMIT :limit FOR UPDATE OF b SKIP LOCKED"
)
_TOLD = text(
    "UPDATE beacon_page b SET told_ms = t.ms, told_at = :now FROM unnest(CAST(:visits AS uuid[]), "
    "CAST(:pages AS int[]), CAST(:ms AS int[])) AS t (visit_id, page, ms) "
    "WHERE b.visit_id = t.visit_id AND b.page = t.page"
)
_FORGET = text(
    "DELETE FROM beacon_page b USING visit v WHERE v.id = b.visit_id AND v.expires_at < :before "
    "AND b.told_at < :before AND b.ms <= b.told_ms"
)


async def hold(driver: Driver, visit_ids: Collection[UUID]) -> dict[UUID, VisitClock]:
    """The clocks of these visits, begun where there is none, locked in one order. Visits that are not there: none.

    All are begun before the first is locked: whoever waits for a clock that another begins then holds nothing that the
    other might want.
    """
    ids = array(visit_ids)
    if unbegun := await _UNBEGUN.all(driver, ids=ids):
        await _BEGIN.run(driver, ids=array([row.id for row in unbegun]))
    return {row.visit_id: VisitClock(**row._asdict()) for row in await _HOLD.all(driver, ids=ids)}


async def seq_of(tx: Transaction, visit_id: UUID) -> int:
    """The number of the visit's last beacon; 0 before the first."""
    return await tx.scalar(_SEQ, {"id": visit_id}) or 0


async def outcomes_of(tx: Transaction, visit_id: UUID) -> tuple[int, int, int]:
    """How many beacons of the visit were accepted, how many were duplicates, and how many forged."""
    row = (await tx.execute(_OUTCOMES, {"id": visit_id})).one_or_none()
    return (row.accepted, row.duplicates, row.forged) if row else (0, 0, 0)


async def put(driver: Driver, tallies: Mapping[UUID, Tally], now: datetime) -> None:
    """Keeps what a batch made of visits that are held."""
    kept = dict(sorted(tallies.items()))
    read = [(visit_id, page, ms) for visit_id, tally in kept.items() for page, ms in sorted(tally.ms.items()) if ms]
    await _PUT.run(
        driver,
        ids=array(kept),
        **{
            name: array([getattr(tally, name) for tally in kept.values()])
            for name in ("seq", "clock_at", "accepted", "duplicates", "forged", "shortened")
        },
        **arrays(("visits", "pages", "ms"), read),
        now=now,
    )


async def untold(tx: Transaction, before: datetime, limit: int) -> tuple[Untold, ...]:
    """Pages that the log heard of before then, or that were first read before then, and that were read since. Held."""
    rows = await tx.execute(_UNTOLD, {"before": before, "limit": limit})
    return tuple(Untold(**row._asdict()) for row in rows)


async def mark_told(tx: Transaction, told: Sequence[Untold], now: datetime) -> None:
    """The log has heard of so much."""
    columns = {
        "visits": [each.visit_id for each in told],
        "pages": [each.page for each in told],
        "ms": [each.ms for each in told],
    }
    await tx.execute(_TOLD, {**columns, "now": now})


async def forget(tx: Transaction, before: datetime) -> None:
    """Drops pages that were told before then, of visits that ended before then."""
    await tx.execute(_FORGET, {"before": before})
