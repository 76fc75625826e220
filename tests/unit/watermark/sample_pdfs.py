"""PDFs for the tests, written byte by byte, so that what is odd about each is plain to see.

The drawn page has a mark in three corners: red at the lower left, green at the lower right, blue at the upper left.
"""

import io
import zlib

import pypdf

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
HTML = b"<!DOCTYPE html><html><body>404 not found</body></html>"


def assembled(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A file of these objects, numbered from 1; the first is the catalog."""
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table_at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, table_at)
    return bytes(out)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object's body."""
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(data), data)


def corner_marks(left: float, bottom: float, right: float, top: float, side: float) -> bytes:
    """Drawing operations for the three marks of a page with these edges."""
    return (
        f"1 0 0 rg {left} {bottom} {side} {side} re f "
        f"0 1 0 rg {right - side} {bottom} {side} {side} re f "
        f"0 0 1 rg {left} {top - side} {side} {side} re f"
    ).encode()


def one_page(attributes: bytes, content: bytes = b"", *, catalog: bytes = b"", pages: bytes = b"") -> bytes:
    """A document of one page; the arguments are entries of its dictionaries."""
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
        b"<</Type/Pages/Kids[3 0 R]/Count 1%b>>" % pages,
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R%b>>" % attributes,
        stream(content),
    ])  # fmt: skip


def marked(attributes: bytes = b"", *, width: float = 200, height: float = 100) -> bytes:
    """A page of this size with corner marks."""
    box = f"/MediaBox[0 0 {width} {height}]".encode()
    return one_page(box + attributes, corner_marks(0, 0, width, height, min(width, height) / 5))


def without_contents() -> bytes:
    """A page that has no content stream at all."""
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>",
    ])  # fmt: skip


def with_inherited_resources() -> bytes:
    """A page that draws a form from the resources of its grandparent, and inherits its size and rotation too."""
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 200 100]/Rotate 90/Resources<</XObject<</F 6 0 R>>>>>>",
        b"<</Type/Pages/Parent 2 0 R/Kids[4 0 R]/Count 1>>",
        b"<</Type/Page/Parent 3 0 R/Contents 5 0 R>>",
        stream(b"/F Do"),
        stream(corner_marks(0, 0, 200, 100, 20), b"/Type/XObject/Subtype/Form/BBox[0 0 200 100]"),
    ])  # fmt: skip


def unembedded_chinese(text: str) -> bytes:
    """Text in SimHei, which the file names but does not hold."""
    font = (
        b"/Resources<</Font<</F<</Type/Font/Subtype/Type0/BaseFont/SimHei/Encoding/UniGB-UCS2-H/DescendantFonts[<<"
        b"/Type/Font/Subtype/CIDFontType2/BaseFont/SimHei/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>"
        b"/FontDescriptor<</Type/FontDescriptor/FontName/SimHei/Flags 4/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
        b"/Ascent 880/Descent -120/CapHeight 880/StemV 93>>>>]>>>>>>"
    )
    shown = b"BT /F 40 Tf 20 30 Td <%b> Tj ET" % text.encode("utf-16-be").hex().encode()
    return one_page(b"/MediaBox[0 0 400 100]" + font, shown)


def encrypted(*, user_password: str) -> bytes:
    """With an empty user password it opens freely and only its owner's restrictions remain."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(marked()))
    writer.encrypt(user_password, "the owner's", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pages(count: int) -> bytes:
    """Small marked pages."""
    kids = b" ".join(b"%d 0 R" % (3 + number) for number in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 20 10]>>"
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, count),
        *[page] * count,
    ])  # fmt: skip


def memory_bomb(unpacked_bytes: int) -> bytes:
    """A few kilobytes that unpack, twice deflated, to a content stream of `unpacked_bytes` of drawing."""
    packer, unit = zlib.compressobj(9), b"1 0 0 rg 0 0 9 9 re f\n" * 50_000
    once = b"".join(packer.compress(unit) for _ in range(unpacked_bytes // len(unit))) + packer.flush()
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R>>",
        stream(zlib.compress(once, 9), b"/Filter[/FlateDecode/FlateDecode]"),
    ])  # fmt: skip


def time_bomb(fills: int = 100_000) -> bytes:
    """A small file that fills the whole page again and again, half transparent: hours at a few milliseconds each."""
    state = b"<</ca 0.5/BM/Luminosity>>"
    content = b"/G gs " + b"0 0 200 100 re f " * fills
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</ExtGState<</G %b>>>>>>" % state,
        stream(zlib.compress(content), b"/Filter/FlateDecode"),
    ])  # fmt: skip
