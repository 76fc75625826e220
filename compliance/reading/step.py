"""The step of a scan that reads a version, and has what it says looked at, page by page as it is read.

Promises: a page's findings are told before the next page is read; a page that nobody could look at is a finding, and so
is text that was cut. What detectors raise becomes a hard finding of theirs. Leaves the order of steps to the scanner.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing

import structlog

from compliance.access.model import MaterialClass
from compliance.detecting import Found, Place
from compliance.reading.detectors import (
    FacesBesideText,
    PersonalData,
    PicturePairs,
    TextDetector,
    people,
    personal,
    side_by_side,
)
from compliance.reading.errors import NotReadable
from compliance.reading.pieces import ExtractedText
from compliance.reading.reader import OCR_OFF, Reader
from compliance.scanning.case import Case

Maker = Callable[[Case], Awaitable[TextDetector]]
Ask = Callable[[TextDetector], list[Found]]
NAME = "text"
NOT_READ, NOT_LOOKED_AT, CUT = "page-not-read", "pages-not-looked-at", "text-cut"
DRAWN = "drawing-not-read"
RULES = personal.RULES | {people.RULE, side_by_side.RULE, NOT_READ, NOT_LOOKED_AT, CUT, DRAWN, NotReadable.slug}

log = structlog.get_logger(__name__)


class Reading:
    """`makers` make further detectors for each case: they may depend on what was declared."""

    name = NAME

    def __init__(self, reader: Reader, makers: Sequence[Maker] = ()) -> None:
        self._reader, self._makers = reader, makers

    async def look(self, case: Case) -> Mapping[str, str]:
        """As `Step` says."""
        version = self._reader.version(public=_public(case))
        detectors: list[TextDetector] = [
            PersonalData(),
            FacesBesideText(),
            PicturePairs(),
            *[await make(case) for make in self._makers],
        ]
        try:
            text = await self._pages(case, detectors)
        except NotReadable as error:
            await case.add([_found(NotReadable.slug, params=dict(error.params))])
            return {NAME: version}
        if text.unlooked:
            await case.add([_found(NOT_LOOKED_AT, {"pages": text.unlooked})], waived=OCR_OFF)
        if text.drawn:
            await case.add([_found(DRAWN)])
        if not text.complete:
            await case.add([Found(detector=NAME, rule=CUT, severity="block", hard=True)])
        for unit in range(text.page_count + 1, len(text.units) + 1):
            await self._ask(case, detectors, _of_unit(text, unit))
        await self._ask(case, detectors, lambda each: list(each.of_whole(text)))
        return {NAME: version, **{each.name: each.version for each in detectors}}

    async def _pages(self, case: Case, detectors: Sequence[TextDetector]) -> ExtractedText:
        """The whole, after each page was asked about."""
        async with aclosing(self._reader.read(case.version, public=_public(case))) as parts:
            async for part in parts:
                if isinstance(part, ExtractedText):
                    return part
                if part.cause not in {"", OCR_OFF}:
                    place = Place(page=part.page, start_ms=_start_ms(part.text))
                    params = {"cause": part.cause}
                    await case.add([Found(detector=NAME, rule=NOT_READ, severity="block", place=place, params=params)])
                if part.page is not None:
                    await self._ask(case, detectors, _of_unit(part.text, part.page))
                await case.progress(NAME, done=part.done, total=part.total)
        raise AssertionError("a reading ends with the whole text")

    async def _ask(self, case: Case, detectors: Sequence[TextDetector], ask: Ask) -> None:
        """Off the event loop: matching takes a processor."""
        for detector in detectors:
            try:
                found = await asyncio.to_thread(ask, detector)
            except Exception:
                log.exception("a detector of text failed", detector=detector.name, version=str(case.version.id))
                await case.fail(detector.name, "error")
            else:
                await case.add(found)


def _public(case: Case) -> bool:
    return case.material.material_class == MaterialClass.PUBLIC_AD


def _of_unit(text: ExtractedText, unit: int) -> Ask:
    return lambda detector: list(detector.of_unit(text, unit))


def _start_ms(text: ExtractedText) -> int | None:
    return next((each.start_ms for each in text.pieces if each.start_ms is not None), None)


def _found(rule: str, params: Mapping[str, str | int] | None = None) -> Found:
    return Found(detector=NAME, rule=rule, severity="review", params=params or {})
