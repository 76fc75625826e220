"""A mark inside each page's own content stream, so that no single object can be taken out.

    deflate(content before) · full flush · stored block (slot) · deflate(content behind) · Adler-32 of all three

Promises: every page has such a slot. Content is decoded within DECODED_PAGE_MAX_BYTES and DECODED_TOTAL_MAX_BYTES,
plain or Flate; where that is not enough, or the content can not be read safely, the slot is a stream of its own
behind the page's. Leaves the tiled mark, which is there too, to `forms`.
"""

import zlib
from collections.abc import Sequence
from dataclasses import replace

import pikepdf
from pikepdf import Name, Pdf, Stream

from watermark.templates import stored
from watermark.templates.forms import QUARANTINE, Frames, contents, flate, numbers
from watermark.templates.markers import Markers, Wanted
from watermark.templates.placing import Matrix, Shown, matrix
from watermark.templates.scanning import inverse, product, split
from watermark.templates.slots import SlotKind

PAGE_CAPACITY = 6144
DECODED_PAGE_MAX_BYTES = 8 * 1024 * 1024
DECODED_TOTAL_MAX_BYTES = 64 * 1024 * 1024
PACKED_LEVEL = 6
RAW_DEFLATE = -15
ZLIB_HEAD = b"\x78\x9c"
_FLATE = (Name.FlateDecode, Name("/Fl"))


def interleave(pdf: Pdf, frames: Frames, markers: Markers, shown: Sequence[Shown], box_of: Sequence[int]) -> None:
    """Give each page its slot, and the frame of its shape."""
    left_bytes = DECODED_TOTAL_MAX_BYTES
    for number, (page, place, box) in enumerate(zip(pdf.pages, shown, box_of, strict=True), 1):
        own = contents(page)
        content = _decoded(own, min(left_bytes, DECODED_PAGE_MAX_BYTES))
        left_bytes -= len(content or b"")
        wanted = Wanted(SlotKind.PAGE, PAGE_CAPACITY, box, pages=(number,))
        state = frames.name_difference(page)
        made = _Page(pdf, markers, wanted, state, matrix(place, frames.boxes[box]))
        streams = [*own, made.apart()] if content is None else [made.woven(content)]
        frames.lay_over(page, place, box, streams)


class _Page:
    """Makes the stream that holds the slot of one page."""

    def __init__(self, pdf: Pdf, markers: Markers, wanted: Wanted, state: bytes, over_page: Matrix) -> None:
        self._pdf, self._markers, self._wanted, self._state, self._over_page = pdf, markers, wanted, state, over_page

    def woven(self, content: bytes) -> Stream:
        """The page's content with the mark in it."""
        found = split(content)
        if found is None:
            return self.apart(content)
        over_page = product(self._over_page, inverse(found.current))
        return self._stream(content[: found.at] + b"\nq ", over_page, b"Q\n" + content[found.at :])

    def apart(self, before: bytes = b"") -> Stream:
        """The mark outside of whatever states the page left behind, which are as they were afterwards."""
        return self._stream(before + b"\n" + b"Q " * QUARANTINE + b"q ", self._over_page, b"Q " + b"q " * QUARANTINE)

    def _stream(self, before: bytes, over_page: Matrix, behind: bytes) -> Stream:
        before += b"%b cm %b gs\n" % (numbers(*over_page), self._state)
        behind = b"\n" + behind
        first = zlib.compressobj(PACKED_LEVEL, zlib.DEFLATED, RAW_DEFLATE)
        second = zlib.compressobj(PACKED_LEVEL, zlib.DEFLATED, RAW_DEFLATE)
        head = first.compress(before) + first.flush(zlib.Z_FULL_FLUSH)
        tail = second.compress(behind) + second.flush()
        wanted = replace(
            self._wanted,
            before=zlib.adler32(before),
            after=zlib.adler32(behind),
            after_bytes=len(behind),
            behind=len(tail),
        )
        data = self._markers.fresh(wanted)
        whole = zlib.adler32(behind, zlib.adler32(data, wanted.before)).to_bytes(stored.SUM_BYTES, "big")
        return flate(self._pdf, b"".join((ZLIB_HEAD, head, stored.block(data, final=False), tail, whole)))


def _decoded(streams: Sequence[Stream], bytes_max: int) -> bytes | None:
    """The page's content; None where it is too long, packed otherwise, or damaged."""
    parts: list[bytes] = []
    for stream in streams:
        part = _decoded_stream(stream, bytes_max - sum(map(len, parts)))
        if part is None:
            return None
        parts.append(part)
    return b"\n".join(parts)


def _decoded_stream(stream: Stream, bytes_max: int) -> bytes | None:
    packing = stream.get("/Filter")
    if isinstance(packing, pikepdf.Array) and len(packing) == 1:
        packing = packing[0]
    plain = packing is None
    if "/F" in stream or not (plain or (packing in _FLATE and "/DecodeParms" not in stream)):
        return None
    packed = stream.read_raw_bytes()
    if plain:
        return packed if len(packed) <= bytes_max else None
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(packed, bytes_max + 1)
    except zlib.error:
        return None
    return content if len(content) <= bytes_max and unpacking.eof else None
