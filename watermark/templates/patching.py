"""One viewer's bytes for a template.

Promises: the bytes of every slot and its checksum, and nothing else. Same arguments, same bytes. Leaves laying them
over the template to `copies`, and naming the viewer to the caller.
"""

import zlib
from dataclasses import dataclass

from watermark.look import STANDARD, Look
from watermark.stamp import Stamp
from watermark.templates import marks, stored
from watermark.templates.copies import Patches
from watermark.templates.errors import BadPatch
from watermark.templates.slots import FILE_ID_BYTES, Slot, SlotKind, SlotMap

WHITE = 0xFF  # multiplied with white, a page stays as it is


def patches(
    slot_map: SlotMap, stamp: Stamp, look: Look = STANDARD, *, file_id: bytes, hidden: bytes | None = None
) -> Patches:
    """What makes the template this viewer's copy.

    `file_id` (16 bytes) becomes both halves of /ID. `hidden` are the grey pixels of the hidden mark,
    slot_map.hidden_width_px × hidden_height_px, top row first; without them the page is multiplied with white.
    Raises BadPatch when one of the two has another size.
    """
    content = _Content(slot_map, stamp, look, _checked_id(file_id), _checked_pixels(slot_map, hidden))
    offsets, data = list[int](), list[bytes]()
    for slot in slot_map.slots:  # a copy has hundreds of them, and their order is that of the file
        filling = content.of(slot)
        for at, piece in filling.blocks:
            offsets.append(slot.at + at)
            data.append(piece)
        if slot.sum_at:
            offsets.append(slot.sum_at)
            data.append(slot.around.sum_with(filling.adler).to_bytes(stored.SUM_BYTES, "big"))
    if sorted(offsets) != offsets:
        raise BadPatch("slots of a template stand in order")
    return Patches(slot_map.template_id, slot_map.size_bytes, tuple(offsets), tuple(data))


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
