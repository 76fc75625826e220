"""PDFs of the size that brands send, written byte by byte: a book of photographs, and one tagged for screen readers."""

import io
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

PAGES = 200
PHOTOGRAPH_BYTES = 410_000
PHOTOGRAPH_PX = (1240, 930)
LINES = 60
TAGGED_OBJECTS = 100_000
_FONT, _PAGES, _CATALOG = 3, 2, 1


def write_book(path: Path, *, tags: int = 0) -> None:
    """PAGES pages of a photograph and a column of text, about 85 MB; `tags` are structure elements besides."""
    with path.open("wb") as out:
        out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        offsets = [0]
        for number, body in enumerate(_objects(_photograph(), tags), 1):
            offsets.append(out.tell())
            out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        table_at, size = out.tell(), len(offsets)
        out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        out.writelines(b"%010d 00000 n \n" % offset for offset in offsets[1:])
        out.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, table_at))


def _objects(photograph: bytes, tags: int) -> Iterator[bytes]:
    """Numbered from 1: catalog, page tree, font, three objects a page, the structure tree."""
    first_page, root = 4, 4 + 3 * PAGES
    pages = [first_page + 3 * page + 2 for page in range(PAGES)]
    tagged = b"/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R" % root if tags else b""
    yield b"<</Type/Catalog/Pages %d 0 R%b>>" % (_PAGES, tagged)
    yield b"<</Type/Pages/Count %d/Kids[%b]>>" % (PAGES, _references(pages))
    yield b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    for page, own in enumerate(pages):
        yield _stream(photograph, b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB"
                                  b"/BitsPerComponent 8/Filter/DCTDecode" % PHOTOGRAPH_PX)  # fmt: skip
        yield _stream(zlib.compress(_content(page)), b"/Filter/FlateDecode")
        yield (
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/StructParents %d"
            b"/Resources<</Font<</F %d 0 R>>/XObject<</I %d 0 R>>>>>>" % (_PAGES, own - 1, page, _FONT, own - 2)
        )
    if tags:
        yield b"<</Type/StructTreeRoot/K[%b]>>" % _references(range(root + 1, root + 1 + tags))
        for tag in range(tags):
            yield b"<</Type/StructElem/S/P/P %d 0 R/Pg %d 0 R/K %d>>" % (root, pages[tag % PAGES], tag // PAGES)


def _content(page: int) -> bytes:
    lines = (
        f"BT /F 9 Tf 60 {400 - 6 * line} Td (Page {page}, line {line}: words that somebody may read) Tj ET"
        for line in range(LINES)
    )
    return "\n".join(("q 475 0 0 356 60 450 cm /I Do Q", *lines)).encode()


def _photograph() -> bytes:
    """A JPEG of about PHOTOGRAPH_BYTES: its size is what counts."""
    out = io.BytesIO()
    Image.effect_noise(PHOTOGRAPH_PX, 60).convert("RGB").save(out, "JPEG", quality=45)
    return out.getvalue().ljust(PHOTOGRAPH_BYTES, b"\0")


def _references(numbers: list[int] | range) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _stream(data: bytes, entries: bytes) -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(data), data)
