"""The two kinds of process that read, seen from the event loop.

Promises: text and places of a document, of a picture, and what changed between two pages, or a `WatermarkError` that
says why not; what processes answer is checked, for they are not trusted. Leaves what is read when to `reader`.
"""

import json
from collections.abc import AsyncIterable
from dataclasses import dataclass
from typing import Any

from compliance.detecting.model import Box
from compliance.reading.errors import BadText
from compliance.reading.limits import EXTRACTING, SEEING
from compliance.reading.numbers import box_of, number_of
from compliance.reading.pieces import ExtractedText, TextPiece
from compliance.reading.seen import PER_MILLE, Seen
from compliance.rendering.limits import RenderLimits
from compliance.rendering.pool import Pooled
from watermark.errors import RenderCrashed, SourceTooLarge

EXTRACTOR, LOOKER = "compliance.reading.extractor", "compliance.reading.looker"  # named, not imported


@dataclass(frozen=True)
class Extracted:
    """Of a document: its text, and the pages on which pictures may say more."""

    text: ExtractedText
    pictured: tuple[int, ...]


@dataclass(frozen=True)
class Sight:
    """Of one picture, with boxes in thousandths; `same` when it shows what the one before did."""

    pieces: tuple[TextPiece, ...] = ()
    seen: tuple[Seen, ...] = ()
    same: bool = False


class Extractor(Pooled):
    """Documents, and comparisons of pages, each in turn in a process of its own."""

    def __init__(self, *, processes: int = 1, limits: RenderLimits = EXTRACTING) -> None:
        super().__init__(EXTRACTOR, processes, limits)

    async def text(self, source: AsyncIterable[bytes], *, size_bytes: int, media_type: str, filename: str) -> Extracted:
        """Waits for a process as long as it takes. Raises NotReadable, TextDamaged, SourceTooLarge, WatermarkError."""
        if size_bytes > self._limits.source_max_bytes:
            raise SourceTooLarge(size_bytes=size_bytes, limit_bytes=self._limits.source_max_bytes)
        request = {"op": "text", "media_type": media_type, "filename": filename[-64:]}
        async with self._pool.child(wait_s=None) as child:
            header, payload = await child.call_streaming(request, source, size_bytes)
        try:
            return Extracted(ExtractedText.from_json(payload), tuple(number_of(each) for each in header["pictured"]))
        except (BadText, KeyError, TypeError) as error:
            raise RenderCrashed from error

    async def changes(self, before_jpeg: bytes, after_jpeg: bytes) -> tuple[Box, ...]:
        """Where two pages differ. Raises RenderBusy when no process came free in time, WatermarkError."""
        async with self._pool.child(wait_s=self._limits.queue_timeout_s) as child:
            request = {"op": "changes", "before_bytes": len(before_jpeg)}
            header, _ = await child.call(request, before_jpeg + after_jpeg)
        try:
            return tuple(box_of(each) for each in header["boxes"])
        except (BadText, KeyError, TypeError, ValueError) as error:
            raise RenderCrashed from error


class Looker(Pooled):
    """One process, one picture at a time: it takes 1 GiB."""

    def __init__(self, *, limits: RenderLimits = SEEING) -> None:
        super().__init__(LOOKER, 1, limits)

    async def look(
        self, picture: bytes, *, page: int | None = None, start_ms: int | None = None, again: bool = False
    ) -> Sight:
        """What a JPEG or PNG of our own making shows; with `again`, only if it is another than the last one."""
        request = {"op": "look", "faces": True, "pairs": True, "again": again}
        async with self._pool.child(wait_s=None) as child:
            header, payload = await child.call(request, picture)
        try:
            return Sight(same=True) if header["same"] else _sight(json.loads(payload), page, start_ms)
        except (BadText, KeyError, TypeError, ValueError) as error:
            raise RenderCrashed from error

    async def words(self, picture: bytes) -> tuple[str, ...]:
        """The lines of text alone."""
        async with self._pool.child(wait_s=None) as child:
            _, payload = await child.call({"op": "look"}, picture)
        try:
            return tuple(_text(text) for text, _, _ in json.loads(payload)["lines"])
        except (BadText, KeyError, TypeError, ValueError) as error:
            raise RenderCrashed from error


def _sight(said: dict[str, Any], page: int | None, start_ms: int | None) -> Sight:
    pieces = tuple(
        TextPiece(text=_text(text), page=page, box=box_of(box), start_ms=start_ms, source="ocr")
        for text, box, _ in said["lines"]
    )
    kinds = [("face", *each) for each in said["faces"]] + [("pair", *each) for each in said["pairs"]]
    rows = [{"kind": kind, "box": box, "score": round(score * PER_MILLE)} for kind, box, score in kinds]
    where = {name: value for name, value in (("page", page), ("start_ms", start_ms)) if value is not None}
    return Sight(pieces, tuple(Seen.of_row({**row, **where}) for row in rows))


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise BadText
    return found
