"""Rows of folders: several shares behind the link of the first, in the order of their maker."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select

from storage.database import Transaction
from storage.schema import share_folder, share_item


@dataclass(frozen=True)
class FolderRow:
    """A folder, with the shares in it in their order; the first is the lead, whose link opens the folder."""

    title: str
    share_ids: tuple[UUID, ...]


async def add_folder(tx: Transaction, title: str, share_ids: Sequence[UUID]) -> None:
    """Puts shares into a folder; the first leads."""
    await tx.execute(insert(share_folder).values(lead_id=share_ids[0], title=title))
    items = [
        {"share_id": each, "lead_id": share_ids[0], "position": position}
        for position, each in enumerate(share_ids, start=1)
    ]
    await tx.execute(insert(share_item), items)


async def folder_of(tx: Transaction, lead_id: UUID) -> FolderRow | None:
    """The folder that a share leads; None for a share that leads none."""
    query = (
        select(share_folder.c.title, share_item.c.share_id)
        .join(share_item, share_item.c.lead_id == share_folder.c.lead_id)
        .where(share_folder.c.lead_id == lead_id)
        .order_by(share_item.c.position)
    )
    rows = (await tx.execute(query)).all()
    return FolderRow(rows[0].title, tuple(row.share_id for row in rows)) if rows else None


async def led_by(tx: Transaction, share_id: UUID) -> tuple[UUID, ...]:
    """What is done to a share is done to these: all of its folder if it leads one, or itself."""
    folder = await folder_of(tx, share_id)
    return folder.share_ids if folder else (share_id,)


async def lead_of(tx: Transaction, share_id: UUID) -> UUID | None:
    """Who leads the folder that this share is in."""
    found: UUID | None = await tx.scalar(select(share_item.c.lead_id).where(share_item.c.share_id == share_id))
    return found
