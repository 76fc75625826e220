"""PDFs that do something, that nobody can read to the end, or that are larger than they look."""

import io
import zlib

import pikepdf

from tests.hostile.model import Files, Hostile
from tests.unit.watermark import sample_pdfs
from tests.unit.watermark.sample_pdfs import assembled, stream

MIB = 1 << 20
FILE = stream(b"payload", b"/Type/EmbeddedFile")
ACTIONS = {
    "javascript": b"<</S/JavaScript/JS(app.alert\\(1\\))>>",
    "javascript-stream": b"<</S/JavaScript/JS 9 0 R>>",
    "launch": b"<</S/Launch/F(cmd.exe)>>",
    "submit-form": b"<</S/SubmitForm/F(http://a.example/)>>",
    "import-data": b"<</S/ImportData/F(a.fdf)>>",
    "remote": b"<</S/GoToR/F(b.pdf)/D[0/Fit]>>",
    "embedded": b"<</S/GoToE/T<</R/C/N(a)>>>>",
    "rendition": b"<</S/Rendition/OP 0>>",
    "movie": b"<</S/Movie>>",
    "sound": b"<</S/Sound>>",
    "rich-media": b"<</S/RichMediaExecute>>",
    "escaped": b"<</S/J#61vaScript/J#53(x)>>",
}


def files() -> Files:
    """All of them."""
    for name, action in ACTIONS.items():
        for place, body in placed(action).items():
            yield Hostile(f"pdf-{name}-{place}", "brochure.pdf", body, "pdf-active")
    yield from _contents()
    yield from _unreadable()
    yield from _bombs()


def placed(action: bytes) -> dict[str, bytes]:
    """The action wherever a reader looks for one, and where only an object refers to it."""
    return {
        "opening": _document(b"/OpenAction " + action),
        "chained": _document(b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next[<</S/Named/N/NextPage>>" + action + b"]>>"),
        "page": _document(page=b"/AA<</O " + action + b">>"),
        "annotation": _document(page=b"/Annots[6 0 R]", extra=b"<</Subtype/Link/Rect[0 0 9 9]/A " + action + b">>"),
        "annotation-within": _document(page=b"/Annots[<</Subtype/Link/Rect[0 0 9 9]/A " + action + b">>]"),
        "field": _document(b"/AcroForm<</Fields[<</T(a)/FT/Tx/AA<</K " + action + b">>>>]>>"),
        "unreferenced": _document(extra=action),
        "packed": _packed(_document(b"/OpenAction 6 0 R", extra=action)),
    }


def _document(catalog: bytes = b"", page: bytes = b"", extra: bytes = b"null", file: bytes = b"null") -> bytes:
    return assembled([
        b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R%b>>" % page,
        stream(b""),
        b"<<>>",
        extra,
        file,
        b"null",
        stream(b"app.alert(1)"),
    ])  # fmt: skip


def _packed(body: bytes) -> bytes:
    """With its objects in a compressed stream, where a search of the bytes finds nothing."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(body)) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _contents() -> Files:
    attached = {
        "names": _document(
            b"/Names<</EmbeddedFiles<</Names[(a)<</Type/Filespec/F(a.exe)/EF<</F 7 0 R>>>>]>>>>", file=FILE
        ),
        "annotation": _document(page=b"/Annots[<</Subtype/FileAttachment/Rect[0 0 9 9]/FS<</EF<</F 7 0 R>>>>>>]"),
        "associated": _document(b"/AF[<</Type/Filespec/F(a)/EF<</F 7 0 R>>>>]", file=FILE),
        "loose": _document(file=FILE),
    }
    for name, body in attached.items():
        yield Hostile(f"pdf-attached-{name}", "brochure.pdf", body, "pdf-active")
    plain = sample_pdfs.marked()
    for name, entries in {
        "xfa": b"/AcroForm<</XFA[(a)(b)]>>",
        "remote-file": b"/Metadata<</FS/URL/F(http://a.example/x)>>",
        "collection": b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>>>>",
    }.items():
        yield Hostile(f"pdf-{name}", "a.pdf", plain.replace(b"/Type/Catalog", b"/Type/Catalog" + entries), "")
    for name, kind in {"rich-media": b"RichMedia", "3d": b"3D", "movie": b"Movie", "screen": b"Screen"}.items():
        body = _document(page=b"/Annots[<</Subtype/%b/Rect[0 0 9 9]>>]" % kind)
        yield Hostile(f"pdf-annotation-{name}", "a.pdf", body, "pdf-active")
    yield Hostile("pdf-stream-elsewhere", "a.pdf", _document(extra=stream(b"", b"/F(http://a.example)")), "pdf-active")


def _unreadable() -> Files:
    whole = sample_pdfs.pages(3)
    for part in range(1, 16):
        yield Hostile(f"pdf-truncated-{part}", "a.pdf", whole[: len(whole) * part // 16], "structure-broken")
    elsewhere = whole.replace(b"startxref\n", b"startxref\n1")
    yield Hostile("pdf-cross-reference-elsewhere", "a.pdf", elsewhere, "pdf-unreadable")
    yield Hostile("pdf-encrypted", "a.pdf", sample_pdfs.encrypted(user_password="secret"), "pdf-password")
    yield Hostile("pdf-only-a-head", "a.pdf", b"%PDF-1.7\n", "structure-broken")
    yield Hostile("pdf-zeros", "a.pdf", b"%PDF-1.7\n" + bytes(10_000) + b"%%EOF", "")
    yield Hostile("pdf-no-catalog", "a.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<</Size 2>>\n%%EOF", "")
    yield Hostile("pdf-pages-of-themselves", "a.pdf", _tree(b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99>>"), "")
    yield Hostile("pdf-catalog-of-itself", "a.pdf", _tree(b"<</Type/Pages/Kids[1 0 R]/Count 1>>"), "")
    yield Hostile("pdf-leading-page", "a.pdf", b"<html><script>x()</script></html>\n" + whole, "")
    for name, behind in {
        "zip-like": b"PK\x05\x06" + bytes(18),
        "text": b"<script>" * 400,
        "zeros": bytes(5000),
    }.items():
        yield Hostile(f"pdf-behind-{name}", "a.pdf", whole + behind, "")


def _tree(pages: bytes) -> bytes:
    return assembled([b"<</Type/Catalog/Pages 2 0 R>>", pages, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"])


def _bombs() -> Files:
    yield Hostile("pdf-memory-bomb", "a.pdf", sample_pdfs.memory_bomb(80 * MIB), "pdf-bomb")
    twice = zlib.compress(zlib.compress(bytes(20 * MIB), 9), 9)
    body = _document(extra=stream(twice, b"/Filter[/FlateDecode/FlateDecode]"))
    yield Hostile("pdf-bomb-in-a-bomb", "a.pdf", body, "pdf-bomb")
    many = b"/Filter[" + b"/ASCIIHexDecode" * 60 + b"]"
    yield Hostile("pdf-filters-many", "a.pdf", _document(extra=stream(b"00>", many)), "pdf-bomb")
    for name, sizes in {"gigapixels": (60_000, 60_000), "line": (2**31 - 1, 1), "wide": (200_000, 20_000)}.items():
        entries = b"/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB" % sizes
        yield Hostile(f"pdf-image-{name}", "a.pdf", _document(extra=stream(b"", entries)), "pdf-bomb")
