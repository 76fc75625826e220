"""Why a document or picture was not rendered or sealed.

Promises: every refusal of `watermark` and of the processes that run it is a `WatermarkError` with a stable `slug`
(a key for translation, documentation and HTTP problems) and plain `params`. Leaves the wording, and the HTTP
status, to others.
"""

from collections.abc import Mapping
from typing import ClassVar

Params = Mapping[str, str | int]


class WatermarkError(Exception):
    """A material could not be rendered or sealed; `slug` says why, `params` are the numbers and names of this case."""

    slug: ClassVar[str] = "render-failed"

    def __init__(self, **params: str | int) -> None:
        self.params: Params = params
        super().__init__(f"{self.slug} {params}" if params else self.slug)


class UnsupportedType(WatermarkError):
    """No page images can be made of this media type. Params: media_type."""

    slug = "unsupported-type"


class PdfEncrypted(WatermarkError):
    """The PDF opens only with a password."""

    slug = "pdf-encrypted"


class PdfDamaged(WatermarkError):
    """PDFium can not read the document, or (param `page`) not this page of it."""

    slug = "pdf-damaged"


class PdfEmpty(WatermarkError):
    """The PDF has no pages."""

    slug = "pdf-empty"


class ImageDamaged(WatermarkError):
    """Pillow can not decode the picture: truncated, broken, or not a picture of a known format."""

    slug = "image-damaged"


class SourceTooLarge(WatermarkError):
    """The source has more bytes than are taken into a rendering process. Params: size_bytes, limit_bytes."""

    slug = "source-too-large"


class SourceIncomplete(WatermarkError):
    """The source gave another number of bytes than announced. Params: size_bytes (announced)."""

    slug = "source-incomplete"


class TooManyPages(WatermarkError):
    """Params: pages, limit."""

    slug = "too-many-pages"


class TooManyPixels(WatermarkError):
    """Params: pixels, limit."""

    slug = "too-many-pixels"


class RenderMemory(WatermarkError):
    """Rendering needed more memory than the rendering process may have."""

    slug = "render-memory"


class RenderTimeout(WatermarkError):
    """Rendering took longer than allowed; the process was killed. Params: limit_s."""

    slug = "render-timeout"


class RenderCrashed(WatermarkError):
    """The rendering process died under this job."""

    slug = "render-crashed"


class RenderBusy(WatermarkError):
    """No rendering process came free in time. Params: limit_s."""

    slug = "render-busy"


class OfficeConverterMissing(WatermarkError):
    """Office files can't be converted on this machine. Params: cause (program or jail)."""

    slug = "office-converter-missing"


class OfficeConversionFailed(WatermarkError):
    """No PDF could be made of an Office file. Params: cause (damaged, password, memory, time or program)."""

    slug = "office-conversion-failed"


class OfficeTooLarge(WatermarkError):
    """An Office file, or what it expands to, is above a limit. Params: what, found, limit."""

    slug = "office-too-large"


def error_of(slug: str, params: Params) -> WatermarkError:
    """The error with this slug, as it crossed a process border; an unknown slug is the base class."""
    kind = next((each for each in WatermarkError.__subclasses__() if each.slug == slug), WatermarkError)
    return kind(**params)
