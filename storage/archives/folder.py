"""A folder on another disk: a share of the auditor's, or a medium that writes once."""

import asyncio
import errno
import os
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from storage.archives.model import DAY, NOTE_BYTES_MAX, Kept, name_of, size_of
from storage.errors import StoreRefused, StoreUnavailable

MODE = 0o444

Result = TypeVar("Result")


class FolderArchive:
    """Files that are written once and never opened for writing again.

    The folder itself must exist, on a file system with hard links: they are what never takes a name that is taken.
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    async def newest(self) -> Kept | None:
        """As Archive. Raises StoreUnavailable, StoreRefused."""
        return await asyncio.to_thread(_explained, self._newest)

    async def keep(self, size: int, made_at: datetime, note: bytes) -> None:
        """As Archive. Raises StoreUnavailable, StoreRefused."""
        await asyncio.to_thread(_explained, lambda: self._keep(size, made_at, note))

    def _newest(self) -> Kept | None:
        days = sorted(each.name for each in self._folder.iterdir() if DAY.fullmatch(each.name))
        for day in reversed(days):
            sizes = [size for each in (self._folder / day).iterdir() if (size := size_of(each.name)) is not None]
            if sizes:
                with (self._folder / day / f"{max(sizes):020d}.checkpoint").open("rb") as file:
                    return Kept(max(sizes), file.read(NOTE_BYTES_MAX))
        return None

    def _keep(self, size: int, made_at: datetime, note: bytes) -> None:
        day, name = name_of(size, made_at)
        folder = self._folder / day
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            _sync(self._folder)
        temporary = folder / f".{secrets.token_hex(8)}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(note)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(temporary, folder / name)  # never takes the place of what is there
            except FileExistsError:
                return
        finally:
            temporary.unlink()
        _sync(folder)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _explained(work: Callable[[], Result]) -> Result:
    """What the system says, as one of ours."""
    try:
        return work()
    except (PermissionError, FileNotFoundError, NotADirectoryError) as error:
        raise StoreRefused(operation="checkpoint folder", code=type(error).__name__) from error
    except OSError as error:
        detail = errno.errorcode.get(error.errno or 0, type(error).__name__)
        raise StoreUnavailable(store="folder", operation="checkpoint folder", detail=detail) from error
