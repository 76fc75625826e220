"""A document as a file that only exists in memory, for a process whose library reads files faster than streams.

Promises: the parent alone makes it longer, for a confined process may not (RLIMIT_FSIZE), so what it holds is what one
job was given; nothing of it is left once it is emptied, whoever still has it open, for nobody can seal it. Leaves who
reads it, and for how long, to `child`. See memfd_create(2).
"""

import errno
import fcntl
import os
import sys
from collections.abc import AsyncIterable
from typing import Self

from watermark.errors import SourceIncomplete

_NEVER_RUN = getattr(os, "MFD_NOEXEC_SEAL", 0)  # systems may refuse files in memory that could be run


class SourceFile:
    """Of one process, which inherits the descriptor `given`, good for reading; empty until it is filled."""

    def __init__(self) -> None:
        """Raises OSError where the system has no such files, or gives this process none."""
        self._file = _in_memory()
        try:
            # One of its own: descriptors that are copies of each other share their place in the file.
            self.given = os.open(f"/proc/self/fd/{self._file}", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            os.close(self._file)
            raise

    @classmethod
    def if_any(cls) -> Self | None:
        """One, or None where there are none: then documents go through the pipe."""
        try:
            return cls()
        except OSError:
            return None

    async def fill(self, source: AsyncIterable[bytes], size_bytes: int) -> None:
        """Holds what `source` gives, and nothing else. Raises SourceIncomplete unless that has `size_bytes`."""
        self.empty()
        filled_bytes = 0
        async for piece in source:
            if filled_bytes + len(piece) > size_bytes:
                raise SourceIncomplete(size_bytes=size_bytes)
            self._write(piece, filled_bytes)
            filled_bytes += len(piece)
        if filled_bytes < size_bytes:
            raise SourceIncomplete(size_bytes=size_bytes)

    def empty(self) -> None:
        """Gives the memory back."""
        if self._file >= 0:
            os.ftruncate(self._file, 0)

    def close(self) -> None:
        """The same, for good."""
        self.empty()
        if self._file >= 0:
            os.close(self._file)
            os.close(self.given)
            self._file = self.given = -1

    def _write(self, piece: bytes, at: int) -> None:
        rest = memoryview(piece)
        while rest:
            written_bytes = os.pwrite(self._file, rest, at)
            rest, at = rest[written_bytes:], at + written_bytes


def _in_memory() -> int:
    """A new one that nobody can seal, as whoever has it open could where the system makes it one that is never run."""
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, "no files in memory")
    file = os.memfd_create("source", os.MFD_CLOEXEC | _NEVER_RUN)
    try:
        if not fcntl.fcntl(file, fcntl.F_GET_SEALS) & fcntl.F_SEAL_SEAL:
            fcntl.fcntl(file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SEAL)
    except OSError:
        os.close(file)
        raise
    return file
