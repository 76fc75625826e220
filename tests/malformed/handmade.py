"""Files that are wrong on purpose: bombs, loops, and sizes that nobody has memory for."""

import struct
import zlib
from functools import cache

from tests.malformed import seeds
from tests.unit.watermark import sample_images, sample_pdfs
from tests.unit.watermark.sample_pdfs import assembled, one_page, stream

MIB = 1 << 20
BOX = b"/MediaBox[0 0 200 100]"
_TINY_TILES = b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep .0001/YStep .0001"


@cache
def all_of_them() -> dict[str, bytes]:
    """By name."""
    return {**_pdfs(), **pictures()}


def _pdfs() -> dict[str, bytes]:
    return {
        "pdf-memory-bomb": sample_pdfs.memory_bomb(512 * MIB),
        "pdf-time-bomb": sample_pdfs.time_bomb(2_000_000),
        "pdf-kids-of-themselves": _tree(b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2000000>>"),
        "pdf-kids-deep": assembled([
            b"<</Type/Catalog/Pages 2 0 R>>",
            *(b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % number for number in range(3, 5000)),
            b"<</Type/Page/MediaBox[0 0 9 9]>>",
        ]),
        "pdf-count-huge": _tree(b"<</Type/Pages/Kids[3 0 R]/Count 2147483647>>"),
        "pdf-count-negative": _tree(b"<</Type/Pages/Kids[3 0 R]/Count -5>>"),
        "pdf-form-in-itself": _form(b"/F Do /F Do", b"/Resources<</XObject<</F 5 0 R>>>>"),
        "pdf-page-endless": one_page(b"/MediaBox[0 0 1e30 1e30]"),
        "pdf-page-flat": one_page(b"/MediaBox[0 0 1000000 1]"),
        "pdf-page-nowhere": one_page(b"/MediaBox[9 9 9 9]/CropBox[5 5 1 1]/UserUnit 1e9"),
        "pdf-states-unbalanced": one_page(BOX, b"Q " * 100_000 + b"q " * 200_000),
        "pdf-content-nested": one_page(BOX, b"[" * 300_000),
        "pdf-text-nested": one_page(BOX, b"BT " * 50_000 + b"(" * 300_000),
        "pdf-inline-image-huge": one_page(BOX, b"BI /W 60000 /H 60000 /BPC 8 /CS /RGB ID x EI"),
        "pdf-image-huge": _image(b"/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB"),
        "pdf-image-overflow": _image(b"/Width 2147483647/Height 2147483647/BitsPerComponent 16/ColorSpace/DeviceCMYK"),
        "pdf-predictor-huge": _image(
            b"/Width 8/Height 8/BitsPerComponent 8/ColorSpace/DeviceGray"
            b"/DecodeParms<</Predictor 15/Columns 2147483647/Colors 32>>"
        ),
        "pdf-filters-many": one_page(BOX).replace(b"/Length 0", b"/Length 0/Filter[" + b"/FlateDecode" * 5000 + b"]"),
        "pdf-object-stream-lies": _object_stream(b"/N 100000000/First 2147483647"),
        "pdf-object-stream-in-itself": _object_stream(b"/N 1/First 4/Extends 5 0 R"),
        "pdf-table-endless": sample_pdfs.marked().replace(b"xref\n0 5", b"xref\n0 99999999"),
        "pdf-table-of-itself": sample_pdfs.marked().replace(b"/Root", b"/Prev 9/XRefStm 9/Root"),
        "pdf-length-of-itself": one_page(BOX).replace(b"/Length 0", b"/Length 4 0 R"),
        "pdf-outlines-in-a-ring": one_page(BOX, catalog=b"/Outlines<</First 1 0 R/Last 1 0 R/Count 99>>"),
        "pdf-names-in-a-ring": one_page(BOX, catalog=b"/Names<</EmbeddedFiles<</Kids[1 0 R 1 0 R]>>>>/Kids[1 0 R]"),
        "pdf-annotations-of-the-page": one_page(BOX + b"/Annots[3 0 R 3 0 R 2 0 R 99 0 R null 7]"),
        "pdf-function-huge": _function(b"/FunctionType 0/Size[100000 100000]/BitsPerSample 32"),
        "pdf-function-of-functions": _function(b"/FunctionType 3/Functions[5 0 R 5 0 R]/Bounds[.5]/Encode[0 1 0 1]"),
        "pdf-calculator-endless": _function(b"/FunctionType 4", b"{" * 100_000),
        "pdf-pattern-of-itself": one_page(
            BOX + b"/Resources<</Pattern<</P 4 0 R>>>>", b"/Pattern cs /P scn 0 0 200 100 re f"
        ).replace(b"<</Length", b"<<%b/Length" % _TINY_TILES),
        "pdf-encrypted-by-nonsense": sample_pdfs.marked().replace(
            b"/Root", b"/Encrypt<</Filter/Standard/V 5/R 6/Length 99999/O(x)/U(y)/P -1/CF<</X<</CFM/AESV3>>>>>>/Root"
        ),
        "pdf-only-a-head": b"%PDF-1.7\n",
        "pdf-only-a-tail": b"%PDF-1.7\nstartxref\n99999999999999999999\n%%EOF",
        "pdf-nothing-but-zeros": b"%PDF-1.7\n" + bytes(100_000),
        "pdf-in-pdf": sample_pdfs.marked() * 50,
    }  # fmt: skip


def _tree(pages: bytes) -> bytes:
    return assembled([b"<</Type/Catalog/Pages 2 0 R>>", pages, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"])


def _with_fifth(content: bytes, resources: bytes, fifth: bytes) -> bytes:
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<<%b>>>>" % resources,
        stream(content),
        fifth,
    ])  # fmt: skip


def _form(content: bytes, entries: bytes) -> bytes:
    form = stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 200 100]" + entries)
    return _with_fifth(b"/F Do", b"/XObject<</F 5 0 R>>", form)


def _image(entries: bytes) -> bytes:
    picture = stream(zlib.compress(bytes(1000)), b"/Type/XObject/Subtype/Image/Filter/FlateDecode" + entries)
    return _with_fifth(b"200 0 0 100 0 0 cm /I Do", b"/XObject<</I 5 0 R>>", picture)


def _function(entries: bytes, code: bytes = b"") -> bytes:
    shading = b"/Shading<</S<</ShadingType 1/ColorSpace/DeviceRGB/Function 5 0 R>>>>"
    return _with_fifth(b"/S sh", shading, stream(code, b"/Domain[0 1 0 1]/Range[0 1 0 1 0 1]" + entries))


def _object_stream(entries: bytes) -> bytes:
    """Whoever asks for object 3 finds it in the stream."""
    packed = stream(b"3 0 <</Type/Page/Parent 2 0 R>>", b"/Type/ObjStm" + entries)
    return _with_fifth(b"", b"", packed).replace(b"/Kids[3 0 R]", b"/Kids[5 0 R 3 0 R 6 0 R]")


def pictures() -> dict[str, bytes]:
    """The pictures among them."""
    whole = seeds.pictures()
    return {
        "png-claims-gigapixels": sample_images.png_claiming(60_000, 60_000),
        "png-claims-everything": sample_images.png_claiming(2**31 - 1, 2**31 - 1),
        "png-claims-nothing": sample_images.png_claiming(0, 10),
        "png-claims-a-line": sample_images.png_claiming(2**31 - 1, 1),
        "png-large-and-empty": sample_images.png_claiming(9_000, 9_000),
        "png-text-bomb": _png_with(whole["png"], b"zTXt", b"k\0\0" + zlib.compress(bytes(64 * MIB), 9)),
        "png-profile-bomb": _png_with(whole["png"], b"iCCP", b"k\0\0" + zlib.compress(bytes(64 * MIB), 9)),
        "png-chunk-endless": whole["png"][:33] + b"\x7f\xff\xff\xffIDAT" + whole["png"][41:],
        "jpeg-claims-gigapixels": _at(whole["jpeg"], b"\xff\xc0", 5, struct.pack(">HH", 65_500, 65_500)),
        "jpeg-components-many": _at(whole["jpeg"], b"\xff\xc0", 9, b"\xff"),
        "jpeg-scans-many": whole["jpeg-progressive"][:-2] + _scan(whole["jpeg-progressive"]) * 2000,
        "webp-claims-the-most": _at(whole["webp"], b"VP8 ", 14, b"\xff\x3f\xff\x3f"),
        "webp-canvas-huge": _at(whole["webp-animated"], b"VP8X", 12, b"\xff\xff\xff\xff\xff\xff"),
        "gif-claims-the-most": whole["gif"][:6] + b"\xff\xff\xff\xff" + whole["gif"][10:],
        "gif-frames-many": whole["gif"][:-1] + b"\x2c\0\0\0\0\xff\xff\xff\xff\0\x02\x02L\x01\0" * 5000 + b";",
        "tiff-claims-gigapixels": _tag(whole["tiff-lzw"], 256, 1 << 20, 257, 1 << 20),
        "tiff-claims-a-pixel": _tag(whole["tiff-lzw"], 256, 1, 257, 0),
        "tiff-pages-in-a-ring": _ring(whole["tiff-lzw"]),
        "heic-claims-gigapixels": _at(whole["heic"], b"ispe", 8, struct.pack(">II", 1 << 20, 1 << 20)),
        "heic-claims-a-little": _at(whole["heic"], b"ispe", 8, struct.pack(">II", 1, 1)),
        "avif-claims-gigapixels": _at(whole["avif"], b"ispe", 8, struct.pack(">II", 1 << 16, 1 << 16)),
    }


def _at(body: bytes, mark: bytes, offset: int, content: bytes) -> bytes:
    """Other bytes so far behind the beginning of a mark."""
    at = body.index(mark) + offset
    return body[:at] + content + body[at + len(content) :]


def _png_with(body: bytes, kind: bytes, data: bytes) -> bytes:
    """One more chunk behind the head."""
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return body[:33] + chunk + body[33:]


def _scan(body: bytes) -> bytes:
    return body[body.rindex(b"\xff\xda") : -2]


def _tag(body: bytes, *pairs: int) -> bytes:
    """A little-endian TIFF with other values of these tags, as 32 bits each."""
    out, directory = bytearray(body), int.from_bytes(body[4:8], "little")
    wanted = dict(zip(pairs[::2], pairs[1::2], strict=True))
    for number in range(int.from_bytes(body[directory : directory + 2], "little")):
        at = directory + 2 + 12 * number
        tag = int.from_bytes(body[at : at + 2], "little")
        if tag in wanted:
            out[at : at + 12] = struct.pack("<HHII", tag, 4, 1, wanted[tag])
    return bytes(out)


def _ring(body: bytes) -> bytes:
    """The page behind the last is the first."""
    directory = int.from_bytes(body[4:8], "little")
    end = directory + 2 + 12 * int.from_bytes(body[directory : directory + 2], "little")
    return body[:end] + body[4:8] + body[end + 4 :]
