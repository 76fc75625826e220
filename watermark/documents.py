"""One view of everything that can be shown page by page.

Promises: a PDF or a picture, opened from its bytes, as a number of pages, each drawn at the size asked for with what
was found. Leaves decoding to `pdf` and `images`.
"""

from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from watermark.errors import TooManyPixels, UnsupportedType
from watermark.findings import Finding
from watermark.images import open_picture, scaled
from watermark.media_types import IMAGE_FORMATS, PDF_MEDIA_TYPE
from watermark.pdf import PdfDocument

POINTS_PER_PIXEL = 0.75  # a picture has no size on paper; the CSS pixel gives it one: 96 to the inch


@dataclass(frozen=True)
class Page:
    """A page drawn in RGB. `findings` are its own; with page 1 come those of the whole document."""

    image: Image.Image
    width_pt: float
    height_pt: float
    findings: tuple[Finding, ...]


class Document(Protocol):
    """Pages, counted from 1."""

    page_count: int

    def page(self, number: int, long_side_px: int, /) -> Page:
        """Draw a page with its longer side at `long_side_px`; a picture smaller than that stays as it is."""

    def close(self) -> None:
        """Give back what was held."""


def open_document(source: bytes, media_type: str, *, pages_max: int, pixels_max: int) -> Document:
    """Open `source` as what `media_type` says; a picture may be in any of the picture formats, whichever was said."""
    if media_type == PDF_MEDIA_TYPE:
        return _Pdf(PdfDocument(source, pages_max=pages_max), pixels_max)
    if media_type in IMAGE_FORMATS:
        return _Picture(source, pixels_max)
    raise UnsupportedType(media_type=media_type)


class _Pdf:
    def __init__(self, pdf: PdfDocument, pixels_max: int) -> None:
        self._pdf = pdf
        self._pixels_max = pixels_max
        self.page_count = pdf.page_count

    def page(self, number: int, long_side_px: int) -> Page:
        if long_side_px**2 > self._pixels_max:
            raise TooManyPixels(pixels=long_side_px**2, limit=self._pixels_max)
        rendered = self._pdf.render(number, long_side_px)
        findings = self._pdf.findings if number == 1 else ()
        return Page(rendered.image, rendered.width_pt, rendered.height_pt, findings)

    def close(self) -> None:
        self._pdf.close()


class _Picture:
    page_count = 1

    def __init__(self, source: bytes, pixels_max: int) -> None:
        self._source = source
        self._pixels_max = pixels_max

    def page(self, _number: int, long_side_px: int) -> Page:
        picture = open_picture(self._source, pixels_max=self._pixels_max, long_side_px=long_side_px)
        width_pt, height_pt = picture.width_px * POINTS_PER_PIXEL, picture.height_px * POINTS_PER_PIXEL
        return Page(scaled(picture.image, long_side_px), width_pt, height_pt, picture.findings)

    def close(self) -> None:
        self._source = b""
