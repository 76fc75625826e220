"""Templates of a PDF, made once and stored: what copies that keep their text are spliced from.

Promises: a template and the map of its slots are stored before a row says so; making them twice leaves one of each. A
PDF of which no template can be made is no error but a finding: its copies are pictures of pages then. Memory does not
grow with the file. Leaves to `preparation` when, and for which versions.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import TracebackType
from typing import Self
from uuid import uuid4

from compliance.levels import TEMPLATES
from compliance.media_types import PDF
from compliance.rendering import Renderer, TemplateMade
from storage.database import Database
from storage.objects import ObjectStore, Part
from storage.rows import renditions, versions
from storage.rows.renditions import Kind, RenditionRow
from storage.rows.versions import VersionRow
from watermark.errors import RenderBusy, RenderCrashed, SourceIncomplete, WatermarkError
from watermark.findings import Finding
from watermark.templates.slots import Level

PART_BYTES = 16 << 20
JSON = "application/json"
KINDS: dict[Level, tuple[Kind, Kind]] = {
    Level.SHARED: ("template-shared", "slots-shared"),
    Level.INTERLEAVED: ("template-interleaved", "slots-interleaved"),
}


class Templating:
    """Makes the templates of one version after the other; keeps nothing between two."""

    def __init__(self, database: Database, objects: ObjectStore, renderer: Renderer) -> None:
        self._database, self._objects, self._renderer = database, objects, renderer

    async def make(self, version: VersionRow, title: str) -> list[Finding]:
        """Every level's template of a PDF, and what was found on the way.

        Raises StorageError, RenderBusy, SourceIncomplete or RenderCrashed when it has to be tried again.
        """
        found: list[Finding] = []
        for level in TEMPLATES:
            try:
                noticed = await self._one(version, level, title)
            except (RenderBusy, SourceIncomplete, RenderCrashed):
                raise
            except WatermarkError as error:
                noticed = (Finding("pdf-no-template", {"cause": error.slug}),)
            found += [each for each in noticed if each not in found]  # both levels find the same
        return found

    async def _one(self, version: VersionRow, level: Level, title: str) -> tuple[Finding, ...]:
        key = f"versions/{version.id}/template/{level}/{uuid4()}"  # a template and its map never change
        async with (
            aclosing(self._objects.read(version.object_key)) as source,
            aclosing(
                self._renderer.template(source, size_bytes=version.size_bytes, level=level, title=title)
            ) as pieces,
        ):
            made, size_bytes = await self._stored(f"{key}.pdf", pieces)
        await self._objects.put(f"{key}.slots", made.slot_map, media_type=JSON)
        template_kind, slots_kind = KINDS[level]
        rows = (
            _row(version, template_kind, f"{key}.pdf", PDF, size_bytes),
            _row(version, slots_kind, f"{key}.slots", JSON, len(made.slot_map)),
        )
        await self._record(version, rows)
        return made.findings

    async def _record(self, version: VersionRow, rows: tuple[RenditionRow, ...]) -> None:
        """Both or none; what is not named by a row any more, or never was, is deleted."""
        async with self._database.transaction() as tx:
            pending = await versions.lock_pending(tx, version.id)
            before = await renditions.renditions_of_page(tx, version.id, 1)
            for row in rows if pending else ():
                await renditions.put_rendition(tx, row)
        old = [before[row.kind].object_key for row in rows if row.kind in before]
        for key in old if pending else [row.object_key for row in rows]:
            await self._objects.delete(key)

    async def _stored(self, key: str, pieces: AsyncGenerator[bytes | TemplateMade]) -> tuple[TemplateMade, int]:
        async with _Sink(self._objects, key) as sink:
            async for piece in pieces:
                if isinstance(piece, TemplateMade):
                    return piece, await sink.finish()
                await sink.write(piece)
        raise RenderCrashed


class _Sink:
    """An object of unknown length, a part of it in memory; a small one is put at once. Left early, nothing is there."""

    def __init__(self, objects: ObjectStore, key: str) -> None:
        self._objects, self._key = objects, key
        self._multipart_id = ""
        self._parts: list[Part] = []
        self._waiting = bytearray()
        self._finished = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._multipart_id and not self._finished:
            await self._objects.abort_multipart(self._key, self._multipart_id)

    async def write(self, piece: bytes) -> None:
        """The next bytes."""
        self._waiting += piece
        if len(self._waiting) >= PART_BYTES:
            await self._send()

    async def finish(self) -> int:
        """Store it; how many bytes it has."""
        if not self._multipart_id:
            stored = await self._objects.put(self._key, bytes(self._waiting), media_type=PDF)
            return stored.size_bytes
        if self._waiting:
            await self._send()
        stored = await self._objects.complete_multipart(self._key, self._multipart_id, self._parts)
        self._finished = True
        return stored.size_bytes

    async def _send(self) -> None:
        if not self._multipart_id:
            self._multipart_id = await self._objects.create_multipart(self._key, media_type=PDF)
        body, self._waiting = bytes(self._waiting), bytearray()
        number = len(self._parts) + 1
        self._parts.append(await self._objects.upload_part(self._key, self._multipart_id, number, body, len(body)))


def _row(version: VersionRow, kind: Kind, key: str, media_type: str, size_bytes: int) -> RenditionRow:
    return RenditionRow(
        version_id=version.id,
        kind=kind,
        page=1,
        object_key=key,
        media_type=media_type,
        width_px=0,
        height_px=0,
        width_mpt=0,
        height_mpt=0,
        size_bytes=size_bytes,
    )
