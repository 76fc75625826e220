"""Rows of legal holds: what has to be kept, whatever retention or erasure would say."""

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, insert, select, text, tuple_, update

from storage.database import Transaction
from storage.rows.pruning import wait_for_pruning
from storage.schema import legal_hold

PAGE_MAX = 200


@dataclass(frozen=True, kw_only=True)
class HoldRow:
    """One hold: on a `person`, on a `material`, or on the whole `log`. Who is None was an operator."""

    id: UUID
    kind: str
    person_id: UUID | None
    material_id: UUID | None
    reason: str
    placed_by: UUID | None
    placed_at: datetime
    lifted_by: UUID | None = None
    lifted_at: datetime | None = None
    lifted_reason: str = ""


COLUMNS = tuple(legal_hold.c[field.name] for field in fields(HoldRow))


async def add_hold(tx: Transaction, row: HoldRow) -> None:
    """Places a hold, once nothing is being pruned: what is confirmed as held is there."""
    await wait_for_pruning(tx)
    await tx.execute(insert(legal_hold).values({field.name: getattr(row, field.name) for field in fields(row)}))


async def hold_by_id(tx: Transaction, hold_id: UUID) -> HoldRow | None:
    """One hold, locked until `tx` ends."""
    row = (await tx.execute(select(*COLUMNS).where(legal_hold.c.id == hold_id).with_for_update())).one_or_none()
    return None if row is None else HoldRow(**row._asdict())


async def lift_hold(tx: Transaction, hold_id: UUID, *, by: UUID | None, at: datetime, reason: str) -> None:
    """Ends a hold; its row stays."""
    values = {"lifted_by": by, "lifted_at": at, "lifted_reason": reason}
    await tx.execute(update(legal_hold).where(legal_hold.c.id == hold_id).values(values))


async def list_holds(
    tx: Transaction, *, active: bool | None = None, before: tuple[datetime, UUID] | None = None, limit: int = PAGE_MAX
) -> tuple[HoldRow, ...]:
    """Holds, newest first; `before` continues after the (placed_at, id) last seen. None means any."""
    query = select(*COLUMNS).order_by(legal_hold.c.placed_at.desc(), legal_hold.c.id.desc()).limit(limit)
    if active is not None:
        query = query.where(legal_hold.c.lifted_at.is_(None) if active else legal_hold.c.lifted_at.is_not(None))
    if before is not None:
        query = query.where(tuple_(legal_hold.c.placed_at, legal_hold.c.id) < before)
    return tuple(HoldRow(**row._asdict()) for row in await tx.execute(query))


# A proceeding about a material asks who had to do with it: that must not be forgotten meanwhile.
_HELD = text(
    """
    SELECT EXISTS (
        SELECT FROM legal_hold h WHERE h.lifted_at IS NULL AND (
            h.kind = 'log' OR h.person_id = :person
            OR EXISTS (SELECT FROM material m WHERE m.id = h.material_id AND :person IN (m.owner_id, m.withdrawn_by))
            OR EXISTS (
                SELECT FROM share s WHERE s.material_id = h.material_id
                AND (
                    :person IN (s.creator_id, s.sponsor_id, s.audience_person_id, s.revoked_by)
                    OR EXISTS (SELECT FROM share_addressee a WHERE a.share_id = s.id AND a.person_id = :person)
                    OR EXISTS (
                        SELECT FROM share_bar b WHERE b.share_id = s.id AND :person IN (b.person_id, b.barred_by)
                    )
                )
            )
            OR EXISTS (
                SELECT FROM version v WHERE v.material_id = h.material_id AND (
                    v.uploader_id = :person
                    OR EXISTS (SELECT FROM visit t WHERE t.version_id = v.id AND t.person_id = :person)
                    OR EXISTS (SELECT FROM desk_visit t WHERE t.version_id = v.id AND t.person_id = :person)
                    OR EXISTS (
                        SELECT FROM review r WHERE r.version_id = v.id AND :person IN (r.submitted_by, r.decided_by)
                    )
                )
            )
        )
    )
    """
).bindparams(bindparam("person", type_=Uuid))


async def person_is_held(tx: Transaction, person_id: UUID) -> bool:
    """Whether a hold in force keeps this person: on them, on the log, or on a material that they had to do with."""
    return bool(await tx.scalar(_HELD, {"person": person_id}))
