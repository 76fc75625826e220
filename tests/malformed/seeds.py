"""Whole files of every kind that is prepared, small, each with structure of its own for mutations to break."""

import io
import zlib
from functools import cache

import pikepdf
from PIL import Image

from tests import office_files
from tests.unit.watermark import sample_images, sample_pdfs

Seeds = dict[str, bytes]


@cache
def pdfs() -> Seeds:
    """Classic and compressed cross-references, filters, fonts, forms."""
    classic = sample_pdfs.marked()
    return {
        "classic": classic,
        "packed": _saved(classic, object_stream_mode=pikepdf.ObjectStreamMode.generate),
        "linear": _saved(sample_pdfs.pages(3), linearize=True),
        "inherited": sample_pdfs.with_inherited_resources(),
        "chinese": sample_pdfs.unembedded_chinese("玻尿酸"),
        "dct": _with_image(sample_images.saved(sample_images.marked(), "JPEG"), b"/DCTDecode"),
        "jpx": _with_image(sample_images.saved(sample_images.marked(), "JPEG2000"), b"/JPXDecode"),
        "flate": _with_image(_predicted(), b"/FlateDecode/DecodeParms<</Predictor 15/Colors 3/Columns 80>>"),
        "shading": _shaded(),
        "updated": classic + b"\n5 0 obj\n<<>>\nendobj\nxref\n5 1\n%010d 00000 n \ntrailer\n<</Size 6/Root 1 0 R/Prev "
        b"%d>>\nstartxref\n%d\n%%%%EOF\n" % (len(classic) + 1, classic.rindex(b"xref\n0"), len(classic) + 21),
    }


@cache
def pictures() -> Seeds:
    """Each format in the shapes that its decoder has code of its own for."""
    picture = sample_images.marked(160, 120)
    frames = [sample_images.marked(80, 40), Image.new("RGB", (80, 40), (0, 0, 0))]
    animated = {"save_all": True, "append_images": frames[1:]}
    return {
        "jpeg": sample_images.saved(picture, "JPEG"),
        "jpeg-progressive": sample_images.saved(picture, "JPEG", progressive=True),
        "jpeg-cmyk": sample_images.saved(picture.convert("CMYK"), "JPEG"),
        "jpeg-turned": sample_images.oriented(6),
        "png": sample_images.saved(picture, "PNG"),
        "png-palette": sample_images.saved(picture.convert("P"), "PNG"),
        "png-animated": sample_images.saved(frames[0], "PNG", **animated),
        "webp": sample_images.saved(picture, "WEBP"),
        "webp-lossless": sample_images.saved(picture.convert("RGBA"), "WEBP", lossless=True),
        "webp-animated": sample_images.saved(frames[0], "WEBP", **animated),
        "gif": sample_images.saved(frames[0], "GIF", **animated),
        "tiff-lzw": sample_images.saved(picture, "TIFF", compression="tiff_lzw"),
        "tiff-jpeg": sample_images.saved(picture, "TIFF", compression="jpeg"),
        "tiff-pages": sample_images.saved(frames[0], "TIFF", **animated),
        "heic": sample_images.heic(picture),
        "avif": sample_images.saved(picture, "AVIF"),
    }


@cache
def office() -> Seeds:
    """Documents, presentations and sheets."""
    return {
        "docx": office_files.docx(),
        "xlsx": office_files.xlsx(),
        "pptx": office_files.pptx(),
        "odt": office_files.zipped(office_files.odt_parts()),
    }


def _saved(source: bytes, **options: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(source)) as pdf:
        pdf.save(out, deterministic_id=True, **options)  # type: ignore[arg-type]  # named options of one function
    return out.getvalue()


def _with_image(content: bytes, filters: bytes) -> bytes:
    """A page that is one picture."""
    head = b"/Type/XObject/Subtype/Image/Width 80/Height 40/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter"
    return sample_pdfs.assembled([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
        sample_pdfs.stream(b"q 200 0 0 100 0 0 cm /I Do Q"),
        sample_pdfs.stream(content, head + filters),
    ])  # fmt: skip


def _predicted() -> bytes:
    """Rows with the predictor of PNG."""
    pixels = sample_images.marked().tobytes()
    return zlib.compress(b"".join(b"\x02" + pixels[at : at + 240] for at in range(0, len(pixels), 240)))


def _shaded() -> bytes:
    """A gradient by a function of steps, and a type 3 font."""
    shading = (
        b"/Resources<</Shading<</S<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 200 100]/Function<</FunctionType 2"
        b"/Domain[0 1]/C0[1 0 0]/C1[0 0 1]/N 1>>>>>>/Font<</T<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix"
        b"[.1 0 0 .1 0 0]/FirstChar 65/LastChar 65/Widths[9]/Encoding<</Differences[65/a]>>/CharProcs<</a 4 0 R>>>>>>>>"
    )
    return sample_pdfs.one_page(b"/MediaBox[0 0 200 100]" + shading, b"/S sh BT /T 12 Tf 20 20 Td (AAA) Tj ET")
