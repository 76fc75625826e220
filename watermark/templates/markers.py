"""Finding the slots: each begins with a random marker, looked for while the file is written.

Promises: every marker is met exactly once, or the preparation fails; of the file, no more than the beginning of a
marker is kept. A marker is a PDF comment, so a template that nobody patched shows nothing. Leaves the streams around
the slots to `forms` and `interleaving`.
"""

import io
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from typing_extensions import Buffer

from watermark.errors import PdfDamaged
from watermark.templates import stored
from watermark.templates.slots import FILE_ID_BYTES, Slot, SlotKind

INDEX_DIGITS = 6
# What qpdf writes as the second half of /ID when asked for a static one: digits of pi.
SECOND_ID_HEX = b"31415926535897932384626433832795"


@dataclass(frozen=True)
class Wanted:
    """A slot before its place is known; `behind` are the bytes of its stream from the slot's end to the checksum."""

    kind: SlotKind
    capacity: int
    box: int = 0
    before: int = 1
    after: int = 1
    after_bytes: int = 0
    behind: int = 0
    pages: tuple[int, ...] = ()


class Markers:
    """The markers of one template."""

    def __init__(self) -> None:
        self.file_id = secrets.token_bytes(FILE_ID_BYTES)
        self.template_id = secrets.token_hex(16)
        self._wanted: list[Wanted] = []

    @property
    def prefix(self) -> bytes:
        """What the marker of a slot in a stream begins with; its number follows."""
        return b"%%%b" % self.template_id.encode()

    @property
    def identity(self) -> bytes:
        """What stands between the outer brackets of /ID."""
        return self.file_id.hex().encode() + b"><" + SECOND_ID_HEX

    def fresh(self, wanted: Wanted) -> bytes:
        """The unpatched data of a new slot: its marker, then spaces."""
        self._wanted.append(wanted)
        return (b"%b%0*x\n" % (self.prefix, INDEX_DIGITS, len(self._wanted) - 1)).ljust(wanted.capacity)

    def slots(self, scanner: "Scanner") -> tuple[Slot, ...]:
        """All slots in the order of their offsets. Raises PdfDamaged when the file does not hold each exactly once."""
        numbers = sorted(scanner.numbers.values())
        if numbers != list(range(len(self._wanted))) or len(scanner.identities) != 1:
            raise PdfDamaged
        first = next(iter(scanner.identities))
        halves = [Slot(SlotKind.FILE_ID, at, 2 * FILE_ID_BYTES) for at in (first, first + len(SECOND_ID_HEX) + 2)]
        found = [_slot(self._wanted[number], at) for at, number in scanner.numbers.items()]
        return tuple(sorted((*halves, *found), key=lambda each: each.at))


class Scanner(io.RawIOBase):
    """A file to write into: hands the bytes on and notes at which offsets markers passed by."""

    def __init__(self, markers: Markers, write: Callable[[bytes], object]) -> None:
        super().__init__()
        self._write, self._prefix, self._identity = write, markers.prefix, markers.identity
        self._tail = b""
        self._longest = max(len(self._prefix) + INDEX_DIGITS, len(self._identity))
        self.size_bytes = 0
        self.numbers: dict[int, int] = {}  # of each marker in a stream, by its offset
        self.identities: set[int] = set()

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, piece: Buffer, /) -> int:
        """As of io.RawIOBase; takes everything."""
        data = bytes(piece)
        across = self._tail + data[: self._longest - 1]
        self._look(across, self.size_bytes - len(self._tail))
        if len(data) >= self._longest:
            self._look(data, self.size_bytes)
        self._tail = (data if len(data) >= self._longest else self._tail + data)[1 - self._longest :]
        self.size_bytes += len(data)
        self._write(data)
        return len(data)

    def _look(self, data: bytes, offset: int) -> None:
        for at in _found(data, self._prefix):
            digits = data[at + len(self._prefix) :][:INDEX_DIGITS]
            if len(digits) == INDEX_DIGITS:
                self.numbers[offset + at] = int(digits, 16)
        self.identities.update(offset + at for at in _found(data, self._identity))


def _found(data: bytes, pattern: bytes) -> Iterator[int]:
    at = data.find(pattern)
    while at >= 0:
        yield at
        at = data.find(pattern, at + 1)


def _slot(wanted: Wanted, at: int) -> Slot:
    return Slot(
        wanted.kind,
        at,
        wanted.capacity,
        sum_at=at + stored.stream_tail_bytes(wanted.capacity) + wanted.behind,
        box=wanted.box,
        before=wanted.before,
        after=wanted.after,
        after_bytes=wanted.after_bytes,
        pages=wanted.pages,
    )
