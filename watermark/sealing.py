"""The visible seal: a picture comes in, the same picture with a stamp burned into its pixels goes out.

Promises: text where the look says, and in every look one line of all facts; legible on white, black and what lies
between; the picture's size unchanged; no metadata in the bytes that leave. Leaves decoding what people upload to
`images`, who the stamp names to the caller, and how it looks to `look`. Levels are 8-bit sRGB.
"""

import io

import numpy as np
from PIL import Image

from watermark.bases import Base
from watermark.encoding import encode
from watermark.errors import ImageDamaged, UnsupportedType
from watermark.look import STANDARD, Look
from watermark.stamp import Stamp
from watermark.tile import Pixels, footer, overlay

SEALED_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}


def stamp_pixels(pixels: Pixels, stamp: Stamp, look: Look = STANDARD) -> None:
    """Draw the mark into `pixels` (RGB; changed in place): as the look says, and the footer at the lower left."""
    height, width = pixels.shape[:2]
    overlay(look.lines(stamp), look, width, height).onto(pixels)
    footer(stamp.footer, width, height).onto(pixels)


def stamp_image(image: Image.Image, stamp: Stamp, look: Look = STANDARD) -> Image.Image:
    """The same for a picture of any mode, as a new RGB one."""
    pixels = np.array(image if image.mode == "RGB" else image.convert("RGB"))
    stamp_pixels(pixels, stamp, look)
    return Image.fromarray(pixels)


def sealed(base: Base, stamp: Stamp, look: Look, media_type: str) -> bytes:
    """A rendition of ours, stamped and encoded as `media_type` (`SEALED_FORMATS`); `base` stays as it is."""
    if media_type not in SEALED_FORMATS:
        raise UnsupportedType(media_type=media_type)
    return encode(stamp_image(base.image, stamp, look), media_type)


def decoded(content: bytes) -> Image.Image:
    """The pixels of a JPEG or PNG rendition of ours, as RGB. Raises ImageDamaged."""
    try:
        with Image.open(io.BytesIO(content), formats=tuple(SEALED_FORMATS.values())) as image:
            return image.convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise ImageDamaged from error
