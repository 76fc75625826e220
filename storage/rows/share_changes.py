"""Rows of what became of shares: how their policies were narrowed, and who was shut out of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import exists, insert, select, update

from storage.database import Transaction
from storage.schema import share, share_bar, share_change, visit

CHANGES_MAX = 200


@dataclass(frozen=True, kw_only=True)
class ShareChangeRow:
    """One change of a policy: what changed, before and after."""

    changed_by: UUID
    changed_at: datetime
    before: Mapping[str, Any]
    after: Mapping[str, Any]


async def put_policy(tx: Transaction, share_id: UUID, **values: Any) -> None:
    """Writes columns of a share's policy; the caller has seen that they are no wider."""
    if values:
        await tx.execute(update(share).where(share.c.id == share_id).values(values))


async def add_change(tx: Transaction, share_id: UUID, row: ShareChangeRow) -> None:
    """Keeps what a policy was and is."""
    values = {"changed_by": row.changed_by, "changed_at": row.changed_at, "before": row.before, "after": row.after}
    await tx.execute(insert(share_change).values(id=uuid4(), share_id=share_id, **values))


async def changes_of(tx: Transaction, share_id: UUID) -> Sequence[ShareChangeRow]:
    """How a share's policy changed, newest first."""
    columns = [share_change.c[name] for name in ShareChangeRow.__dataclass_fields__]
    query = select(*columns).where(share_change.c.share_id == share_id).order_by(share_change.c.changed_at.desc())
    return [ShareChangeRow(**row) for row in (await tx.execute(query.limit(CHANGES_MAX))).mappings()]


async def bar(
    tx: Transaction, share_id: UUID, ids: Sequence[UUID], *, barred_by: UUID, reason: str, now: datetime
) -> bool:
    """Shuts somebody out of a share and of all below it; False if they were before.

    `ids` are all that they go by: each has a row of its own, for two people who turn out not to be one.
    """
    new = sorted(set(ids) - await barred(tx, share_id))
    values = {"share_id": share_id, "barred_by": barred_by, "barred_at": now, "reason": reason}
    if new:
        await tx.execute(insert(share_bar).values([{"id": uuid4(), "person_id": each, **values} for each in new]))
    return bool(new)


async def barred(tx: Transaction, share_id: UUID) -> set[UUID]:
    """Who was shut out of this very share."""
    return set((await tx.execute(select(share_bar.c.person_id).where(share_bar.c.share_id == share_id))).scalars())


async def visited(tx: Transaction, share_id: UUID, ids: Collection[UUID]) -> bool:
    """Whether somebody ever opened this share, under any of their ids."""
    query = exists().where(visit.c.share_id == share_id, visit.c.person_id.in_(ids))
    return bool(await tx.scalar(select(query)))
