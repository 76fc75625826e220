"""A document as a file that only exists in memory, for a process whose library reads files faster than streams.

Promises: the parent alone makes it longer, for a confined process may not (RLIMIT_FSIZE), so what it holds is what one
job was given; nothing of it is left once it is emptied, whoever still has it open. Leaves who reads it, and for how
long, to `child`. See memfd_create(2).
"""

import os
from collections.abc import AsyncIterable

from watermark.errors import SourceIncomplete


class SourceFile:
    """Of one process, which inherits the descriptor `given`, good for reading; empty until it is filled."""

    def __init__(self) -> None:
        self._file = os.memfd_create("source")
        # One of its own: descriptors that are copies of each other share their place in the file.
        self.given = os.open(f"/proc/self/fd/{self._file}", os.O_RDONLY | os.O_CLOEXEC)

    @staticmethod
    def available() -> bool:
        """Whether this system has such files (Linux)."""
        return hasattr(os, "memfd_create")

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
