"""Sealed pictures on their way out: pages, thumbnails, tiles, whole pictures, and PDFs made of sealed pages.

Promises: a picture is sealed first and decided again afterwards, so nothing older than the answer's own moment is let
out; a PDF asks again before each page. Leaves drawing and sealing to `compliance.rendering`.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

from compliance.errors import NotFound, NotPrepared
from compliance.events import Trail
from compliance.exit.desk import Desk
from compliance.exit.gates import Gate, Passage
from compliance.exit.pieces import Copy, Outgoing, Piece, PieceKind
from compliance.exit.splicing import file_id_of
from compliance.exit.turns import Turns
from compliance.marks import asset_of
from compliance.media_types import PDF, named_as, shown_as
from compliance.rendering import BaseOf, Sealer
from compliance.zooming import TILE_PX, Zooming
from storage.objects import ObjectStore
from storage.rows import renditions
from storage.rows.renditions import RenditionRow
from watermark.flattened import FlattenedPdf, JpegPage

RENDITION_BYTES_MAX = 128 << 20
MPT_PER_PT = 1000
JPEG = "image/jpeg"


@dataclass(frozen=True)
class Rendition:
    """A rendition, and the size in pixels of the page image that its mark is laid out by."""

    row: RenditionRow
    page_px: tuple[int, int]


class Pictures:
    """Of one process."""

    def __init__(self, desk: Desk, objects: ObjectStore, sealer: Sealer, zooming: Zooming, turns: Turns) -> None:
        self._desk, self._objects, self._sealer, self._zooming, self._turns = desk, objects, sealer, zooming, turns
        self._tile_turns = Turns(1)  # one process then has the picture that a person's tiles are cut from

    async def release(self, gate: Gate, piece: Piece, trail: Trail) -> Outgoing:
        """The piece, which is no original, sealed to the person at the gate, with its event committed."""
        passage = await self._desk.ask(gate, piece.kind)
        if passage.served.preparation == "pending":
            raise NotPrepared
        if piece.kind is PieceKind.DOCUMENT and shown_as(passage.served.media_type) == PDF:
            return self._document(gate, await self._desk.record(gate, piece, trail), trail)
        if piece.kind is PieceKind.TILE:
            return await self._tile(gate, passage, piece, trail)
        return await self._picture(gate, passage, piece, trail)

    async def known(self, passage: Passage) -> Copy:
        """What there is to say of a copy that is made while it leaves."""
        served = passage.served
        if served.preparation == "pending":
            raise NotPrepared
        media_type = PDF
        if shown_as(served.media_type or "") != PDF:
            media_type = (await self._rendition(passage, "full", 1)).row.media_type
        return Copy(media_type=media_type, filename=named_as(served.filename or "", media_type), made_at=passage.begun)

    async def _picture(self, gate: Gate, passage: Passage, piece: Piece, trail: Trail) -> Outgoing:
        kind, page = ("full", 1) if piece.kind is PieceKind.DOCUMENT else (piece.kind.value, piece.page)
        rendition = await self._rendition(passage, kind, page)
        body = await self._sealed(gate, rendition, passage)
        await self._desk.record(gate, piece, trail, len(body))
        return Outgoing(
            media_type=rendition.row.media_type,
            filename=named_as(passage.served.filename or "", rendition.row.media_type),
            size_bytes=len(body),
            chunks=_once(body),
        )

    async def _tile(self, gate: Gate, passage: Passage, piece: Piece, trail: Trail) -> Outgoing:
        """A part of a page at a level: cut out of the sealed whole."""
        zoomed = await self._zooming.rendition(passage.served, piece.page, piece.level)
        page = await self._rendition(passage, PieceKind.PAGE.value, piece.page)
        cut = _cut(zoomed, piece)
        async with self._tile_turns.of(gate.person_id):
            base = self._base(replace(page, row=zoomed), passage)
            body = await self._sealer.seal(base, passage.seal, media_type=JPEG, cut=cut)
        await self._desk.record(gate, piece, trail, len(body))
        return Outgoing(media_type=JPEG, filename="", size_bytes=len(body), chunks=_once(body))

    def _document(self, gate: Gate, passage: Passage, trail: Trail) -> Outgoing:
        pages = self._pdf(gate, passage)
        return Outgoing(
            media_type=PDF,
            filename=named_as(passage.served.filename or "", PDF),
            size_bytes=None,
            chunks=self._desk.told(pages, passage, trail),
        )

    async def _pdf(self, gate: Gate, passage: Passage) -> AsyncGenerator[bytes]:
        """A PDF of sealed page images, one page in memory at a time; asks again before each part that leaves."""
        pdf = FlattenedPdf(title=passage.served.title, file_id=file_id_of(passage.seal))
        yield pdf.header()
        for page in range(1, (passage.served.pages_total or 0) + 1):
            sealed = await self._sealed_page(gate, page)
            await self._desk.ask(gate, PieceKind.DOCUMENT)  # sealing took a while
            yield pdf.page(sealed)
        await self._desk.ask(gate, PieceKind.DOCUMENT)
        yield pdf.trailer()

    async def _sealed_page(self, gate: Gate, page: int) -> JpegPage:
        """One page of a document, sealed as of this moment."""
        passage = await self._desk.ask(gate, PieceKind.DOCUMENT)
        rendition = await self._rendition(passage, PieceKind.PAGE.value, page)
        row = rendition.row
        return JpegPage(
            width_px=row.width_px,
            height_px=row.height_px,
            width_pt=row.width_mpt / MPT_PER_PT,
            height_pt=row.height_mpt / MPT_PER_PT,
            jpeg=await self._sealed(gate, rendition, passage),
        )

    async def _rendition(self, passage: Passage, kind: str, page: int) -> Rendition:
        version_id = passage.served.version_id
        async with self._desk.database.transaction() as tx:
            rows = await renditions.renditions_of_page(tx, version_id, page) if version_id else {}
        if kind not in rows or PieceKind.PAGE not in rows:
            raise NotFound
        return Rendition(rows[kind], (rows[PieceKind.PAGE].width_px, rows[PieceKind.PAGE].height_px))

    async def _sealed(self, gate: Gate, rendition: Rendition, passage: Passage) -> bytes:
        async with self._turns.of(gate.person_id):
            base = self._base(rendition, passage)
            return await self._sealer.seal(base, passage.seal, media_type=rendition.row.media_type)

    def _base(self, rendition: Rendition, passage: Passage) -> BaseOf:
        key, page = rendition.row.object_key, rendition.row.page
        return BaseOf(
            name=key,
            read=lambda: self._objects.read_all(key, limit_bytes=RENDITION_BYTES_MAX),
            asset=asset_of(passage.served.sha256 or "", page),
            page_px=rendition.page_px,
        )


def _cut(zoomed: RenditionRow, piece: Piece) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a tile; those at the right and lower edges are smaller. Raises NotFound."""
    left, top = piece.column * TILE_PX, piece.row * TILE_PX
    if left >= zoomed.width_px or top >= zoomed.height_px:
        raise NotFound
    return left, top, min(left + TILE_PX, zoomed.width_px), min(top + TILE_PX, zoomed.height_px)


async def _once(body: bytes) -> AsyncGenerator[bytes]:
    yield body
