"""Videos: their captions, and the frames that are looked at, taken by ffmpeg in a process that sees nothing else.

Promises: at most FRAMES_MAX key frames, spread over the whole film, each with its moment, and the captions that the
file carries; or a `WatermarkError` that says why not. However it ends, the process is ended and the folder is gone.
Leaves looking to `processes`. Words that are shown only between two key frames, or shorter than the distance of the
frames that were taken, are missed: the figures stand in docs/decisions.
"""

import asyncio
import json
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterable
from dataclasses import dataclass, replace
from pathlib import Path

from compliance.reading.documents.subtitles import read_subtitles
from compliance.reading.documents.taken import Taken
from compliance.reading.errors import TextDamaged
from compliance.reading.pieces import TextPiece
from compliance.rendering.limits import MIB
from compliance.rendering.origin import IMPORT_ROOT
from compliance.scratch import end_group, temporary_folder, write_source
from watermark.errors import RenderCrashed, RenderTimeout, SourceTooLarge, error_of

FRAMES_MAX = 120
FRAME_MAX_BYTES = 8 * MIB
CAPTIONS_MAX_BYTES = 16 * MIB
ANSWER_MAX_BYTES = 64 << 10
FOLDER_PREFIX = "sealshare-film-"
_FRAME = re.compile(r"^frame-(\d{1,12})\.jpg$")


@dataclass(frozen=True)
class FilmLimits:
    """Bounds on a film and on taking frames out of it."""

    source_max_bytes: int = 2048 * MIB
    memory_max_bytes: int = 2048 * MIB  # address space of one process
    timeout_s: float = 300


@dataclass(frozen=True)
class Frames:
    """Moments in milliseconds with their JPEGs, and captions; `complete` is False when there is more."""

    frames: tuple[tuple[int, bytes], ...]
    captions: tuple[TextPiece, ...]
    complete: bool = True


def is_film(media_type: str) -> bool:
    """Whether it has moments instead of pages."""
    return media_type.startswith("video/")


class Film:
    """One film at a time."""

    def __init__(self, limits: FilmLimits | None = None, folder: Path | None = None) -> None:
        self._limits, self._folder, self._turn = limits or FilmLimits(), folder, asyncio.Semaphore(1)

    async def frames(self, source: AsyncIterable[bytes], *, size_bytes: int) -> Frames:
        """Raises SourceTooLarge, TextDamaged, RenderTimeout, RenderCrashed; SourceIncomplete when it broke off."""
        if size_bytes > self._limits.source_max_bytes:
            raise SourceTooLarge(size_bytes=size_bytes, limit_bytes=self._limits.source_max_bytes)
        async with self._turn, temporary_folder(FOLDER_PREFIX, self._folder) as folder:
            await write_source(folder / "source", source, size_bytes)
            complete = await self._run(folder)
            found = await asyncio.to_thread(_taken, folder)
        return replace(found, complete=found.complete and complete)

    async def _run(self, folder: Path) -> bool:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-s", "-B", "-P", "-m", "compliance.reading.filming", "--folder", str(folder)),
            *("--memory-max-bytes", str(self._limits.memory_max_bytes), "--cpu-s", str(round(self._limits.timeout_s))),
            *("--frames-max", str(FRAMES_MAX)),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd="/",
            env={"PYTHONPATH": IMPORT_ROOT},
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._limits.timeout_s):
                return await _answer(process)
        except TimeoutError as error:
            raise RenderTimeout(limit_s=round(self._limits.timeout_s)) from error
        finally:
            await end_group(process)


async def _answer(process: Process) -> bool:
    """Whether all was taken, as the one line says. Nonsense is a crash: the process is not trusted."""
    if process.stdout is None:
        raise RenderCrashed
    said = await process.stdout.read(ANSWER_MAX_BYTES)
    await process.wait()
    try:
        answer = json.loads(said)
        if "error" in answer:
            raise TextDamaged(cause="film") if answer["error"] == TextDamaged.slug else error_of(answer["error"], {})
        return answer["complete"] is True
    except (ValueError, KeyError, TypeError) as error:
        raise RenderCrashed from error


def _taken(folder: Path) -> Frames:
    """What lies in the folder, within bounds."""
    named = sorted((int(found.group(1)), path) for path in folder.glob("out/*") if (found := _FRAME.match(path.name)))
    frames = tuple((at, path.read_bytes()) for at, path in named[:FRAMES_MAX] if path.stat().st_size <= FRAME_MAX_BYTES)
    captions = Taken()
    for path in sorted(folder.glob("out/*.vtt")):
        if path.stat().st_size <= CAPTIONS_MAX_BYTES:
            read_subtitles(path.read_bytes(), captions)
    complete = captions.complete and len(frames) == len(named)
    return Frames(frames, tuple(captions.pieces), complete)
