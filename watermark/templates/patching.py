"""One viewer's bytes for a template, and laying them over any range of it.

Promises: `patches` makes the bytes of every slot and its checksum, and nothing else; `apply` changes exactly those
bytes of whatever piece of the template passes through, so that ranges put together are the whole, and the length is
the template's. Same arguments, same bytes. Leaves reading the template, and naming the viewer, to the caller.
"""

import hashlib
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from watermark.look import STANDARD, Look
from watermark.stamp import Stamp
from watermark.templates import marks, stored
from watermark.templates.errors import BadPatch
from watermark.templates.slots import FILE_ID_BYTES, Slot, SlotKind, SlotMap

WHITE = 0xFF  # multiplied with white, a page stays as it is
ETAG_BYTES = 16


class Patch(NamedTuple):  # a copy has hundreds, and a tuple is made in a fraction of the time
    """Bytes that stand at `offset` instead of the template's."""

    offset: int
    data: bytes


@dataclass(frozen=True)
class Patches:
    """All of one copy, in the order of their offsets, none reaching into the next."""

    template_id: str
    size_bytes: int
    pieces: tuple[Patch, ...]

    @cached_property
    def etag(self) -> str:
        """A strong entity tag's inside: made of the template's id and every byte that differs from it."""
        digests: dict[int, bytes] = {}  # many patches share one object: the same line on every page
        whole = hashlib.sha256(self.template_id.encode())
        for each in self.pieces:
            if id(each.data) not in digests:
                digests[id(each.data)] = hashlib.sha256(each.data).digest()
            whole.update(each.offset.to_bytes(8, "big") + digests[id(each.data)])
        return whole.hexdigest()[: 2 * ETAG_BYTES]

    @cached_property
    def _offsets(self) -> list[int]:
        return [each.offset for each in self.pieces]

    def within(self, start: int, stop: int) -> Iterator[Patch]:
        """Those that touch the bytes from `start` up to, not including, `stop`."""
        for number in range(max(0, bisect_right(self._offsets, start) - 1), len(self.pieces)):
            each = self.pieces[number]
            if each.offset >= stop:
                return
            if each.offset + len(each.data) > start:
                yield each

    def over(self, at: int, piece: bytes) -> bytes:
        """As `apply`."""
        return apply(self, at, piece)

    def untouched(self, at: int, size_max_bytes: int) -> int:
        """How many bytes from `at` on are the template's own, looking no further than `size_max_bytes`."""
        following = next(self.within(at, at + size_max_bytes), None)
        return size_max_bytes if following is None else max(0, following.offset - at)


def patches(
    slot_map: SlotMap, stamp: Stamp, look: Look = STANDARD, *, file_id: bytes, hidden: bytes | None = None
) -> Patches:
    """What makes the template this viewer's copy.

    `file_id` (16 bytes) becomes both halves of /ID. `hidden` are the grey pixels of the hidden mark,
    slot_map.hidden_width_px × hidden_height_px, top row first; without them the page is multiplied with white.
    Raises BadPatch when one of the two has another size.
    """
    content = _Content(slot_map, stamp, look, _checked_id(file_id), _checked_pixels(slot_map, hidden))
    found = [piece for slot in slot_map.slots for piece in _of_slot(slot, content.of(slot))]
    return Patches(slot_map.template_id, slot_map.size_bytes, tuple(sorted(found, key=lambda each: each.offset)))


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


class _Content:
    """Makes the bytes of slots, those that are alike once."""

    def __init__(self, slot_map: SlotMap, stamp: Stamp, look: Look, file_id: bytes, hidden: bytes) -> None:
        self._map, self._stamp, self._look, self._file_id, self._hidden = slot_map, stamp, look, file_id, hidden
        self._lines = look.lines(stamp)
        self._made: dict[tuple[SlotKind, int, int], _Data] = {}

    def of(self, slot: Slot) -> "_Data":
        key = (slot.kind, slot.box, slot.capacity)
        if key not in self._made:
            self._made[key] = _Data.of(self._make(slot))
        return self._made[key]

    def _make(self, slot: Slot) -> bytes:
        box = self._map.boxes[slot.box]
        match slot.kind:
            case SlotKind.FILE_ID:
                return self._file_id.hex().encode()
            case SlotKind.LETTERS:
                return marks.letters(self._lines, slot.capacity)
            case SlotKind.FOOTER:
                return marks.footer(self._stamp.footer, slot.capacity)
            case SlotKind.COVER:
                return marks.cover(self._lines, self._stamp, self._look, box, slot.capacity)
            case SlotKind.PAGE:
                return marks.page_line(self._stamp.lines[0], box, slot.capacity)
            case SlotKind.HIDDEN:
                return self._hidden


@dataclass(frozen=True)
class _Data:
    """A slot's bytes, cut as deflate blocks are."""

    blocks: tuple[tuple[int, bytes], ...]
    adler: int

    @classmethod
    def of(cls, data: bytes) -> "_Data":
        blocks = tuple((stored.offset_in_stream(at), piece) for at, piece in stored.pieces(data))
        return cls(blocks, zlib.adler32(data))


def _of_slot(slot: Slot, data: _Data) -> Iterator[Patch]:
    for at, piece in data.blocks:
        yield Patch(slot.at + at, piece)
    if slot.sum_at:
        through_slot = stored.joined_sum(slot.before, data.adler, slot.capacity)
        whole = stored.joined_sum(through_slot, slot.after, slot.after_bytes)
        yield Patch(slot.sum_at, whole.to_bytes(stored.SUM_BYTES, "big"))


def _checked_id(file_id: bytes) -> bytes:
    if len(file_id) != FILE_ID_BYTES:
        raise BadPatch("a file id has 16 bytes")
    return file_id


def _checked_pixels(slot_map: SlotMap, hidden: bytes | None) -> bytes:
    size_bytes = slot_map.hidden_width_px * slot_map.hidden_height_px
    if hidden is None:
        return bytes([WHITE]) * size_bytes
    if len(hidden) != size_bytes:
        raise BadPatch(f"the hidden picture has {size_bytes} bytes")
    return hidden
