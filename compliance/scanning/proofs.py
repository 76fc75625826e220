"""Files of evidence looked at as versions are: by the virus scanner, and by the detectors of files.

Promises: a file is clean only when everybody who was asked came to a result and none found anything hard; nobody may
read it, and it proves nothing, before. Leaves when to look to the job queue, and pages and text to people: evidence is
no advertisement.
"""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from compliance.detecting.registry import OF_FILES
from compliance.scanning.case import CUT, FAILED
from compliance.scanning.inspectors import Inspector, Opening
from compliance.scanning.malware import FOUND, NOT_SCANNED, Malware
from storage.objects import ObjectStore
from storage.rows.declarations import EvidenceRow, ScanState


@dataclass(frozen=True)
class Outcome:
    """What a look came to; `rule` says why it is not clean."""

    state: ScanState
    rule: str = ""


class ProofScanner:
    """Keeps nothing."""

    def __init__(self, objects: ObjectStore, malware: Malware, inspector: Inspector) -> None:
        self._objects, self._malware, self._inspector = objects, malware, inspector

    async def look(self, row: EvidenceRow) -> Outcome:
        """What the file is. Raises StorageError, SourceIncomplete or RenderBusy: it has to be tried again."""
        verdict = await self._malware.verdict(row.object_key, row.size_bytes)
        if verdict.signature:
            return Outcome("refused", FOUND)
        refused = await self._refused(row)
        if refused:
            return Outcome("refused", refused)
        if verdict.cause and self._malware.required:
            return Outcome("not_scanned", NOT_SCANNED)
        return Outcome("clean")

    async def _refused(self, row: EvidenceRow) -> str:
        """The first rule that speaks against it; empty: none."""
        opening = Opening(filename=row.filename, media_type=row.media_type, size_bytes=row.size_bytes)

        async def pieces(start: int, stop: int) -> AsyncIterator[bytes]:
            async with aclosing(self._objects.read(row.object_key, start=start, stop=stop)) as source:
                async for piece in source:
                    yield piece

        async with aclosing(self._inspector.look(opening, pieces, tuple(OF_FILES))) as answers:
            async for answer in answers:
                hard = [each.rule for each in answer.found if each.hard]
                if answer.cause or answer.cut or hard:
                    return FAILED if answer.cause else hard[0] if hard else CUT
        return ""
