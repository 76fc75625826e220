"""What a program needs that reads files from a disk: a folder for one job, the source in it, and an end to it all.

Promises: the folder is for this user only and gone when its block ends; what a killed process left is cleared away by
the next job of its kind an hour later; a process is ended with everything that it started.
"""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from watermark.errors import SourceIncomplete

FORGOTTEN_AFTER_S = 3600
REAP_TIMEOUT_S = 10


@asynccontextmanager
async def temporary_folder(prefix: str, parent: Path | None) -> AsyncGenerator[Path]:
    """A new folder below `parent`, or the machine's own for temporary files. Raises OSError."""
    folder = await asyncio.to_thread(_made_folder, prefix, parent)
    try:
        yield folder
    finally:
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))


async def write_source(path: Path, source: AsyncIterable[bytes], size_bytes: int) -> None:
    """Makes the file of exactly so many bytes. Raises SourceIncomplete, OSError."""
    written = 0
    with await asyncio.to_thread(path.open, "xb") as file:
        async for piece in source:
            written += len(piece)
            if written > size_bytes:
                break
            await asyncio.to_thread(file.write, piece)
    if written != size_bytes:
        raise SourceIncomplete(size_bytes=size_bytes)


async def end_group(process: Process) -> None:
    """Ends the whole group, whoever of it is left, and waits until the system has forgotten the first of it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(REAP_TIMEOUT_S):
            await process.wait()


def _made_folder(prefix: str, parent: Path | None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent)).resolve()
    for other in folder.parent.glob(f"{prefix}*"):
        with suppress(OSError):
            if time.time() - other.stat().st_mtime > FORGOTTEN_AFTER_S:
                shutil.rmtree(other, ignore_errors=True)
    return folder
