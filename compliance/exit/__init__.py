"""The one sealed exit: every byte of a material leaves through `SealedExit`, and through nothing else.

What it holds before a byte leaves: the access decision, made on rows read in the same transaction as the event that
records it, and that event committed. A picture is sealed first and decided again afterwards, so nothing older than
the answer's own moment is let out. A long answer asks again before every page or every few MiB, and ends with an
event that says how much really left. No committed event, no byte: when the log fails or falls behind, this fails.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

from compliance import ledger
from compliance.errors import NotFound, NotPrepared
from compliance.events import Trail
from compliance.exit.asking import Asking
from compliance.exit.evidence import EvidenceGate, Picture
from compliance.exit.gates import DeskGate, Gate, Passage, Trial, VisitGate
from compliance.exit.pieces import (
    ByAddress,
    Choose,
    ChooseCopy,
    Copy,
    Leave,
    Original,
    Outgoing,
    Piece,
    PieceKind,
    Released,
    ReleasedCopy,
)
from compliance.exit.splicing import CopyOf, Splices, Template, file_id_of, template_of
from compliance.exit.turns import Turns
from compliance.keys import KeyRing
from compliance.marks import asset_of
from compliance.media_types import PDF, named_as, shown_as
from compliance.rendering import BaseOf, Renderer, Seal, Sealer
from compliance.zooming import TILE_PX, Zooming
from storage.database import Database, Transaction
from storage.objects import ObjectStore
from storage.rows import renditions
from storage.rows.renditions import RenditionRow
from watermark.flattened import FlattenedPdf, JpegPage
from watermark.templates import Patches, apply

__all__ = [
    "ByAddress",
    "Copy",
    "DeskGate",
    "EvidenceGate",
    "Leave",
    "Original",
    "Outgoing",
    "Picture",
    "Piece",
    "PieceKind",
    "Released",
    "ReleasedCopy",
    "SealedExit",
    "Trial",
    "VisitGate",
]

RENDITION_BYTES_MAX = 128 << 20
SPLICE_TRIES_MAX = 3
MPT_PER_PT = 1000
JPEG = "image/jpeg"


@dataclass(frozen=True)
class Rendition:
    """A rendition, and the size in pixels of the page image that its mark is laid out by."""

    row: RenditionRow
    page_px: tuple[int, int]


class SealedExit:
    """The exit of one process. Of one release it keeps for the next what makes a copy of a template, for speed only."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        sealer: Sealer,
        renderer: Renderer,
        keys: KeyRing,
        clock: Callable[[], datetime],
        require_log: Callable[[], None],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._objects = objects
        self._sealer = sealer
        self._keys = keys
        self._clock = clock
        self._require_log = require_log
        self._now_s = now_s
        self._turns = Turns()
        self._tile_turns = Turns(1)  # one process then has the picture that a person's tiles are cut from
        self._zooming = Zooming(database, objects, renderer)
        self._splices = Splices(objects, sealer)
        self._ends: set[asyncio.Task[None]] = set()

    async def release(self, gate: Gate, piece: Piece, trail: Trail) -> Outgoing:
        """The piece, sealed to the person at the gate, with its event committed.

        Raises AccessDenied (the rule says why), NotFound, NotPrepared while renditions are being made, LedgerStalled
        while the log doesn't keep up, and the
        StorageError or WatermarkError of whatever failed; in every such case no byte has left.
        """
        if piece.kind is PieceKind.ORIGINAL:
            raise ValueError("an original is not sealed: release_original")
        passage = await self._ask(gate, piece.kind)
        if passage.served.preparation == "pending":
            raise NotPrepared
        if piece.kind is PieceKind.DOCUMENT and shown_as(passage.served.media_type) == PDF:
            return self._document(gate, await self._record(gate, piece, trail), trail)
        if piece.kind is PieceKind.TILE:
            return await self._tile(gate, passage, piece, trail)
        return await self._picture(gate, passage, piece, trail)

    async def release_document(self, gate: Gate, choose: ChooseCopy, trail: Trail) -> ReleasedCopy:
        """What `choose` wants of the whole version as a file, with its event committed; nothing recorded for nothing.

        Where a template is there, `choose` names a range of the copy; otherwise any range means all of it. It is asked
        once the gate has said yes; what it raises comes out. Raises as `release`.
        """
        spliced = await self._spliced(gate, choose, trail)
        if spliced is not None:
            return spliced
        passage = await self._ask(gate, PieceKind.DOCUMENT)
        copy = await self._unspliced(passage)
        outgoing = None
        if choose(copy) is not None:
            outgoing = await self.release(gate, Piece(kind=PieceKind.DOCUMENT), trail)
        return ReleasedCopy(copy=copy, outgoing=outgoing)

    async def release_original(self, gate: Gate, choose: Choose, trail: Trail) -> Released:
        """What `choose` wants of the stored bytes, with its event committed; without an event when it wants nothing.

        `choose` is asked after the gate has said yes, in the same transaction; what it raises comes out and nothing is
        recorded. Raises AccessDenied, NotFound.
        """
        async with self._database.transaction() as tx:
            passage = await self._admit(gate, tx, PieceKind.ORIGINAL)
            original = _original_of(passage)
            leave = choose(original)
            if leave is not None:
                await self._append_original(tx, passage, leave, trail)
        if isinstance(leave, ByAddress):
            return Released(original=original, address=self._address(passage, leave))
        outgoing = None if leave is None else self._original(gate, passage, leave, trail)
        return Released(original=original, outgoing=outgoing)

    async def release_evidence(self, gate: EvidenceGate, pictures: Sequence[Picture], trail: Trail) -> list[bytes]:
        """JPEGs of a trace, sealed to the person at the gate, with their event committed.

        Raises AccessDenied, NotFound for what isn't there (any more), StorageError, WatermarkError: nothing has left
        then.
        """
        self._require_log()
        async with self._database.transaction() as tx:
            admitted = await gate.admit(tx, self._keys, self._clock())
        wanted = [admitted.keys.get(each) for each in pictures]
        sealed: list[bytes] = []
        async with self._turns.of(gate.person_id):
            for key in wanted:
                if key is None:
                    raise NotFound
                base = BaseOf.given(await self._objects.read_all(key, limit_bytes=RENDITION_BYTES_MAX))
                sealed.append(await self._sealer.seal(base, Seal(admitted.stamp)))
        async with self._database.transaction() as tx:
            now = self._clock()
            self._require_log()
            admitted = await gate.admit(tx, self._keys, now)  # sealing took a while
            det: dict[str, str | int] = {"sha256": admitted.sha256, "pictures": len(sealed)}
            size_bytes = sum(map(len, sealed))
            event = trail.event(gate.act, why=admitted.rule, obj=admitted.obj, bytes=size_bytes, det=det)
            await ledger.append(tx, event, now=now)
        return sealed

    async def settle(self) -> None:
        """Returns when every end that is being told is told: whoever took the bytes may be gone before that."""
        await asyncio.gather(*self._ends, return_exceptions=True)

    async def _spliced(self, gate: Gate, choose: ChooseCopy, trail: Trail) -> ReleasedCopy | None:
        """A copy made of a template; None if there is none to make it of.

        Patches are made between two transactions, and the gate is asked again in the second: it may have changed who
        the copy is sealed to, which is another copy then.
        """
        for _ in range(SPLICE_TRIES_MAX):
            async with self._database.transaction() as tx:
                passage = await self._admit(gate, tx, PieceKind.DOCUMENT)
                if passage.served.preparation == "pending":
                    raise NotPrepared
                template = await template_of(tx, passage)
                if template is None:
                    return None
                copy = CopyOf(template, passage.seal)
                patches = self._splices.get(copy)
                if patches is not None:
                    known = _known(passage, patches)
                    part = choose(known)
                    if part is not None:
                        piece = Piece(kind=PieceKind.DOCUMENT)
                        await self._append(tx, passage, piece, trail, 0, level=template.level.value)
                    break
            async with self._turns.of(gate.person_id):
                await self._splices.make(copy, passage.served.sha256 or "")
        else:
            raise NotPrepared  # somebody changes faster than copies are made
        if part is None:
            return ReleasedCopy(copy=known)
        chunks = self._told(self._read_spliced(gate, template, patches, part), passage, trail)
        leaving = Outgoing(media_type=PDF, filename=known.filename, size_bytes=len(part), chunks=chunks)
        return ReleasedCopy(copy=known, outgoing=leaving)

    async def _read_spliced(
        self, gate: Gate, template: Template, patches: Patches, part: range
    ) -> AsyncGenerator[bytes]:
        """The template's bytes with the viewer's in their place; asks again on the way (`asking`)."""
        at = part.start
        reading = self._objects.read(template.row.object_key, start=part.start, stop=part.stop)
        async with Asking(lambda: self._ask(gate, PieceKind.DOCUMENT), self._now_s) as asking, aclosing(reading):
            async for chunk in reading:
                await asking.before(len(chunk))
                yield apply(patches, at, chunk)
                at += len(chunk)

    async def _unspliced(self, passage: Passage) -> Copy:
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
        await self._record(gate, piece, trail, len(body))
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
        await self._record(gate, piece, trail, len(body))
        return Outgoing(media_type=JPEG, filename="", size_bytes=len(body), chunks=_once(body))

    def _document(self, gate: Gate, passage: Passage, trail: Trail) -> Outgoing:
        pages = self._pdf(gate, passage)
        return Outgoing(
            media_type=PDF,
            filename=named_as(passage.served.filename or "", PDF),
            size_bytes=None,
            chunks=self._told(pages, passage, trail),
        )

    async def _pdf(self, gate: Gate, passage: Passage) -> AsyncGenerator[bytes]:
        """A PDF of sealed page images, one page in memory at a time; asks again before each part that leaves."""
        pdf = FlattenedPdf(title=passage.served.title, file_id=file_id_of(passage.seal))
        yield pdf.header()
        for page in range(1, (passage.served.pages_total or 0) + 1):
            sealed = await self._sealed_page(gate, page)
            await self._ask(gate, PieceKind.DOCUMENT)  # sealing took a while
            yield pdf.page(sealed)
        await self._ask(gate, PieceKind.DOCUMENT)
        yield pdf.trailer()

    async def _sealed_page(self, gate: Gate, page: int) -> JpegPage:
        """One page of a document, sealed as of this moment."""
        passage = await self._ask(gate, PieceKind.DOCUMENT)
        rendition = await self._rendition(passage, PieceKind.PAGE.value, page)
        row = rendition.row
        return JpegPage(
            width_px=row.width_px,
            height_px=row.height_px,
            width_pt=row.width_mpt / MPT_PER_PT,
            height_pt=row.height_mpt / MPT_PER_PT,
            jpeg=await self._sealed(gate, rendition, passage),
        )

    def _original(self, gate: Gate, passage: Passage, part: range, trail: Trail) -> Outgoing:
        original = _original_of(passage)
        return Outgoing(
            media_type=original.media_type,
            filename=original.filename,
            size_bytes=len(part),
            chunks=self._told(self._stored(gate, passage, part.start, part.stop), passage, trail),
        )

    async def _append_original(self, tx: Transaction, passage: Passage, leave: range | ByAddress, trail: Trail) -> None:
        """By an address all of it may leave, and nobody will see how much does: the event counts all."""
        piece = Piece(kind=PieceKind.ORIGINAL)
        if isinstance(leave, ByAddress):
            size_bytes = passage.served.size_bytes or 0
            await self._append(tx, passage, piece, trail, size_bytes, way="address", seconds=leave.lifetime_s)
        else:
            await self._append(tx, passage, piece, trail, 0)

    def _address(self, passage: Passage, leave: ByAddress) -> str:
        return self._objects.sign_read(
            passage.served.object_key or "",
            expires_s=leave.lifetime_s,
            media_type=leave.media_type,
            disposition=leave.disposition,
        )

    async def _stored(self, gate: Gate, passage: Passage, start: int, stop: int) -> AsyncGenerator[bytes]:
        """The stored bytes; asks again on the way (`asking`)."""
        asking = Asking(lambda: self._ask(gate, PieceKind.ORIGINAL), self._now_s)
        async with (
            asking,
            aclosing(self._objects.read(passage.served.object_key or "", start=start, stop=stop)) as read,
        ):
            async for chunk in read:
                await asking.before(len(chunk))
                yield chunk

    async def _told(self, chunks: AsyncGenerator[bytes], passage: Passage, trail: Trail) -> AsyncGenerator[bytes]:
        """The chunks, and at the end, however it comes, the event of how many bytes left."""
        sent = 0
        try:
            async with aclosing(chunks):
                async for chunk in chunks:
                    sent += len(chunk)
                    yield chunk
        finally:
            end = asyncio.create_task(self._tell_end(passage, trail, sent))
            self._ends.add(end)
            end.add_done_callback(self._ends.discard)
            await asyncio.shield(end)

    async def _tell_end(self, passage: Passage, trail: Trail, sent_bytes: int) -> None:
        async with self._database.transaction() as tx:
            event = trail.event(
                passage.end_act,
                obj=passage.obj,
                link=passage.link,
                ver=passage.served.sha256 or "",
                bytes=sent_bytes,
                det=passage.det,
            )
            await ledger.append(tx, event, now=self._clock())

    async def _admit(self, gate: Gate, tx: Transaction, kind: PieceKind) -> Passage:
        """The gate's answer. Raises LedgerStalled while the log doesn't keep up: what leaves then might not be told."""
        self._require_log()
        return await gate.admit(tx, self._keys, kind, self._clock())

    async def _ask(self, gate: Gate, kind: PieceKind) -> Passage:
        """The gate's answer at this moment, unrecorded; in a transaction only where the gate may write a row."""
        asking = self._database.transaction() if gate.begins_visits else self._database.statements()
        async with asking as tx:
            return await self._admit(gate, tx, kind)

    async def _record(self, gate: Gate, piece: Piece, trail: Trail, size_bytes: int = 0) -> Passage:
        """The gate's answer and the event that tells of it, committed together."""
        async with self._database.transaction() as tx:
            passage = await self._admit(gate, tx, piece.kind)
            await self._append(tx, passage, piece, trail, size_bytes)
        return passage

    async def _append(
        self, tx: Transaction, passage: Passage, piece: Piece, trail: Trail, size_bytes: int, **more: str | int
    ) -> None:
        if piece.page:
            more["page"] = piece.page
        if piece.level:
            more |= {"level": piece.level, "column": piece.column, "row": piece.row}
        event = trail.event(
            passage.act,
            why=passage.rule,
            obj=passage.obj,
            link=passage.link,
            ver=passage.served.sha256 or "",
            bytes=size_bytes,
            det={**passage.det, "kind": piece.kind.value, **more},
        )
        await ledger.append(tx, event, now=self._clock())

    async def _rendition(self, passage: Passage, kind: str, page: int) -> Rendition:
        version_id = passage.served.version_id
        async with self._database.transaction() as tx:
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


def _known(passage: Passage, patches: Patches) -> Copy:
    return Copy(
        media_type=PDF,
        filename=named_as(passage.served.filename or "", PDF),
        made_at=passage.begun,
        size_bytes=patches.size_bytes,
        tag=patches.etag,
    )


def _original_of(passage: Passage) -> Original:
    served = passage.served
    if served.sha256 is None or served.made_at is None:
        raise NotFound
    return Original(
        sha256=served.sha256,
        size_bytes=served.size_bytes or 0,
        media_type=served.media_type or "application/octet-stream",
        filename=served.filename or "",
        made_at=served.made_at,
    )


async def _once(body: bytes) -> AsyncGenerator[bytes]:
    yield body
