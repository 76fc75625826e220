"""Page images at several times their size, drawn when somebody first looks closely, and stored for everybody after.

Promises: a level is drawn once for a version, in a confined process with its limits; two that want it at once wait for
one drawing. Levels of a PDF are drawn anew, so text stays sharp; a picture has one level, its whole self, where that is
larger than its page image. Leaves who may look, and sealing, to the exit.
"""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from uuid import UUID

from compliance.errors import NotFound
from compliance.media_types import PDF, shown_as
from compliance.rendering import Renderer
from storage.database import Database
from storage.objects import ObjectStore
from storage.rows import renditions
from storage.rows.renditions import Kind, RenditionRow
from storage.rows.shares import Served

KINDS: dict[int, Kind] = {2: "zoom-2", 4: "zoom-4"}
PIXELS_MAX = 50_000_000
TILE_PX = 512
JPEG = "image/jpeg"


def levels_of(media_type: str, page: RenditionRow, full: RenditionRow | None) -> Sequence[tuple[int, int, int]]:
    """(level, width, height) of everything sharper than the page image; levels are about so many times as large."""
    if shown_as(media_type) == PDF:
        sizes = [(level, page.width_px * level, page.height_px * level) for level in KINDS]
        return [each for each in sizes if each[1] * each[2] <= PIXELS_MAX]
    if full is None or full.width_px <= page.width_px:
        return []
    return [(next(iter(KINDS)), full.width_px, full.height_px)]


class Zooming:
    """Of one process. It keeps only what is being drawn."""

    def __init__(self, database: Database, objects: ObjectStore, renderer: Renderer) -> None:
        self._database, self._objects, self._renderer = database, objects, renderer
        self._drawing: dict[tuple[UUID, int, int], asyncio.Task[RenditionRow]] = {}

    async def rendition(self, served: Served, page: int, level: int) -> RenditionRow:
        """The page at this level, with the size that it really has. Raises NotFound where there is none."""
        if served.version_id is None:
            raise NotFound
        async with self._database.transaction() as tx:
            rows = await renditions.renditions_of_page(tx, served.version_id, page)
            converted = await renditions.rendition_of(tx, served.version_id, "converted", 1)
        if "page" not in rows or level not in {
            each[0] for each in levels_of(served.media_type or "", rows["page"], rows.get("full"))
        }:
            raise NotFound
        kind: Kind = KINDS[level] if shown_as(served.media_type) == PDF else "full"
        if kind in rows:
            return rows[kind]
        source = (converted.object_key, converted.size_bytes) if converted else (served.object_key, served.size_bytes)
        return await self._once(served.version_id, rows["page"], level, source)

    async def _once(
        self, version_id: UUID, page: RenditionRow, level: int, source: tuple[str | None, int | None]
    ) -> RenditionRow:
        name = (version_id, page.page, level)
        drawing = self._drawing.get(name)
        if drawing is None:
            drawing = self._drawing[name] = asyncio.create_task(self._drawn(page, level, *source))
            drawing.add_done_callback(lambda _: self._drawing.pop(name, None))
        return await asyncio.shield(drawing)  # whoever goes away leaves the drawing to the others

    async def _drawn(self, page: RenditionRow, level: int, key: str | None, size_bytes: int | None) -> RenditionRow:
        long_side_px = level * max(page.width_px, page.height_px)
        async with aclosing(self._objects.read(key or "")) as source:
            made = await self._renderer.page_image(
                source, size_bytes=size_bytes or 0, media_type=PDF, page=page.page, long_side_px=long_side_px
            )
        row = RenditionRow(
            version_id=page.version_id,
            kind=KINDS[level],
            page=page.page,
            object_key=f"versions/{page.version_id}/zoom-{level}/{page.page}.jpg",
            media_type=JPEG,
            width_px=made.width_px,
            height_px=made.height_px,
            width_mpt=page.width_mpt,
            height_mpt=page.height_mpt,
            size_bytes=len(made.page_jpeg),
        )
        await self._objects.put(row.object_key, made.page_jpeg, media_type=JPEG)
        async with self._database.transaction() as tx:
            await renditions.put_rendition(tx, row)
        return row
