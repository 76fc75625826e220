"""Detectors at work on a file, in confined processes that they may break.

Promises: every detector that was asked for answers once: with what it found, or with why it came to no result (a slug
of `watermark.errors`); a process that dies under one detector is replaced before the next. The file is streamed into
the process and never stored; of one larger than `whole_max_bytes` its first and last bytes go.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import Protocol

from compliance.detecting import Found
from compliance.rendering import RenderLimits
from compliance.rendering.child import RenderChild, Reply
from compliance.rendering.limits import MIB
from compliance.rendering.pool import Pooled
from watermark.errors import RenderBusy, RenderCrashed, SourceIncomplete, WatermarkError
from watermark.framing import NONSENSE

INSPECTING = "compliance.detecting.worker"  # named, not imported: the worker need not load what detectors load
WHOLE_MAX_BYTES = 256 * MIB
END_BYTES = 4 * MIB  # of either end of a file that is larger
LIMITS = RenderLimits(
    source_max_bytes=WHOLE_MAX_BYTES,
    memory_max_bytes=1536 * MIB,
    page_timeout_s=30,  # one detector on one file
    job_timeout_s=120,
    jobs_per_process_max=500,
)

Pieces = Callable[[int, int], AsyncIterable[bytes]]  # the bytes from start to stop, as they come


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What a process is told of a file, beside its bytes."""

    filename: str
    media_type: str
    size_bytes: int
    material_class: str = ""


@dataclass(frozen=True)
class Looked:
    """One detector's answer. `cause` says why there is none; `cut` that there was more to find."""

    detector: str
    version: str = ""
    found: tuple[Found, ...] = ()
    cut: bool = False
    cause: str = ""


class Inspector(Protocol):
    """Looks at files. What the product uses are processes (`Inspectors`)."""

    def look(self, opening: Opening, pieces: Pieces, detectors: Sequence[str], /) -> AsyncGenerator[Looked]:
        """Every detector's answer, in order. Close it (`aclosing`). Raises SourceIncomplete, RenderBusy."""


class Inspectors(Pooled):
    """A few processes that start when first needed."""

    def __init__(self, *, processes: int = 1, limits: RenderLimits = LIMITS) -> None:
        super().__init__(INSPECTING, processes, limits)

    async def look(self, opening: Opening, pieces: Pieces, detectors: Sequence[str]) -> AsyncGenerator[Looked]:
        """As `Inspector` says; waits for a process as long as it takes."""
        waiting = list(detectors)
        while waiting:
            async with self._pool.child(wait_s=None) as child:
                try:
                    await self._open(child, opening, pieces)
                except (SourceIncomplete, RenderBusy):
                    raise
                except WatermarkError as error:
                    yield Looked(waiting.pop(0), cause=error.slug)
                    continue
                while waiting and child.usable:
                    yield await _asked(child, waiting.pop(0))
                if child.usable:
                    await child.call({"op": "close"})

    async def _open(self, child: RenderChild, opening: Opening, pieces: Pieces) -> None:
        size, tail_bytes = opening.size_bytes, 0
        if size <= self._limits.source_max_bytes:
            source = _joined(pieces, [(0, size)])
        else:
            tail_bytes = END_BYTES
            source = _joined(pieces, [(0, END_BYTES), (size - END_BYTES, size)])
            size = 2 * END_BYTES
        async with aclosing(source):
            await child.call_streaming({"op": "open", "tail_bytes": tail_bytes, **asdict(opening)}, source, size)


async def _asked(child: RenderChild, detector: str) -> Looked:
    try:
        return looked(detector, await child.call({"op": "detect", "detector": detector}))
    except WatermarkError as error:
        return Looked(detector, cause=error.slug)


def looked(detector: str, reply: Reply) -> Looked:
    """What the process said. Nonsense is a crash: it is not trusted."""
    header, payload = reply
    try:
        found = tuple(Found.of_row(each) for each in json.loads(payload))
        return Looked(detector, str(header["version"]), found, cut=bool(header["cut"]))
    except NONSENSE as error:
        raise RenderCrashed from error


async def _joined(pieces: Pieces, spans: Sequence[tuple[int, int]]) -> AsyncGenerator[bytes]:
    for start, stop in spans:
        if start < stop:
            async for piece in pieces(start, stop):
                yield piece
