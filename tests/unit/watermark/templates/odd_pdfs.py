"""PDFs as people have them: odd, restricted, signed, damaged. Each is white but for a few marks, or none."""

import io
import re
import zlib

import pikepdf
from PIL import Image

from tests.unit.watermark.sample_pdfs import (
    assembled,
    corner_marks,
    encrypted,
    marked,
    one_page,
    stream,
    with_inherited_resources,
    without_contents,
)

A4 = b"/MediaBox[0 0 595 842]"


def saved(source: bytes, **options: object) -> bytes:
    """`source` written anew by qpdf."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(source)) as pdf:
        pdf.save(out, **options)  # type: ignore[arg-type]  # passed through as they are
    return out.getvalue()


def several_contents(*parts: bytes) -> bytes:
    """A page whose content is cut into streams between two operators."""
    numbers = b" ".join(b"%d 0 R" % (4 + each) for each in range(len(parts)))
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R%b/Contents[%b null 1 0 R]>>" % (A4, numbers),
        *(stream(each) for each in parts),
    ])  # fmt: skip


def twice_the_same_page() -> bytes:
    """A page tree that names one page object two times."""
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R>>",
        stream(corner_marks(0, 0, 200, 100, 20)),
    ])  # fmt: skip


def signed() -> bytes:
    """A form with a filled signature field, and what the signature permits."""
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[5 0 R]>>/Perms<</DocMDP 6 0 R>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R%b/Contents 4 0 R/Annots[5 0 R]>>" % A4,
        stream(b""),
        b"<</Type/Annot/Subtype/Widget/Rect[0 0 0 0]/FT/Sig/T(s)/V 6 0 R>>",
        b"<</Type/Sig/Filter/Adobe.PPKLite/Contents<00>/ByteRange[0 1 2 3]>>",
    ])  # fmt: skip


def hybrid() -> bytes:
    """Cross-references as a table, and for new readers as a stream beside it (ISO 32000-1, 7.5.8.4)."""
    plain = marked()
    at = plain.rindex(b"xref\n0 ", 0, plain.rindex(b"startxref"))
    head, tail = plain[:at], plain[at:]
    rows = [int(each) for each in re.findall(rb"(\d{10}) 00000 n", tail)]
    data = zlib.compress(b"".join(b"\x01%b\x00" % row.to_bytes(3, "big") for row in rows))
    index = b"/Type/XRef/W[1 3 1]/Index[1 %d]/Size 6/Root 1 0 R/Filter/FlateDecode" % len(rows)
    own = b"5 0 obj\n%b\nendobj\n" % stream(data, index)
    table = tail.replace(b"/Root", b"/XRefStm %d/Root" % len(head)).replace(
        b"startxref\n%d" % at, b"startxref\n%d" % (at + len(own))
    )
    return head + own + table


def with_javascript() -> bytes:
    """Scripts when it opens, when a page is left, under links and by name; a link that starts a program."""
    script = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R/Names<</JavaScript<</Names[(a) 5 0 R]>>>>/AA<</WC 5 0 R>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R%b/AA<</C 5 0 R>>/Annots["
        b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A%b>>"
        b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/F(calc.exe)>>>>"
        b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://example.org/)/Next 5 0 R>>>>"
        b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A 5 0 R>>"
        b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/PA 5 0 R/Other 6 0 R>>]>>" % (A4, script),
        stream(b""),
        script,
        b"<</S/Named/N/NextPage/JS(app.alert\\(2\\))>>",
    ])  # fmt: skip


def with_attachment_and_authors() -> bytes:
    """An attached file, XMP in three places, document information, private data, and a comment's author."""
    xmp = b"/Metadata 4 0 R"
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R%b/Names<</EmbeddedFiles<</Names[(a) 6 0 R]>>>>/AF[6 0 R]>>" % xmp,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R%b%b/AF[10 0 R]"
        b"/PieceInfo<</App<</Private(SECRET-AUTHOR)>>>>/Resources<</XObject<</I 7 0 R>>>>"
        b"/Contents 8 0 R/Annots[<</Type/Annot/Subtype/Square/Rect[0 0 9 9]/T(SECRET-AUTHOR)/Contents(SECRET-AUTHOR)>>"
        b"<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 6 0 R>>"
        b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/FS 6 0 R>>]>>" % (A4, xmp),
        stream(b"<x>SECRET-AUTHOR</x>", b"/Type/Metadata/Subtype/XML"),
        stream(b"SECRET-AUTHOR", b"/Type/EmbeddedFile"),
        b"<</Type/Filespec/F(a.txt)/EF<</F 5 0 R>>>>",
        stream(_photograph(), b"/Type/XObject/Subtype/Image/Width 16/Height 16/ColorSpace/DeviceRGB"
                              b"/BitsPerComponent 8/Filter/DCTDecode%b" % xmp),
        stream(b"q 16 0 0 16 0 0 cm /I Do Q"),
        b"<</Author(SECRET-AUTHOR)/Creator(SECRET-AUTHOR)>>",
        b"<</Type/Filespec/F(b.txt)/Desc(SECRET-AUTHOR)>>",
    ], b"/Info 9 0 R")  # fmt: skip


def _photograph() -> bytes:
    """A small white JPEG that says who took it."""
    exif = Image.Exif()
    exif[0x013B] = "SECRET-AUTHOR"
    out = io.BytesIO()
    Image.new("RGB", (16, 16), "white").save(out, "JPEG", exif=exif, comment=b"SECRET-AUTHOR")
    return out.getvalue()


LEAKED = b"0.3 0.4 -0.4 0.3 200 100 cm /DeviceRGB cs 1 1 1 scn "
WHITE_PAGES = {
    "plain": one_page(A4),
    "turned 90": one_page(A4 + b"/Rotate 90"),
    "turned 180": one_page(A4 + b"/Rotate 180"),
    "turned 270": one_page(A4 + b"/Rotate 270"),
    "turned -90": one_page(A4 + b"/Rotate -90"),
    "cropped": one_page(A4 + b"/CropBox[100 200 400 700]"),
    "cropped and turned": one_page(A4 + b"/Rotate 90/CropBox[100 200 400 700]"),
    "cropped beside": one_page(A4 + b"/CropBox[900 900 950 950]"),
    "elsewhere, upside down": one_page(b"/MediaBox[150 70 -50 -30]"),
    "user unit": one_page(b"/MediaBox[0 0 200 100]/UserUnit 3"),
    "huge": one_page(b"/MediaBox[0 0 14400 10000]"),
    "hall": one_page(b"/MediaBox[0 0 14400 14400]/UserUnit 100"),
    "stamp-sized": one_page(b"/MediaBox[0 0 30 20]"),
    "long": one_page(b"/MediaBox[0 0 500 3500]"),
    "no size": one_page(b""),
    "no contents": without_contents(),
    "surplus Q": one_page(A4, b"Q Q Q 2 0 0 2 50 50 cm Q"),
    "leaked matrix": one_page(A4, LEAKED),
    "leaked q": one_page(A4, b"q q q " + LEAKED + b"q q"),
    "leaked clip": one_page(A4, b"q 0 0 10 10 re W n " + LEAKED),
    "content in parts": several_contents(b"q 1 1 1", b"rg 0 0 9 9 re", b"f Q"),
    "empty contents": one_page(A4).replace(b"/Contents 4 0 R", b"/Contents[]"),
    "white over all": one_page(A4, b"q 1 g 0 0 595 842 re f Q BT ET"),
    "flipped like a browser's": one_page(A4, b".24 0 0 -.24 0 842 cm q 1 g 0 0 2479 3508 re f Q q BT ET Q"),
}
OTHERS = {
    "inherited": with_inherited_resources(),
    "marked": marked(),
    "twice the same page": twice_the_same_page(),
    "owner's password": encrypted(user_password=""),
    "linearised": saved(marked(), linearize=True),
    "object streams": saved(marked(), object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "hybrid": hybrid(),
    "bad startxref": marked().replace(b"startxref\n", b"startxref\n9"),
    "no end": marked()[: marked().rindex(b"startxref")],
    "leading garbage": b"HTTP/1.1 200 OK\r\n\r\n" + marked(),
    "signed": signed(),
    "XFA": one_page(A4, catalog=b"/AcroForm<</Fields[]/XFA[(template)4 0 R]>>"),
    "portfolio": one_page(A4, catalog=b"/Collection<</Type/Collection>>"),
    "scripts": with_javascript(),
    "authors": with_attachment_and_authors(),
    "drawing": one_page(A4, corner_marks(0, 0, 595, 842, 90)),
}
ALL = WHITE_PAGES | OTHERS
