"""Files looked at within the test process, for tests that are about something else: nothing to start or load anew.

The detectors are the real ones; what confining them is worth has its tests in tests/contract/scanning.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from compliance.detecting.worker import Session
from compliance.scanning.inspectors import Looked, Opening, Pieces, looked
from watermark.errors import WatermarkError


class InThisProcess:
    """An `Inspector`."""

    async def look(self, opening: Opening, pieces: Pieces, detectors: Sequence[str]) -> AsyncGenerator[Looked]:
        """Every detector's answer."""
        content = b"".join([piece async for piece in pieces(0, opening.size_bytes)]) if opening.size_bytes else b""
        for detector in detectors:
            yield await asyncio.to_thread(_answer, opening, content, detector)


def _answer(opening: Opening, content: bytes, detector: str) -> Looked:
    session = Session()
    opened = {
        "op": "open",
        "filename": opening.filename,
        "media_type": opening.media_type,
        "size_bytes": opening.size_bytes,
        "material_class": opening.material_class,
        "tail_bytes": 0,
    }
    try:
        session.handle(opened, content, lambda _: None)
        return looked(detector, session.handle({"op": "detect", "detector": detector}, b"", lambda _: None))
    except WatermarkError as error:
        return Looked(detector, cause=error.slug)
    except Exception:  # noqa: BLE001  # as a process of its own would answer
        return Looked(detector, cause=WatermarkError.slug)
