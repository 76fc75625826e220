"""Which clinics nobody holds, and which nobody looks after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from storage.database import Transaction
from storage.rows.clinics import count_viewers
from storage.schema import clinic, clinic_ownership, handover, invitation, invitation_use, viewer, visit

PAGE_MAX = 200
RETURNED_MAX = 500  # in one run; the next goes on


@dataclass(frozen=True, kw_only=True)
class Unowned:
    """A clinic of nobody's, since when and how that came."""

    clinic_id: UUID
    name: str
    region: str
    version: int
    since: datetime
    cause: str
    viewers: int


def _waits(clinic_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    return select(handover.c.id).where(handover.c.clinic_id == clinic_id, handover.c.done_at.is_(None)).exists()


async def unowned(tx: Transaction, *, limit: int = PAGE_MAX) -> Sequence[Unowned]:
    """The pool, the newest first; without what waits on the handover list."""
    held = clinic_ownership.c
    viewers = count_viewers()
    query = (
        select(
            clinic.c.id.label("clinic_id"),
            clinic.c.name,
            clinic.c.region,
            held.version,
            held.valid_from.label("since"),
            held.cause,
            viewers.label("viewers"),
        )
        .join(clinic_ownership, held.clinic_id == clinic.c.id)
        .where(held.valid_to.is_(None), held.person_id.is_(None), clinic.c.merged_into.is_(None), ~_waits(clinic.c.id))
        .order_by(held.valid_from.desc(), clinic.c.id)
        .limit(limit)
    )
    return [Unowned(**row) for row in (await tx.execute(query)).mappings()]


async def inactive(tx: Transaction, before: datetime, *, limit: int = RETURNED_MAX) -> Sequence[UUID]:
    """Clinics held since before then, without anything since then that their owner or their people did.

    What its owner had before activity was noted is counted from then on. What waits on the handover list is passed on
    from there, and no part of these.
    """
    held = clinic_ownership.c
    visited = (
        select(visit.c.id)
        .join(viewer, viewer.c.person_id == visit.c.person_id)
        .where(viewer.c.clinic_id == held.clinic_id, visit.c.started_at >= before)
    )
    invited = select(invitation.c.id).where(
        invitation.c.clinic_id == held.clinic_id,
        invitation.c.creator_id == held.person_id,
        invitation.c.created_at >= before,
    )
    came = (
        select(invitation_use.c.id)
        .join(invitation, invitation.c.id == invitation_use.c.invitation_id)
        .where(invitation.c.clinic_id == held.clinic_id, invitation_use.c.entered_at >= before)
    )
    query = select(held.clinic_id).where(
        held.valid_to.is_(None),
        held.person_id.is_not(None),
        func.coalesce(held.counted_from, held.valid_from) < before,
        ~_waits(held.clinic_id),
    )
    for each in (visited, invited, came):
        query = query.where(~each.exists())
    return list(await tx.scalars(query.order_by(held.clinic_id).limit(limit)))
