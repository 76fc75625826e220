"""Rows of branches that were cut: what somebody passed on below a root share is closed, and they pass on no more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, exists, func, insert, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import share, share_cut, visit


@dataclass(frozen=True)
class CutRow:
    """Whose branch was cut, by whom and when."""

    person_id: UUID
    cut_by: UUID
    cut_at: datetime


async def cut_branch(
    tx: Transaction, root_id: UUID, ids: Sequence[UUID], cut_by: UUID, now: datetime
) -> tuple[UUID, ...] | None:
    """Closes every link that somebody passed on below a root share, and keeps them from passing on more.

    `ids` are all that they go by: each has a row of its own, for two people who turn out not to be one.
    The links that this closed, each with all that hangs on it; None where the branch was cut before.
    """
    if await is_cut(tx, root_id, ids):
        return None
    kept = [{"root_id": root_id, "person_id": each, "cut_by": cut_by, "cut_at": now} for each in sorted(ids)]
    cutting = upsert(share_cut).values(kept).on_conflict_do_nothing().returning(share_cut.c.root_id)
    if not (await tx.scalars(cutting)).all():
        return None
    theirs = (share.c.root_id == root_id) & share.c.creator_id.in_(ids) & share.c.parent_id.is_not(None)
    closing = update(share).where(theirs, share.c.revoked_at.is_(None)).values(revoked_at=now, revoked_by=cut_by)
    return tuple((await tx.execute(closing.returning(share.c.id))).scalars())


async def copy_cuts(tx: Transaction, from_root_id: UUID, to_root_id: UUID) -> None:
    """Keeps whose branch was cut below one root share from passing another on too: one that has no cuts yet."""
    columns = (share_cut.c.person_id, share_cut.c.cut_by, share_cut.c.cut_at)
    had = select(literal(to_root_id, Uuid), *columns).where(share_cut.c.root_id == from_root_id)
    await tx.execute(insert(share_cut).from_select(["root_id", *(column.name for column in columns)], had))


async def visited_below(tx: Transaction, root_id: UUID, ids: Collection[UUID]) -> bool:
    """Whether somebody ever opened a share of this tree."""
    tree = visit.join(share, share.c.id == visit.c.share_id)
    query = select(1).select_from(tree).where(share.c.root_id == root_id, visit.c.person_id.in_(ids)).limit(1)
    return await tx.scalar(query) is not None


async def cuts_of(
    tx: Transaction, root_ids: Collection[UUID], *, before: tuple[datetime, UUID] | None = None, limit: int
) -> Sequence[CutRow]:
    """Branches that were cut below these root shares, the newest first; of a folder, each person once.

    `before`: those after this one, by the time of the cut and whose branch it was.
    """
    first = func.min(share_cut.c.cut_at).label("cut_at")
    query = select(share_cut.c.person_id, share_cut.c.cut_by, first).where(share_cut.c.root_id.in_(root_ids))
    query = query.group_by(share_cut.c.person_id, share_cut.c.cut_by)
    if before is not None:
        query = query.having(tuple_(func.min(share_cut.c.cut_at), share_cut.c.person_id) < tuple_(*before))
    query = query.order_by(first.desc(), share_cut.c.person_id.desc()).limit(limit)
    return [CutRow(**row) for row in (await tx.execute(query)).mappings()]


async def is_cut(tx: Transaction, root_id: UUID, ids: Collection[UUID]) -> bool:
    """Whether somebody's branch below a root share was cut, under any of their ids.

    A forward that is made at the same moment waits: both hold the row of the root share.
    """
    query = exists().where(share_cut.c.root_id == root_id, share_cut.c.person_id.in_(ids))
    return bool(await tx.scalar(select(query)))
