"""Sealed pictures on their way out: pages, thumbnails and tiles; and sealing for the copies made of such (`drawn`).

Promises: a picture is sealed first and decided again afterwards, so nothing older than the answer's own moment is let
out. Leaves drawing and sealing to `compliance.rendering`.
"""

from dataclasses import dataclass, replace

from compliance.errors import NotFound, NotPrepared
from compliance.events import Trail
from compliance.exit.desk import Desk
from compliance.exit.gates import Gate, Passage
from compliance.exit.pieces import Outgoing, Piece, PieceKind
from compliance.exit.turns import Turns
from compliance.marks import asset_of
from compliance.media_types import named_as
from compliance.rendering import BaseOf, Sealer
from compliance.zooming import TILE_PX, Zooming
from storage.objects import ObjectStore
from storage.rows import renditions
from storage.rows.renditions import RenditionRow

RENDITION_BYTES_MAX = 128 << 20
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
        """The piece of a page, sealed to the person at the gate, with its event committed."""
        passage = await self._desk.ask(gate, piece.kind)
        if passage.served.preparation == "pending":
            raise NotPrepared
        if piece.kind is PieceKind.TILE:
            return await self._tile(gate, passage, piece, trail)
        return await self._picture(gate, passage, piece, trail)

    async def _picture(self, gate: Gate, passage: Passage, piece: Piece, trail: Trail) -> Outgoing:
        rendition = await self.rendition(passage, piece.kind.value, piece.page)
        body = await self.sealed(gate, rendition, passage)
        await self._desk.record(gate, piece, trail, len(body))
        return Outgoing(
            media_type=rendition.row.media_type,
            filename=named_as(passage.served.filename or "", rendition.row.media_type),
            body=body,
        )

    async def _tile(self, gate: Gate, passage: Passage, piece: Piece, trail: Trail) -> Outgoing:
        """A part of a page at a level: cut out of the sealed whole."""
        zoomed = await self._zooming.rendition(passage.served, piece.page, piece.level)
        page = await self.rendition(passage, PieceKind.PAGE.value, piece.page)
        cut = _cut(zoomed, piece)
        async with self._tile_turns.of(gate.person_id):
            base = self._base(replace(page, row=zoomed), passage)
            body = await self._sealer.seal(base, passage.seal, media_type=JPEG, cut=cut)
        await self._desk.record(gate, piece, trail, len(body))
        return Outgoing(media_type=JPEG, filename="", body=body)

    async def rendition(self, passage: Passage, kind: str, page: int) -> Rendition:
        """One of a page. Raises NotFound."""
        version_id = passage.served.version_id
        async with self._desk.database.transaction() as tx:
            rows = await renditions.renditions_of_page(tx, version_id, page) if version_id else {}
        if kind not in rows or PieceKind.PAGE not in rows:
            raise NotFound
        return Rendition(rows[kind], (rows[PieceKind.PAGE].width_px, rows[PieceKind.PAGE].height_px))

    @staticmethod
    def page_of(row: RenditionRow) -> Rendition:
        """A page image, by its row."""
        return Rendition(row, (row.width_px, row.height_px))

    async def sealed(
        self, gate: Gate, rendition: Rendition, passage: Passage, *, jpeg_max_bytes: int | None = None
    ) -> bytes:
        """A rendition sealed as the passage says; nothing is let out by that."""
        async with self._turns.of(gate.person_id):
            base, media_type = self._base(rendition, passage), rendition.row.media_type
            return await self._sealer.seal(base, passage.seal, media_type=media_type, jpeg_max_bytes=jpeg_max_bytes)

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
