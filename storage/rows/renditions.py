"""Rows of renditions. What they point to are bare bytes: only the sealed exit may read those objects."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Asked, Transaction, driver_of
from storage.direct import Prepared
from storage.schema import rendition

Kind = Literal[
    "page",
    "thumb",
    "full",
    "converted",  # the PDF that an Office file is shown as
    "template-shared",  # a PDF with slots for a viewer's bytes, and where they are
    "slots-shared",
    "template-interleaved",
    "slots-interleaved",
    "zoom-2",  # a page image twice and four times as large
    "zoom-4",
    "text",  # what the version says, with places: compliance.reading.pieces
]


@dataclass(frozen=True, kw_only=True)
class RenditionRow:
    """One derived picture or document. Page sizes in thousandths of a point (`mpt`) are 0 where there are none."""

    version_id: UUID
    kind: Kind
    page: int
    object_key: str
    media_type: str
    width_px: int
    height_px: int
    width_mpt: int
    height_mpt: int
    size_bytes: int
    sha256: str | None = None


RENDITION_COLUMNS = tuple(rendition.c[field.name] for field in fields(RenditionRow))
# Asked for every piece of a copy, so it is put together once.
_OF_PAGE = Prepared(
    select(*RENDITION_COLUMNS).where(
        rendition.c.version_id == bindparam("version"), rendition.c.page == bindparam("page")
    )
)
_IDENTITY = ("version_id", "kind", "page")


async def put_rendition(tx: Transaction, row: RenditionRow) -> None:
    """Adds the rendition, or replaces the one of the same version, kind and page: making it twice leaves one."""
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    renewed = {name: value for name, value in values.items() if name not in _IDENTITY}
    adding = upsert(rendition).values(id=uuid4(), **values)
    await tx.execute(adding.on_conflict_do_update(index_elements=list(_IDENTITY), set_=renewed))


async def rendition_of(tx: Transaction, version_id: UUID, kind: str, page: int) -> RenditionRow | None:
    """One rendition; None while it is not made, or if there is no such page."""
    query = select(*RENDITION_COLUMNS).where(
        rendition.c.version_id == version_id, rendition.c.kind == kind, rendition.c.page == page
    )
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else RenditionRow(**row._asdict())


async def renditions_of_page(asked: Asked, version_id: UUID, page: int) -> dict[str, RenditionRow]:
    """What there is of one page, by kind."""
    rows = await _OF_PAGE.all(await driver_of(asked), version=version_id, page=page)
    return {row.kind: RenditionRow(**row._asdict()) for row in rows}


async def pages_of(tx: Transaction, version_id: UUID) -> Sequence[RenditionRow]:
    """Its page images, in order."""
    query = select(*RENDITION_COLUMNS).where(rendition.c.version_id == version_id, rendition.c.kind == "page")
    return [RenditionRow(**row._asdict()) for row in await tx.execute(query.order_by(rendition.c.page))]


async def renditions_of(tx: Transaction, version_id: UUID) -> Sequence[RenditionRow]:
    """Every rendition of a version, by kind and page."""
    query = select(*RENDITION_COLUMNS).where(rendition.c.version_id == version_id)
    ordered = query.order_by(rendition.c.kind, rendition.c.page)
    return [RenditionRow(**row._asdict()) for row in await tx.execute(ordered)]
