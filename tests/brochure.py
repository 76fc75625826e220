"""The brochure of the journeys: three pages that differ in shape, with words and colours that can be looked for."""

from tests.unit.watermark.sample_pdfs import assembled, stream

WORDS = "THESE WORDS STAND IN THE ORIGINAL"
# Width and height in points as a reader sees the page: portrait A4, A4 turned on its side, a square cut out of A4.
SHOWN_SIZES_PT = ((595, 842), (842, 595), (400, 400))
PAGE_ATTRIBUTES = (b"", b"/Rotate 90", b"/CropBox[100 200 500 600]")
FONT = b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"


def brochure(words: str = WORDS, *, ballast: bytes = b"", pages: int = len(PAGE_ATTRIBUTES)) -> bytes:
    """A PDF of three pages: one plain, one rotated, one cropped. `ballast` makes it larger and is never shown."""
    first = 3
    kids = b" ".join(b"%d 0 R" % (first + 2 * page) for page in range(pages))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, pages)]
    for page, attributes in enumerate(PAGE_ATTRIBUTES[:pages]):
        head = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R%b%b>>"
        objects.append(head % (first + 2 * page + 1, FONT, attributes))
        objects.append(stream(_drawn(f"{words} {page + 1}")))
    return assembled([*objects, stream(ballast)] if ballast else objects)


def _drawn(words: str) -> bytes:
    """Soft stripes, so that a mark changes pixels wherever it falls, and the words in the middle."""
    stripes = "".join(
        f"{0.9 - 0.004 * band} {0.75 + 0.005 * band} 0.85 rg 0 {band * 28} 595 28 re f " for band in range(31)
    )
    return f"{stripes} 0 0 0 rg BT /F 16 Tf 120 420 Td ({words}) Tj ET".encode()
