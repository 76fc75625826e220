"""What a final upload is put together of (tus concatenation), and how far that has come."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql

from storage.database import Transaction
from storage.schema import upload, upload_part, upload_source

if TYPE_CHECKING:
    from storage.rows.uploads import PartRow


@dataclass(frozen=True, kw_only=True)
class SourceRow:
    """One partial upload of a final one, in its place; `url` is how the client named it."""

    id: UUID
    url: str
    object_key: str
    size_bytes: int


async def add_sources(tx: Transaction, upload_id: UUID, sources: Sequence[tuple[UUID, str]]) -> None:
    """Records ids and addresses of what the upload is put together of, in order."""
    rows = [
        {"upload_id": upload_id, "position": position, "source_id": source_id, "url": url}
        for position, (source_id, url) in enumerate(sources)
    ]
    await tx.execute(insert(upload_source), rows)


async def sources_of(tx: Transaction, upload_id: UUID) -> tuple[SourceRow, ...]:
    """What the upload is put together of, in order."""
    query = (
        select(upload.c.id, upload_source.c.url, upload.c.object_key, upload.c.length_bytes.label("size_bytes"))
        .join(upload_source, upload_source.c.source_id == upload.c.id)
        .where(upload_source.c.upload_id == upload_id)
        .order_by(upload_source.c.position)
    )
    return tuple(SourceRow(**row) for row in (await tx.execute(query)).mappings())


def is_awaited(source_id: Any) -> ColumnElement[bool]:
    """Whether a final upload still has to be put together of this one."""
    final = upload.alias("final")
    waiting = select(final.c.id).join(upload_source, upload_source.c.upload_id == final.c.id)
    return exists(waiting.where(upload_source.c.source_id == source_id, final.c.state == "assembling"))


async def is_needed(tx: Transaction, source_id: UUID) -> bool:
    """The same as a question."""
    return bool(await tx.scalar(select(is_awaited(source_id))))


async def set_joining(tx: Transaction, upload_id: UUID, multipart_id: str) -> bool:
    """Remembers the multipart upload that the parts go to. False if there is one, or the upload has ended."""
    mine = update(upload).where(
        upload.c.id == upload_id, upload.c.state == "assembling", upload.c.multipart_id.is_(None)
    )
    return (await tx.execute(mine.values(multipart_id=multipart_id))).rowcount == 1


async def add_joined(tx: Transaction, upload_id: UUID, parts: "Sequence[PartRow]", end: int, now: datetime) -> bool:
    """Records parts up to the offset `end`. False, and nothing recorded, if the upload has ended."""
    mine = update(upload).where(upload.c.id == upload_id, upload.c.state == "assembling")
    reached = func.greatest(upload.c.offset_bytes, end)
    if (await tx.execute(mine.values(offset_bytes=reached, updated_at=now))).rowcount != 1:
        return False
    adding = postgresql.insert(upload_part).on_conflict_do_nothing()
    await tx.execute(adding, [{"upload_id": upload_id, **asdict(part)} for part in parts])
    return True


async def release_sources(tx: Transaction, upload_id: UUID, expires_at: datetime) -> None:
    """The final upload needs its partial ones no more: they end at `expires_at`, or before."""
    of_it = select(upload_source.c.source_id).where(upload_source.c.upload_id == upload_id)
    sooner = func.least(upload.c.expires_at, expires_at)
    await tx.execute(update(upload).where(upload.c.id.in_(of_it)).values(expires_at=sooner))
