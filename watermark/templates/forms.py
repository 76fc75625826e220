"""The objects a template has beside the source's: slots as streams, the Forms that draw them, and their place on pages.

On each page stand, around what was there: white paper and QUARANTINE times `q` before; as many `Q` behind, so that a
page which restores more than it saved, or leaves states and matrices behind, hands back the page's own coordinates all
the same; then one Form for the page's shape. Nothing of a page's content is decoded.

    page ── /SS… ── frame of a shape ─┬─ hidden (image, multiplied)
                                      └─ cover (slot) ─┬─ letters (slot)
                                                       └─ footer (slot)

Promises: other names of a page's resources stay as they are. Leaves the bytes in the slots to `patching`.
"""

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from watermark.templates import stored
from watermark.templates.markers import Markers, Wanted
from watermark.templates.placing import Shown, inherited, matrix
from watermark.templates.slots import BOX_SHORT_SIDE, FOOTER, LETTERS, MULTIPLY, SCREEN, Box, SlotKind

QUARANTINE = 16
LETTERS_CAPACITY = 65_535
FOOTER_CAPACITY = 32_768
LETTERS_REACH_EM = 128  # half the side of the square that letters are clipped to
COVER_CAPACITY_OF_SQUARE = 12_288
COVER_CAPACITY_MAX = 196_608
HIDDEN_SHORT_SIDE_PX = 384
HIDDEN_ASPECT_MAX = 4.0  # the picture of a longer page has no more pixels than this allows
HIDDEN, COVER = "/H", "/C"


@dataclass(frozen=True)
class HiddenSize:
    """The picture of the HIDDEN slot."""

    width_px: int
    height_px: int

    @classmethod
    def of(cls, box: Box, short_side_px: int) -> "HiddenSize":
        """In the very shape of the first page's box: what is drawn for that page must not be stretched.

        Pages of another shape show a part of it, or it again; of a very long page the picture is coarser.
        """
        aspect = max(box.width, box.height) / BOX_SHORT_SIDE
        scale = short_side_px / BOX_SHORT_SIDE * min(1, math.sqrt(HIDDEN_ASPECT_MAX / aspect))
        return cls(round(box.width * scale), round(box.height * scale))


class Frames:
    """Makes the shared objects once, and hands out the Form of each shape."""

    def __init__(
        self, pdf: Pdf, markers: Markers, boxes: Sequence[Box], box_of: Sequence[int], hidden: HiddenSize
    ) -> None:
        """`box_of` are the indices of the boxes of all pages, in order."""
        self._pdf, self._boxes, self._box_of, self._hidden_size = pdf, boxes, box_of, hidden
        self._name = f"/SS{secrets.token_hex(4)}"
        self._before: dict[Shown, Stream] = {}
        self._behind: dict[tuple[Shown, int], Stream] = {}
        self._difference = _state(pdf, "/Difference")
        self._states = Dictionary({MULTIPLY: _state(pdf, "/Multiply"), SCREEN: _state(pdf, "/Screen")})
        letters = Wanted(SlotKind.LETTERS, LETTERS_CAPACITY)
        footer = Wanted(SlotKind.FOOTER, FOOTER_CAPACITY)
        self._letters = self._slot_form(markers, letters, _square(LETTERS_REACH_EM), Dictionary())
        self._footer = self._slot_form(markers, footer, _square(LETTERS_REACH_EM), Dictionary())
        self._hidden = self._hidden_image(markers)
        self._frames = [self._frame(markers, index, box) for index, box in enumerate(boxes)]

    @property
    def boxes(self) -> Sequence[Box]:
        """The shapes there is a frame of."""
        return self._boxes

    def name_difference(self, page: pikepdf.Page) -> bytes:
        """What the page may call the state that marks are drawn with outside of a frame."""
        name = f"{self._name}D"
        _resource(page, "/ExtGState", name, self._difference)
        return name.encode()

    def lay_over(self, page: pikepdf.Page, place: Shown, box: int, streams: Sequence[Stream]) -> None:
        """Draw the frame over the page, whose content is `streams`."""
        name = f"{self._name}{box}"
        _resource(page, "/XObject", name, self._frames[box])
        page.obj["/Contents"] = Array([self._stream_before(place), *streams, self._stream_behind(name, place, box)])

    def _stream_before(self, place: Shown) -> Stream:
        # White paper is painted: blending with paper that nobody painted is left to each reader's taste.
        if place not in self._before:
            area = numbers(place.left, place.bottom, place.right - place.left, place.top - place.bottom)
            self._before[place] = self._pdf.make_stream(b"q 1 g %b re f Q %b\n" % (area, b"q " * QUARANTINE))
        return self._before[place]

    def _stream_behind(self, name: str, place: Shown, box: int) -> Stream:
        if (place, box) not in self._behind:
            self._behind[place, box] = self._pdf.make_stream(
                b"\n%b q %b cm %b Do Q\n"
                % (b"Q " * QUARANTINE, numbers(*matrix(place, self._boxes[box])), name.encode())
            )
        return self._behind[place, box]

    def _frame(self, markers: Markers, index: int, box: Box) -> Stream:
        area = [0, 0, box.width, box.height]
        capacity = min(COVER_CAPACITY_OF_SQUARE * max(box.width, box.height) // BOX_SHORT_SIDE, COVER_CAPACITY_MAX)
        inside = Dictionary(XObject=Dictionary({LETTERS: self._letters, FOOTER: self._footer}), ExtGState=self._states)
        pages = tuple(number for number, own in enumerate(self._box_of, 1) if own == index)
        covering = self._slot_form(markers, Wanted(SlotKind.COVER, capacity, index, pages=pages), area, inside)
        drawing = b"q %b gs\n%bQ\n%b Do" % (MULTIPLY.encode(), self._hidden_over(box), COVER.encode())
        resources = Dictionary(XObject=Dictionary({HIDDEN: self._hidden, COVER: covering}), ExtGState=self._states)
        return self._pdf.make_stream(
            drawing, Type=Name.XObject, Subtype=Name.Form, BBox=Array(area), Resources=resources
        )  # fmt: skip

    def _hidden_over(self, box: Box) -> bytes:
        """Draw the picture from the upper left on, turned where the box lies the other way, again where it ends."""
        unit = BOX_SHORT_SIDE / min(self._hidden_size.width_px, self._hidden_size.height_px)
        width, height = self._hidden_size.width_px * unit, self._hidden_size.height_px * unit
        turned = (width > height) != (box.width > box.height)
        across, down = (height, width) if turned else (width, height)
        parts, top = [], float(box.height)
        while top > 0:
            left = 0.0
            while left < box.width:
                at = (
                    (0, down, -across, 0, left + across, top - down)
                    if turned
                    else (across, 0, 0, down, left, top - down)
                )
                parts.append(b"q %b cm %b Do Q\n" % (numbers(*at), HIDDEN.encode()))
                left += across
            top -= down
        return b"".join(parts)

    def _hidden_image(self, markers: Markers) -> Stream:
        size = self._hidden_size
        return flate(
            self._pdf,
            stored.stream_of(markers.fresh(Wanted(SlotKind.HIDDEN, size.width_px * size.height_px))),
            Type=Name.XObject, Subtype=Name.Image, Width=size.width_px, Height=size.height_px,
            ColorSpace=Name.DeviceGray, BitsPerComponent=8, Interpolate=True,
        )  # fmt: skip

    def _slot_form(self, markers: Markers, wanted: Wanted, area: list[int], resources: Dictionary) -> Stream:
        data = stored.stream_of(markers.fresh(wanted))
        return flate(self._pdf, data, Type=Name.XObject, Subtype=Name.Form, BBox=Array(area), Resources=resources)


def flate(pdf: Pdf, packed: bytes, **entries: object) -> Stream:
    """A stream whose Flate bytes are these; qpdf writes them as they are while it doesn't recompress."""
    return pdf.make_stream(packed, Filter=Name.FlateDecode, **entries)


def contents(page: pikepdf.Page) -> list[Stream]:
    """The page's content streams; what is none is passed over, as readers do."""
    found = page.obj.get("/Contents")
    each = list(found) if isinstance(found, Array) else [found]
    return [stream for stream in each if isinstance(stream, Stream)]


def numbers(*values: float) -> bytes:
    """PDF reals with digits enough for a page of any size, without exponents."""
    return " ".join(f"{value:.9f}".rstrip("0").rstrip(".") or "0" for value in values).encode()


def _resource(page: pikepdf.Page, kind: str, name: str, found: pikepdf.Object) -> None:
    """Put it into the dictionary the page uses, its own or an inherited one: further names harm nobody."""
    resources = inherited(page.obj, "/Resources")
    if not isinstance(resources, Dictionary):
        page.obj["/Resources"] = resources = Dictionary()
    if not isinstance(resources.get(kind), Dictionary):
        resources[kind] = Dictionary()
    resources[kind][name] = found


def _state(pdf: Pdf, blending: str) -> pikepdf.Object:
    # Everything that a leaked state could make the mark invisible with is set anew.
    return pdf.make_indirect(
        Dictionary(Type=Name.ExtGState, BM=Name(blending), ca=1, CA=1, SMask=Name("/None"), AIS=False)
    )  # fmt: skip


def _square(reach: int) -> list[int]:
    return [-reach, -reach, reach, reach]
