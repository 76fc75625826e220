"""A PDF whose pages are pictures, written page by page.

Promises: the file comes out in order and in pieces, so that a caller can send each page before the next exists;
memory grows by one number an object. It holds page images, a title and nothing else: no text layer, no scripts, no
source. Sizes are exact in points. Leaves sealing the images to the caller: what is handed in is what leaves. Spec:
ISO 32000-1.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SIDE_MAX_PT = 14_400.0  # ISO 32000-1, annex C: a longer side needs a user unit
_CATALOG, _PAGES, _INFO, _FIRST_FREE = 1, 2, 3, 4


@dataclass(frozen=True)
class JpegPage:
    """A baseline or progressive JPEG of three components, and the size of the page it fills."""

    width_px: int
    height_px: int
    width_pt: float
    height_pt: float
    jpeg: bytes


class FlattenedPdf:
    """Writes one file: `header()` once, `page()` for each page, `trailer()` once; join what they return."""

    def __init__(self, *, title: str, file_id: bytes) -> None:
        """`file_id` becomes both halves of /ID (ISO 32000-1, 14.4): give each copy its own."""
        self._title = title
        self._file_id = file_id
        self._written_bytes = 0
        self._offsets: dict[int, int] = {}
        self._page_objects: list[int] = []

    def header(self) -> bytes:
        """The first bytes of the file; the binary comment tells programs that it is not text."""
        return self._counted(b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n")

    def page(self, page: JpegPage) -> bytes:
        """The next page: its dictionary, the one drawing operation, and the JPEG as it is."""
        own = _FIRST_FREE + 3 * len(self._page_objects)
        self._page_objects.append(own)
        unit = max(1.0, max(page.width_pt, page.height_pt) / SIDE_MAX_PT)
        width, height = _number(page.width_pt / unit), _number(page.height_pt / unit)
        content = f"q {width} 0 0 {height} 0 0 cm /I Do Q".encode()
        user_unit = f" /UserUnit {_number(unit)}" if unit > 1 else ""
        return b"".join((
            self._object(own, (
                f"<< /Type /Page /Parent {_PAGES} 0 R /MediaBox [0 0 {width} {height}]{user_unit} "
                f"/Contents {own + 1} 0 R /Resources << /XObject << /I {own + 2} 0 R >> >> >>"
            ).encode()),
            self._object(own + 1, _stream("", content)),
            self._object(own + 2, _stream(
                f"/Type /XObject /Subtype /Image /Width {page.width_px} /Height {page.height_px} "
                "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode ", page.jpeg
            )),
        ))  # fmt: skip

    def trailer(self) -> bytes:
        """The page tree, the title, the cross-reference table and the end."""
        kids = " ".join(f"{each} 0 R" for each in self._page_objects)
        title = self._title.encode("utf-16-be", "replace").hex()
        objects = b"".join((
            self._object(_CATALOG, f"<< /Type /Catalog /Pages {_PAGES} 0 R >>".encode()),
            self._object(_PAGES, f"<< /Type /Pages /Count {len(self._page_objects)} /Kids [{kids}] >>".encode()),
            self._object(_INFO, f"<< /Title <feff{title}> /Producer (SealShare) >>".encode()),
        ))  # fmt: skip
        return objects + self._cross_references()

    def _cross_references(self) -> bytes:
        table_at, size = self._written_bytes, len(self._offsets) + 1
        rows = "".join(f"{self._offsets[each]:010d} 00000 n \n" for each in range(1, size))
        identity = self._file_id.hex()
        return (
            f"xref\n0 {size}\n0000000000 65535 f \n{rows}trailer\n"
            f"<< /Size {size} /Root {_CATALOG} 0 R /Info {_INFO} 0 R /ID [<{identity}> <{identity}>] >>\n"
            f"startxref\n{table_at}\n%%EOF\n"
        ).encode()

    def _object(self, number: int, body: bytes) -> bytes:
        self._offsets[number] = self._written_bytes
        return self._counted(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def _counted(self, piece: bytes) -> bytes:
        self._written_bytes += len(piece)
        return piece


def pdf_of_images(pages: Iterable[JpegPage], *, title: str, file_id: bytes) -> Iterator[bytes]:
    """The pieces of a whole file; takes the next page only when its bytes are wanted."""
    pdf = FlattenedPdf(title=title, file_id=file_id)
    yield pdf.header()
    for page in pages:
        yield pdf.page(page)
    yield pdf.trailer()


def _stream(entries: str, data: bytes) -> bytes:
    return b"<< %b/Length %d >>\nstream\n%b\nendstream" % (entries.encode(), len(data), data)


def _number(value: float) -> str:
    """A PDF real: no exponent, and digits enough that a 32-bit reader gets the same number back."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
