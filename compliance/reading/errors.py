"""Why something was not read."""

from watermark.errors import WatermarkError


class BadText(ValueError):
    """This is not the JSON of an extracted text."""


class NotReadable(WatermarkError):
    """There is no way to read text out of this kind of file. Params: media_type."""

    slug = "text-not-readable"


class TextDamaged(WatermarkError):
    """The file is not what it was taken for: no text could be read out of it. Params: cause."""

    slug = "text-damaged"
