"""PDF pages as pictures, by PDFium.

Promises: a page comes out as a viewer shows it (/Rotate, CropBox, annotations and filled form fields applied, on
white), at any page size; sizes are in points of 1/72 inch with the user unit applied. What PDFium can not open
raises a `WatermarkError`. Leaves to the calling process (`worker`) what pure code can not promise against hostile
files: memory, time, a crash.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from watermark.errors import PdfDamaged, PdfEmpty, PdfEncrypted, TooManyPages
from watermark.findings import Finding
from watermark.pdf_inspection import inspect

# Sides that PDFium sees as this short are not page sizes but damage.
SIDE_MIN_PT = 1e-3
_PASSWORD_ERRORS = {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}


@dataclass(frozen=True)
class RenderedPage:
    """One page as RGB; width and height as shown, after rotation."""

    image: Image.Image
    width_pt: float
    height_pt: float


class PdfDocument:
    """An opened PDF; close it. `findings` are those of the whole document; pages count from 1."""

    def __init__(self, source: bytes, *, pages_max: int) -> None:
        self._source = source  # PDFium reads from these bytes as long as the document is open
        self._pdf = _opened(source)
        try:
            self._pdf.init_forms()  # without it, what people filled in is not drawn
            self.page_count = _counted(self._pdf, pages_max)
            inspection = inspect(self._pdf, source, self.page_count)
        except pypdfium2.PdfiumError as error:
            self._pdf.close()
            raise PdfDamaged from error
        except BaseException:
            self._pdf.close()
            raise
        self.findings: tuple[Finding, ...] = inspection.findings
        self._user_units = inspection.user_units

    def close(self) -> None:
        """Give PDFium's memory back."""
        self._pdf.close()
        self._source = b""

    def size_pt(self, number: int) -> tuple[float, float]:
        """How wide and high page `number` is shown, in points."""
        page, unit = self._page(number), self._user_units.get(number, 1.0)
        try:
            width, height = page.get_size()
        finally:
            page.close()
        return width * unit, height * unit

    def render(self, number: int, long_side_px: int) -> RenderedPage:
        """Page `number`, its longer side exactly `long_side_px`, the shorter in proportion and at least one pixel."""
        page = self._page(number)
        try:
            width, height = page.get_size()
            # PDFium's wrapper rounds up: a hair less keeps 2000 from becoming 2001.
            scale = long_side_px / max(width, height) * (1 - 1e-7)
            image = page.render(scale=scale).to_pil().convert("RGB")
        except (pypdfium2.PdfiumError, ValueError) as error:
            raise PdfDamaged(page=number) from error
        finally:
            page.close()
        unit = self._user_units.get(number, 1.0)
        return RenderedPage(image, width * unit, height * unit)

    def _page(self, number: int) -> pypdfium2.PdfPage:
        try:
            page = self._pdf[number - 1]
            if not _has_area(page):
                # A CropBox that misses the MediaBox leaves nothing; as other viewers do, the MediaBox is shown then.
                page.set_cropbox(*page.get_mediabox())
                page.close()
                page = self._pdf[number - 1]
        except pypdfium2.PdfiumError as error:
            raise PdfDamaged(page=number) from error
        if not _has_area(page):
            page.close()
            raise PdfDamaged(page=number)
        return page


def count_pages(source: bytes | Path) -> int:
    """How many pages PDFium finds, without drawing or inspecting any. Raises PdfEncrypted, PdfDamaged."""
    pdf = _opened(source)
    try:
        return len(pdf)
    finally:
        pdf.close()


def _opened(source: bytes | Path) -> pypdfium2.PdfDocument:
    # Loaded here and not by the wrapper: for a document without pages that reports the error of some document before.
    if isinstance(source, Path):
        handle = pdfium.FPDF_LoadDocument(str(source).encode() + b"\0", None)
    else:
        handle = pdfium.FPDF_LoadMemDocument64(source, len(source), None)
    if handle:
        return pypdfium2.PdfDocument(handle)
    if pdfium.FPDF_GetLastError() in _PASSWORD_ERRORS:
        raise PdfEncrypted
    raise PdfDamaged


def _counted(pdf: pypdfium2.PdfDocument, pages_max: int) -> int:
    pages = len(pdf)
    if pages < 1:
        raise PdfEmpty
    if pages > pages_max:
        raise TooManyPages(pages=pages, limit=pages_max)
    return pages


def _has_area(page: pypdfium2.PdfPage) -> bool:
    return all(math.isfinite(side) and side >= SIDE_MIN_PT for side in page.get_size())
