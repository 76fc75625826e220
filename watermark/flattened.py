"""A PDF whose pages are pictures, every byte of which has its place before a picture is made.

Promises: a page takes the same room whatever its picture weighs, so length and cross-references are known beforehand,
and any part of the file is made of the pages that it touches alone. It holds page images, a title and nothing else: no
text layer, no scripts, no source. Sizes are exact in points. Leaves sealing the images to the caller: what is handed in
is what leaves. Spec: ISO 32000-1.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

from watermark.look import Layout, Look

SIDE_MAX_PT = 14_400.0  # ISO 32000-1, annex C: a longer side needs a user unit
PICTURE_SHARE = 0.75  # of the bytes of a base, in the lower quality that copies have
HIDDEN_BYTES_PER_PIXEL = 0.04
# What the visible mark adds where it is opaque: all over the page, or in one place.
VISIBLE_BYTES_PER_PIXEL: Mapping[Layout, float] = {"tiled": 0.27, "diagonal": 0.06, "corner": 0.03}
_CATALOG, _PAGES, _INFO, _FIRST_FREE = 1, 2, 3, 4
_OBJECTS_PER_PAGE = 3
_HEADER = b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n"  # the binary comment tells programs that it is not text


def room_bytes(base_bytes: int, width_px: int, height_px: int, look: Look) -> int:
    """How much a sealed page of this base gets. Most take 75 to 95 % of it; heavier ones come in a lower quality."""
    marks = HIDDEN_BYTES_PER_PIXEL + VISIBLE_BYTES_PER_PIXEL[look.layout] * look.strokes_percent / 100
    return round(PICTURE_SHARE * base_bytes + marks * width_px * height_px)


@dataclass(frozen=True)
class PagePlan:
    """The size of a page and of the picture that fills it, and how many bytes that may have."""

    width_px: int
    height_px: int
    width_pt: float
    height_pt: float
    jpeg_max_bytes: int


class FlattenedPdf:
    """One file in numbered pieces: the header is 0, pages count from 1, the trailer follows the last of them."""

    def __init__(self, plans: Sequence[PagePlan], *, title: str, file_id: bytes) -> None:
        """`file_id` becomes both halves of /ID (ISO 32000-1, 14.4): give each copy its own."""
        self._plans, self._title, self._file_id = plans, title, file_id
        self._starts = [0]
        self._offsets: list[int] = []  # of objects, those of pages first
        self._place(len(_HEADER))
        for number, plan in enumerate(plans, 1):
            objects = [len(each) for each in self._objects(number, b"")]
            self._offsets += list(accumulate(objects[:-1], initial=self._starts[-1]))
            self._place(sum(objects) + plan.jpeg_max_bytes)
        self._place(len(self.trailer))

    @property
    def size_bytes(self) -> int:
        """Of the whole file."""
        return self._starts[-1]

    def touched(self, part: range) -> Iterator[tuple[int, slice]]:
        """The pieces that a part of the file is in, and what of each belongs to it."""
        for number, (start, stop) in enumerate(pairwise(self._starts)):
            if start < part.stop and stop > part.start:
                yield number, slice(max(part.start - start, 0), min(part.stop, stop) - start)

    def is_page(self, number: int) -> bool:
        """Whether the piece is a page, for which a picture is needed."""
        return 0 < number <= len(self._plans)

    def piece(self, number: int, jpeg: bytes = b"") -> bytes:
        """A piece; of a page with its picture, a JPEG of three components. Raises ValueError where that has no room."""
        if not self.is_page(number):
            return self.trailer if number else _HEADER
        spare = self._plans[number - 1].jpeg_max_bytes - len(jpeg)
        if spare < 0:
            raise ValueError("a picture larger than its room")
        return b"".join((*self._objects(number, jpeg), b"\n" * spare))

    @cached_property
    def trailer(self) -> bytes:
        """The page tree, the title, the cross-reference table and the end."""
        kids = " ".join(f"{self._first_of(number)} 0 R" for number in range(1, len(self._plans) + 1))
        title = self._title.encode("utf-16-be", "replace").hex()
        objects = (
            _object(_CATALOG, f"<< /Type /Catalog /Pages {_PAGES} 0 R >>".encode()),
            _object(_PAGES, f"<< /Type /Pages /Count {len(self._plans)} /Kids [{kids}] >>".encode()),
            _object(_INFO, f"<< /Title <feff{title}> /Producer (SealShare) >>".encode()),
        )
        *own, table_at = accumulate(map(len, objects), initial=self._starts[-1])
        rows = "".join(f"{at:010d} 00000 n \n" for at in (*own, *self._offsets))
        size, identity = 1 + len(own) + len(self._offsets), self._file_id.hex()
        end = (
            f"xref\n0 {size}\n0000000000 65535 f \n{rows}trailer\n"
            f"<< /Size {size} /Root {_CATALOG} 0 R /Info {_INFO} 0 R /ID [<{identity}> <{identity}>] >>\n"
            f"startxref\n{table_at}\n%%EOF\n"
        )
        return b"".join((*objects, end.encode()))

    def _place(self, size_bytes: int) -> None:
        self._starts.append(self._starts[-1] + size_bytes)

    @staticmethod
    def _first_of(number: int) -> int:
        return _FIRST_FREE + _OBJECTS_PER_PAGE * (number - 1)

    def _objects(self, number: int, jpeg: bytes) -> tuple[bytes, bytes, bytes]:
        """A page's dictionary, the one drawing operation, and the JPEG as it is."""
        plan, own = self._plans[number - 1], self._first_of(number)
        unit = max(1.0, max(plan.width_pt, plan.height_pt) / SIDE_MAX_PT)
        width, height = _number(plan.width_pt / unit), _number(plan.height_pt / unit)
        content = f"q {width} 0 0 {height} 0 0 cm /I Do Q".encode()
        user_unit = f" /UserUnit {_number(unit)}" if unit > 1 else ""
        return (
            _object(own, (
                f"<< /Type /Page /Parent {_PAGES} 0 R /MediaBox [0 0 {width} {height}]{user_unit} "
                f"/Contents {own + 1} 0 R /Resources << /XObject << /I {own + 2} 0 R >> >> >>"
            ).encode()),
            _object(own + 1, _stream("", content)),
            _object(own + 2, _stream(
                f"/Type /XObject /Subtype /Image /Width {plan.width_px} /Height {plan.height_px} "
                "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode ", jpeg, plan.jpeg_max_bytes
            )),
        )  # fmt: skip


def _object(number: int, body: bytes) -> bytes:
    return b"%d 0 obj\n%b\nendobj\n" % (number, body)


def _stream(entries: str, data: bytes, data_max_bytes: int = 0) -> bytes:
    """The length is written in as many places as the longest takes."""
    length = f"{len(data):<{len(str(data_max_bytes))}}"
    return b"<< %b/Length %b >>\nstream\n%b\nendstream" % (entries.encode(), length.encode(), data)


def _number(value: float) -> str:
    """A PDF real: no exponent, and digits enough that a 32-bit reader gets the same number back."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
