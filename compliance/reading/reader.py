"""A version read from its first page to its last, and kept: the rendition `text`.

Promises: pages as they are read, in order, then the whole text, stored; a page that could not be looked at is named,
never passed over. Reading again what was read by the same reading takes the stored text. Leaves documents and pictures
to the processes, and what the words mean to detectors.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from compliance.media_types import PDF
from compliance.reading.errors import NotReadable
from compliance.reading.film import Film, is_film
from compliance.reading.merging import not_told, with_pages_of
from compliance.reading.ocr import Ocr
from compliance.reading.pieces import ExtractedText, TextPiece
from compliance.reading.processes import Extracted, Extractor, Looker, Sight
from compliance.reading.seen import Seen
from compliance.reading.stored import stored_text
from storage.database import Database
from storage.objects import ObjectStore
from storage.rows import renditions
from storage.rows.renditions import RenditionRow
from storage.rows.versions import VersionRow
from watermark.errors import RenderBusy, RenderCrashed, RenderTimeout, SourceIncomplete, WatermarkError
from watermark.media_types import OFFICE_MEDIA_TYPES

READING = "reading-3"  # changes with what it would find
LOOKS_MAX = 2  # at one page: a crash may be the machine's fault, two are the page's
PAGE_BYTES_MAX = 64 << 20
JSON = "application/json"
OCR_OFF = "ocr-off"


@dataclass(frozen=True)
class PageRead:
    """One page or moment that was just read: `text` holds its pieces only.

    `cause` says why nobody looked at it although that was needed: a slug, or OCR_OFF.
    """

    text: ExtractedText
    page: int | None
    done: int
    total: int
    cause: str = ""


class Reader:
    """Of one process; keeps nothing between two versions."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        extractor: Extractor,
        looker: Looker,
        *,
        ocr: Ocr = Ocr.NEEDED,
        film: Film | None = None,
    ) -> None:
        self._database, self._objects, self._extractor, self._looker = database, objects, extractor, looker
        self._film, self.ocr = film or Film(), ocr

    @property
    def looker(self) -> Looker | None:
        """What recognises words in pictures; None where the installation does without."""
        return None if self.ocr is Ocr.OFF else self._looker

    def version(self, *, public: bool) -> str:
        """Which reading this is; every page of what the `public` sees is looked at, unless none is at all."""
        return f"{READING}/{self._looks(public=public)}"

    def _looks(self, *, public: bool) -> Ocr:
        return Ocr.ALWAYS if public and self.ocr is Ocr.NEEDED else self.ocr

    async def read(self, version: VersionRow, *, public: bool) -> AsyncGenerator[PageRead | ExtractedText]:
        """Each page, and at last the whole. Close it (`aclosing`).

        Raises NotReadable, TextDamaged or another WatermarkError when there is no reading it, StorageError, and
        SourceIncomplete or RenderBusy when it has to be tried again.
        """
        stored = await stored_text(self._database, self._objects, version)
        if stored is not None and stored.made_by == self.version(public=public):
            for page in range(1, stored.page_count + 1):
                yield PageRead(_only(stored, page), page, page, stored.page_count)
            yield stored
            return
        pieces, seen, unread, unlooked = list[TextPiece](), list[Seen](), False, 0
        whole: ExtractedText | None = None
        parts = (
            self._filmed(version) if is_film(version.media_type) else self._paged(version, self._looks(public=public))
        )
        async with aclosing(parts) as reading:
            async for part in reading:
                if isinstance(part, ExtractedText):
                    whole = part
                    continue
                pieces += part.text.pieces
                seen += part.text.seen
                unread = unread or part.cause not in {"", OCR_OFF}
                unlooked += part.cause == OCR_OFF
                yield part
        if whole is None:
            raise AssertionError("a reading ends with what stands on no page")
        made_by = "" if unread else self.version(public=public)
        unlooked += whole.unlooked
        read = replace(whole, pieces=(*pieces, *whole.pieces), seen=tuple(seen), made_by=made_by, unlooked=unlooked)
        await self._keep(version, read)
        yield read

    async def _paged(self, version: VersionRow, ocr: Ocr) -> AsyncGenerator[PageRead | ExtractedText]:
        found = await self._extracted(version)
        total = found.text.page_count
        looked_at = set(range(1, total + 1)) if ocr is Ocr.ALWAYS else set(found.pictured)
        for page in range(1, total + 1):
            layer = _only(found.text, page)
            if ocr is Ocr.OFF or page not in looked_at:
                yield PageRead(layer, page, page, total, OCR_OFF if page in looked_at else "")
                continue
            sight, cause = await self._look(version, page)
            more = not_told(sight.pieces, layer.pieces)
            text = replace(layer, pieces=(*layer.pieces, *more), seen=sight.seen)
            yield PageRead(text, page, page, total, cause)
        yield replace(found.text, pieces=tuple(each for each in found.text.pieces if each.page is None))

    async def _filmed(self, version: VersionRow) -> AsyncGenerator[PageRead | ExtractedText]:
        """Captions of a video, and its key frames."""
        if self.ocr is Ocr.OFF:
            yield ExtractedText(pieces=(), page_count=0, unlooked=1)
            return
        async with aclosing(self._objects.read(version.object_key)) as source:
            found = await self._film.frames(source, size_bytes=version.size_bytes)
        for at, (start_ms, jpeg) in enumerate(found.frames, 1):
            sight, cause = await self._looked(jpeg, page=None, start_ms=start_ms, again=at > 1)
            text = ExtractedText(pieces=sight.pieces, page_count=0, seen=sight.seen)
            yield PageRead(text, None, at, len(found.frames), cause)
        yield ExtractedText(pieces=found.captions, page_count=0, complete=found.complete)

    async def _extracted(self, version: VersionRow) -> Extracted:
        own = await self._text_of(version.object_key, version.size_bytes, version.media_type, version.filename)
        if version.media_type not in OFFICE_MEDIA_TYPES:
            return own
        async with self._database.transaction() as tx:
            pdf = await renditions.rendition_of(tx, version.id, "converted", 1)
        if pdf is None:
            return own
        shown = await self._text_of(pdf.object_key, pdf.size_bytes, PDF, "")
        return Extracted(with_pages_of(own.text, shown.text), shown.pictured)

    async def _text_of(self, key: str, size_bytes: int, media_type: str, filename: str) -> Extracted:
        for attempt in range(1, LOOKS_MAX + 1):
            try:
                async with aclosing(self._objects.read(key)) as source:
                    return await self._extractor.text(
                        source, size_bytes=size_bytes, media_type=media_type, filename=filename
                    )
            except (RenderCrashed, RenderTimeout):
                if attempt == LOOKS_MAX:
                    raise
        raise NotReadable(media_type=media_type)

    async def _look(self, version: VersionRow, page: int) -> tuple[Sight, str]:
        async with self._database.transaction() as tx:
            row = await renditions.rendition_of(tx, version.id, "page", page)
        if row is None:
            return Sight(), "not-prepared"
        jpeg = await self._objects.read_all(row.object_key, limit_bytes=PAGE_BYTES_MAX)
        return await self._looked(jpeg, page=page, start_ms=None, again=False)

    async def _looked(self, jpeg: bytes, *, page: int | None, start_ms: int | None, again: bool) -> tuple[Sight, str]:
        """What a picture shows, or nothing and why."""
        cause = ""
        for _ in range(LOOKS_MAX):
            try:
                return await self._looker.look(jpeg, page=page, start_ms=start_ms, again=again), ""
            except (RenderBusy, SourceIncomplete):
                raise
            except WatermarkError as error:
                cause = error.slug
        return Sight(), cause

    async def _keep(self, version: VersionRow, text: ExtractedText) -> None:
        """Bytes first, the row after: a row never points to an object that isn't there."""
        body = text.to_json()
        row = RenditionRow(
            version_id=version.id,
            kind="text",
            page=1,
            object_key=f"versions/{version.id}/text.json",
            media_type=JSON,
            width_px=0,
            height_px=0,
            width_mpt=0,
            height_mpt=0,
            size_bytes=len(body),
        )
        await self._objects.put(row.object_key, body, media_type=JSON)
        async with self._database.transaction() as tx:
            await renditions.put_rendition(tx, row)


def _only(text: ExtractedText, page: int) -> ExtractedText:
    """One page of it."""
    pieces = tuple(each for each in text.pieces if each.page == page)
    return replace(text, pieces=pieces, seen=tuple(each for each in text.seen if each.page == page))
