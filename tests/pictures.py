"""Looking at sealed pictures and files: where two of them differ, and what a PDF holds."""

import io

import pypdf
import pypdfium2
from PIL import Image, ImageChops

VISIBLE = 12  # of 255: more than JPEG's own noise on a soft background


def decoded(picture: bytes) -> Image.Image:
    """The pixels of a JPEG or PNG."""
    return Image.open(io.BytesIO(picture)).convert("RGB")


def changed_share(one: Image.Image, other: Image.Image) -> float:
    """How many of the pixels differ to the eye, 0 to 1."""
    assert one.size == other.size
    red, green, blue = ImageChops.difference(one, other).split()
    strongest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    histogram = strongest.histogram()
    return sum(histogram[VISIBLE:]) / sum(histogram)


def least_changed_share(one: Image.Image, other: Image.Image, *, rows: int = 5, columns: int = 4) -> float:
    """The same, in that field of a grid over the picture where the two differ least."""
    width, height = one.size[0] // columns, one.size[1] // rows
    corners = [(column * width, row * height) for row in range(rows) for column in range(columns)]
    boxes = [(x, y, x + width, y + height) for x, y in corners]
    return min(changed_share(one.crop(box), other.crop(box)) for box in boxes)


def pages_of(pdf: bytes) -> list[Image.Image]:
    """Every page as PDFium draws it, one pixel to the point."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=1).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


def text_of(pdf: bytes) -> str:
    """The words that two readers can take out of a PDF."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        words = "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
    return words + "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def streams_of(pdf: bytes) -> list[bytes]:
    """The data of every stream in a PDF, decoded where that is possible."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    found = []
    for number in range(1, len(reader.xref[0]) + 1):
        stored = reader.get_object(pypdf.generic.IndirectObject(number, 0, reader))
        if isinstance(stored, pypdf.generic.StreamObject):
            jpeg = stored.get("/Filter") == "/DCTDecode"
            found.append(stored._data if jpeg else stored.get_data())
    return found
