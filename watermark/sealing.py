"""The seal: a picture comes in, the same picture with a stamp and a hidden mark in its pixels goes out.

Promises: text where the look says, and in every look one line of all facts; legible on white, black and what lies
between; the picture's size unchanged; no metadata in the bytes that leave. Leaves the hidden mark to `hidden`, decoding
to `bases`, who the stamp names to the caller, and how it looks to `look`. Levels are 8-bit sRGB.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from watermark.bases import Base
from watermark.encoding import JPEG_QUALITY, encode
from watermark.errors import UnsupportedType, WatermarkError
from watermark.hidden import HiddenKey, embed
from watermark.look import STANDARD, Look
from watermark.stamp import Stamp
from watermark.tile import Pixels, footer, overlay

MARKED_SHORT_SIDE_MIN_PX = 200  # below, a page is unreadable and a pattern of this coarseness would not survive
LESSER_QUALITIES = (80, 74, 68, 60, 50, 40, 30, 20, 10, 5)  # tried in turn where a copy has to fit into a room
_SUBSAMPLED = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420)
SEALED_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}


@dataclass(frozen=True)
class Mark:
    """The hidden mark of one copy of one page; `asset` names the page (32 bytes, see `watermark.hidden`)."""

    copy_id: int
    key: HiddenKey
    asset: bytes

    def onto(self, base: Base) -> Pixels:
        """A new picture with the mark in it, or without where it is too small."""
        if min(base.pixels.shape[:2]) < MARKED_SHORT_SIDE_MIN_PX:
            return base.pixels.copy()
        return embed(base.pixels, base.carrier, self.copy_id, self.key, self.asset)


def encoded(pixels: Pixels, media_type: str, jpeg_max_bytes: int | None = None) -> bytes:
    """RGB pixels as a file that holds nothing else.

    A JPEG that has to fit takes the best of some qualities in which it does. Raises WatermarkError if it does in none.
    """
    if media_type == "image/png":
        return encode(Image.fromarray(pixels), media_type)
    # As Pillow's, less two copies of the pixels. Turned in place, they would be copied twice.
    turned = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    for quality in (JPEG_QUALITY, *LESSER_QUALITIES):
        options = (cv2.IMWRITE_JPEG_QUALITY, quality, *_SUBSAMPLED)
        _, content = cv2.imencode(".jpg", turned, options)
        if jpeg_max_bytes is None or content.nbytes <= jpeg_max_bytes:
            return content.tobytes()
    raise WatermarkError


def stamp_pixels(pixels: Pixels, stamp: Stamp, look: Look = STANDARD, times: int = 1) -> None:
    """Draw the mark into `pixels` (RGB; changed in place): as the look says, and the footer at the lower left.

    A page at so many `times` its size (a divisor of both sides) has the mark where the page itself has it.
    """
    height, width = (side // times for side in pixels.shape[:2])
    overlay(look.lines(stamp), look, width, height, times).onto(pixels)
    footer(stamp.footer, width, height, times).onto(pixels)


def stamp_image(image: Image.Image, stamp: Stamp, look: Look = STANDARD) -> Image.Image:
    """The same for a picture of any mode, as a new RGB one."""
    pixels = np.array(image if image.mode == "RGB" else image.convert("RGB"))
    stamp_pixels(pixels, stamp, look)
    return Image.fromarray(pixels)


def sealed(
    base: Base, stamp: Stamp, look: Look, mark: Mark | None, media_type: str, *, jpeg_max_bytes: int | None = None
) -> bytes:
    """A rendition of ours with both marks, encoded as `media_type` (`SEALED_FORMATS`); `base` stays as it is.

    The hidden mark lies under the visible one, which so stays as clear as it was. Without `mark`, or where the picture
    is too small to hold one (MARKED_SHORT_SIDE_MIN_PX), there is the visible mark alone.
    """
    if media_type not in SEALED_FORMATS:
        raise UnsupportedType(media_type=media_type)
    return encoded(sealed_pixels(base, stamp, look, mark), media_type, jpeg_max_bytes)


def sealed_pixels(base: Base, stamp: Stamp, look: Look, mark: Mark | None) -> Pixels:
    """The pixels of that."""
    pixels = base.pixels.copy() if mark is None else mark.onto(base)
    stamp_pixels(pixels, stamp, look, base.times)
    return pixels
