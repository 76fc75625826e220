"""Copies that are drawn for their viewer on their way out: PDFs made of sealed pages, and whole pictures.

Promises: any range of a copy is of the same bytes as long as its tag is. Of a PDF only the pages that a range touches
are sealed, one of them in memory at a time, and the gate is asked again before each leaves. The tag is made of who the
copy is sealed to and of its first picture, once, off the event loop: so it changes with the code and the processors
that draw, too. What was sealed is kept for the next range while its reader goes on, KEPT_S and KEPT_MAX_BYTES at most,
or one alone that is larger. Leaves drawing and sealing to `pictures`, and where the pages of a PDF lie in it to
`watermark.flattened`.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from compliance.errors import NotFound, NotPrepared
from compliance.events import Trail
from compliance.exit.desk import Begun, Counting, Desk
from compliance.exit.gates import Gate, Passage
from compliance.exit.pictures import Pictures, Rendition
from compliance.exit.pieces import ChooseCopy, Copy, Departure, Outlet, Piece, PieceKind, ReleasedCopy
from compliance.exit.splicing import file_id_of
from compliance.levels import SealLevel
from compliance.media_types import PDF, named_as, shown_as
from compliance.rendering import Seal
from storage.rows import renditions
from storage.rows.renditions import RenditionRow
from watermark.flattened import FlattenedPdf, PagePlan, room_bytes

TRIES_MAX = 3
KEPT_MAX_BYTES = 64 << 20
KEPT_S = 30.0  # after it was asked for last
MPT_PER_PT = 1000
FIRST_PAGE = 1


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A copy of which every byte is known, or can be made: `pieces` gives those of a part, in order."""

    media_type: str
    size_bytes: int
    tag: str
    pieces: Callable[[range], AsyncGenerator[bytes]]


class DrawnCopies:
    """Of one process. It keeps what was sealed last for the next range of the same copy, for speed only."""

    def __init__(self, desk: Desk, pictures: Pictures) -> None:
        self._desk, self._pictures = desk, pictures
        self._kept = _Kept()

    async def release(self, gate: Gate, choose: ChooseCopy, trail: Trail) -> ReleasedCopy:
        """What `choose` wants of the copy. It is drawn before the transaction whose answer lets it out."""
        for _ in range(TRIES_MAX):
            passage = await self._desk.ask(gate, PieceKind.DOCUMENT)
            drawn = await self._drawn(gate, passage)
            async with self._desk.database.transaction() as tx:
                admitted = await self._desk.admit(gate, tx, PieceKind.DOCUMENT)
                if (admitted.seal, admitted.served) != (passage.seal, passage.served):
                    continue  # it is another copy now
                copy = _known(admitted, drawn)
                part, begun = choose(copy), None
                if part is not None:
                    piece, level = Piece(kind=PieceKind.DOCUMENT), _level_of(admitted)
                    begun = await self._desk.begin(tx, admitted, piece, trail, part, drawn.size_bytes, **level)
            if part is None or begun is None:
                return ReleasedCopy(copy=copy)
            leaving = Departure(
                media_type=copy.media_type,
                filename=copy.filename,
                size_bytes=len(part),
                into=partial(self._send, gate, begun, drawn, part),
            )
            return ReleasedCopy(copy=copy, departure=leaving)
        raise NotPrepared  # somebody changes faster than copies are made

    async def _send(self, gate: Gate, begun: Begun, drawn: Drawn, part: range, outlet: Outlet) -> None:
        async with self._desk.leaving(begun) as sent, aclosing(drawn.pieces(part)) as pieces:
            counting = Counting(outlet, sent)
            async for piece in pieces:
                await self._desk.ask(gate, PieceKind.DOCUMENT)  # drawing took a while
                await counting.write(piece)

    async def _drawn(self, gate: Gate, passage: Passage) -> Drawn:
        if passage.served.preparation == "pending":
            raise NotPrepared
        if shown_as(passage.served.media_type) == PDF:
            return await self._document(gate, passage)
        return await self._picture(gate, passage)

    async def _picture(self, gate: Gate, passage: Passage) -> Drawn:
        rendition = await self._pictures.rendition(passage, "full", FIRST_PAGE)
        sealed = await self._sealed(gate, passage, rendition)

        async def pieces(part: range) -> AsyncGenerator[bytes]:
            yield sealed.body[part.start : part.stop]

        tag, size_bytes = await sealed.sha256(), len(sealed.body)
        return Drawn(media_type=rendition.row.media_type, size_bytes=size_bytes, tag=tag, pieces=pieces)

    async def _document(self, gate: Gate, passage: Passage) -> Drawn:
        rows = await self._pages(passage)
        plans = [_plan(row, passage.seal) for row in rows]
        pdf = FlattenedPdf(plans, title=passage.served.title, file_id=file_id_of(passage.seal))

        async def page(number: int) -> _Sealed:
            return await self._page(gate, passage, rows[number - 1], plans[number - 1])

        async def pieces(part: range) -> AsyncGenerator[bytes]:
            for number, within in pdf.touched(part):
                yield pdf.piece(number, (await page(number)).body if pdf.is_page(number) else b"")[within]

        first = await (await page(FIRST_PAGE)).sha256()
        # Of the seal, what is secret is not in repr.
        tag = hashlib.sha256(repr((first, passage.served.version_id, passage.seal, plans)).encode() + pdf.trailer)
        return Drawn(media_type=PDF, size_bytes=pdf.size_bytes, tag=tag.hexdigest(), pieces=pieces)

    async def _pages(self, passage: Passage) -> Sequence[RenditionRow]:
        version_id = passage.served.version_id
        async with self._desk.database.transaction() as tx:
            rows = await renditions.pages_of(tx, version_id) if version_id else []
        if not rows:
            raise NotFound
        return rows

    async def _page(self, gate: Gate, passage: Passage, row: RenditionRow, plan: PagePlan) -> "_Sealed":
        return await self._sealed(gate, passage, self._pictures.page_of(row), jpeg_max_bytes=plan.jpeg_max_bytes)

    async def _sealed(
        self, gate: Gate, passage: Passage, rendition: Rendition, *, jpeg_max_bytes: int | None = None
    ) -> "_Sealed":
        key = (rendition.row, passage.seal)
        kept = self._kept.get(key)
        if kept is None:
            kept = _Sealed(await self._pictures.sealed(gate, rendition, passage, jpeg_max_bytes=jpeg_max_bytes))
            self._kept.keep(key, kept)
        return kept


_Key = tuple[RenditionRow, Seal]


class _Sealed:
    """A sealed picture."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self._sha256: str | None = None

    async def sha256(self) -> str:
        """Reckoned once."""
        if self._sha256 is None:
            self._sha256 = await asyncio.to_thread(_hex_sha256, self.body)
        return self._sha256


class _Kept:
    """Sealed pictures, the one asked for last the last to go; KEPT_S later each goes by itself."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[_Key, _Sealed] = OrderedDict()
        self._timers: dict[_Key, asyncio.TimerHandle] = {}
        self._size_bytes = 0

    def get(self, key: _Key) -> _Sealed | None:
        found = self._pictures.get(key)
        if found is not None:
            self.keep(key, found)
        return found

    def keep(self, key: _Key, picture: _Sealed) -> None:
        self._drop(key)
        self._pictures[key] = picture
        self._size_bytes += len(picture.body)
        self._timers[key] = asyncio.get_running_loop().call_later(KEPT_S, self._drop, key)
        while self._size_bytes > KEPT_MAX_BYTES and len(self._pictures) > 1:
            self._drop(next(iter(self._pictures)))

    def _drop(self, key: _Key) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
            self._size_bytes -= len(self._pictures.pop(key).body)


def _hex_sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _plan(row: RenditionRow, seal: Seal) -> PagePlan:
    return PagePlan(
        width_px=row.width_px,
        height_px=row.height_px,
        width_pt=row.width_mpt / MPT_PER_PT,
        height_pt=row.height_mpt / MPT_PER_PT,
        jpeg_max_bytes=room_bytes(row.size_bytes, row.width_px, row.height_px, seal.look),
    )


def _known(passage: Passage, drawn: Drawn) -> Copy:
    return Copy(
        media_type=drawn.media_type,
        filename=named_as(passage.served.filename or "", drawn.media_type),
        made_at=passage.begun,
        size_bytes=drawn.size_bytes,
        tag=drawn.tag,
    )


def _level_of(passage: Passage) -> dict[str, str]:
    """How hard the seal of a PDF is to take off; pictures have no levels."""
    return {"level": SealLevel.FLATTENED.value} if shown_as(passage.served.media_type) == PDF else {}
