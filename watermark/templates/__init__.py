"""PDFs prepared once and spliced for each viewer: the length, the cross-references and the ranges stay the template's.

    from watermark import templates
    from watermark.templates import preparing          # loads pikepdf: not in the server

    # once, in a confined process: raises WatermarkError, MemoryError
    prepared = preparing.prepare_into(source, write, level=Level.SHARED, title="…", pages_max=1000)
        # write(piece: bytes) gets the template in order; prepared.slot_map, prepared.findings
    template, slot_map = preparing.prepare(source, level=Level.INTERLEAVED)     # the same, in memory

    stored = slot_map.to_bytes();  slot_map = SlotMap.from_bytes(stored)        # raises BadSlotMap

    # once a visit; pure and quick (milliseconds): no document is opened, no secret is needed but what made `hidden`
    copy = templates.patches(slot_map, stamp, look, file_id=sixteen_bytes, hidden=pixels_or_none)
    copy.etag                                    # of (template, every byte that differs)
    copy.size_bytes                              # the template's

    # for each piece of the template that passes by, whatever range it belongs to
    templates.apply(copy, offset, chunk) -> bytes
    templates.spliced(copy, start, chunks) -> Iterator[bytes]

`hidden` is a grey picture, slot_map.hidden_width_px × slot_map.hidden_height_px, a byte a pixel, the upper left of
the page first; the page is multiplied with it, so 255 changes nothing. Keep the stamp's time that of the visit: another
time is another copy, with another ETag.

Each module says what it promises: `slots` (the map), `preparing`, `cleaning`, `placing`, `forms`, `interleaving` (the
template); `marks`, `outlines`, `patching` and `copies`
(the viewer's bytes); `stored`, `markers`, `scanning` (arithmetic).
"""

from watermark.templates.copies import Patch, Patches, apply, spliced
from watermark.templates.errors import BadPatch, BadSlotMap
from watermark.templates.patching import patches
from watermark.templates.slots import Box, Level, Slot, SlotKind, SlotMap

__all__ = [
    "BadPatch",
    "BadSlotMap",
    "Box",
    "Level",
    "Patch",
    "Patches",
    "Slot",
    "SlotKind",
    "SlotMap",
    "apply",
    "patches",
    "spliced",
]
