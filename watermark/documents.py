"""One view of everything that can be shown page by page.

Promises: a PDF or a picture, opened from its bytes, as a number of pages, each drawn at the size asked for with what
was found. Leaves decoding to `pdf` and `images`.
"""

import math
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from watermark.errors import TooManyPixels, UnsupportedType
from watermark.findings import Finding
from watermark.images import frames_of, open_picture, scaled
from watermark.media_types import IMAGE_FORMATS, PDF_MEDIA_TYPE
from watermark.pdf import PdfDocument

LONG_RATIO, PART_RATIO, OVERLAP_RATIO = 3.0, 2.0, 0.5  # of the shorter side
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


def open_suspect(source: bytes, media_type: str, *, pages_max: int, pixels_max: int) -> Document:
    """The same of something that leaked, of which every part may tell: each frame of a picture is a page.

    So is each part of a long one, as phones make of several screens: as a whole it would be brought down to nothing.
    """
    if media_type in IMAGE_FORMATS:
        return _Parts(source, pixels_max)
    return open_document(source, media_type, pages_max=pages_max, pixels_max=pixels_max)


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


class _Parts:
    """Frames of a picture, and of each so many parts that lie over each other a little."""

    def __init__(self, source: bytes, pixels_max: int) -> None:
        self._source, self._pixels_max = source, pixels_max
        frames, width, height = frames_of(source, pixels_max=pixels_max)
        ratio = max(width, height) / max(1, min(width, height))
        self._parts = 1 if ratio <= LONG_RATIO else math.ceil((ratio - OVERLAP_RATIO) / (PART_RATIO - OVERLAP_RATIO))
        self.page_count = frames * self._parts

    def page(self, number: int, long_side_px: int) -> Page:
        """A part of a frame, both in order."""
        frame, part = divmod(number - 1, self._parts)
        picture = open_picture(
            self._source,
            pixels_max=self._pixels_max,
            long_side_px=None if self._parts > 1 else long_side_px,
            frame=frame,
        )
        image = scaled(picture.image.crop(self._box(picture.image.size, part)), long_side_px)
        width_pt, height_pt = image.width * POINTS_PER_PIXEL, image.height * POINTS_PER_PIXEL
        return Page(image, width_pt, height_pt, picture.findings)

    def close(self) -> None:
        self._source = b""

    def _box(self, size: tuple[int, int], part: int) -> tuple[int, int, int, int]:
        """Evenly apart along the longer side, the first at its beginning and the last at its end."""
        width, height = size
        if self._parts == 1:
            return 0, 0, width, height
        length = round(PART_RATIO * min(size))
        start = round((max(size) - length) * part / (self._parts - 1))
        return (start, 0, start + length, height) if width > height else (0, start, width, start + length)
