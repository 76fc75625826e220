"""One viewer's bytes for a template, laid over any range of it, and taken from one process to another.

Promises: exactly those bytes of whatever piece of the template passes through are changed, so that ranges put together
are the whole, and the length is the template's; `packed` and `unpacked` are each other's opposite, and data that many
places share crosses once. Leaves making the bytes to `patching`.
"""

import hashlib
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

ETAG_BYTES = 16
_HEAD = struct.Struct(">QIII")  # size of the template, bytes of its id, data, places
Data = bytes | memoryview


class Patch(NamedTuple):
    """Bytes that stand at `offset` instead of the template's."""

    offset: int
    data: Data


@dataclass(frozen=True)
class Patches:
    """All of one copy: what stands at each of `offsets`, which grow, none reaching into the next."""

    template_id: str
    size_bytes: int
    offsets: tuple[int, ...]
    data: tuple[Data, ...]

    @property
    def pieces(self) -> tuple[Patch, ...]:
        """The same, place by place."""
        return tuple(map(Patch, self.offsets, self.data))

    @cached_property
    def packed(self) -> bytes:
        """As bytes for a pipe: the same for equal ones."""
        numbers: dict[int, int] = {}
        data: list[Data] = []
        for each in self.data:
            if id(each) not in numbers:
                numbers[id(each)] = len(data)
                data.append(each)
        name, places = self.template_id.encode(), len(self.offsets)
        return b"".join((
            _HEAD.pack(self.size_bytes, len(name), len(data), places),
            name,
            struct.pack(f">{len(data)}I", *map(len, data)),
            struct.pack(f">{places}Q", *self.offsets),
            struct.pack(f">{places}I", *[numbers[id(each)] for each in self.data]),
            *data,
        ))  # fmt: skip

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """What was packed; its data are parts of these bytes. Raises ValueError, struct.error or IndexError else."""
        size_bytes, name_bytes, count, places = _HEAD.unpack_from(packed)
        at = _HEAD.size + name_bytes
        name = packed[_HEAD.size : at].decode()
        lengths = struct.unpack_from(f">{count}I", packed, at)
        at += 4 * count
        offsets = struct.unpack_from(f">{places}Q", packed, at)
        at += 8 * places
        numbers = struct.unpack_from(f">{places}I", packed, at)
        at += 4 * places
        whole, data = memoryview(packed), list[memoryview]()
        for length in lengths:
            data.append(whole[at : at + length])
            at += length
        if at != len(packed):
            raise ValueError("not as long as it says")
        made = cls(name, size_bytes, offsets, tuple([data[each] for each in numbers]))
        made.__dict__["packed"] = packed  # where a cached property keeps it
        return made

    @cached_property
    def etag(self) -> str:
        """A strong entity tag's inside: made of the template's id and every byte that differs from it."""
        return hashlib.sha256(self.packed).hexdigest()[: 2 * ETAG_BYTES]

    def within(self, start: int, stop: int) -> Iterator[Patch]:
        """Those that touch the bytes from `start` up to, not including, `stop`."""
        for number in range(max(0, bisect_right(self.offsets, start) - 1), len(self.offsets)):
            offset, data = self.offsets[number], self.data[number]
            if offset >= stop:
                return
            if offset + len(data) > start:
                yield Patch(offset, data)

    def over(self, at: int, piece: bytes) -> bytes:
        """As `apply`."""
        return apply(self, at, piece)

    def lay(self, at: int, load: memoryview) -> None:
        """The same, written into the template's bytes `load`, which begin at `at`."""
        stop = at + len(load)
        for each in self.within(at, stop):
            start, end = max(at, each.offset), min(stop, each.offset + len(each.data))
            load[start - at : end - at] = memoryview(each.data)[start - each.offset : end - each.offset]


def apply(copy: Patches, offset: int, chunk: bytes) -> bytes:
    """The copy's bytes for the template's `chunk` that begins at `offset`; the same object where nothing differs."""
    template, parts, done = memoryview(chunk), list[memoryview](), 0
    stop = offset + len(chunk)
    for each in copy.within(offset, stop):
        start, end = max(offset, each.offset), min(stop, each.offset + len(each.data))
        parts.append(template[done : start - offset])
        parts.append(memoryview(each.data)[start - each.offset : end - each.offset])
        done = end - offset
    return b"".join((*parts, template[done:])) if parts else chunk  # everything is copied once


def spliced(copy: Patches, start: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The copy's bytes for the template's from `start` on, in the pieces they come in."""
    for chunk in chunks:
        yield apply(copy, start, chunk)
        start += len(chunk)
