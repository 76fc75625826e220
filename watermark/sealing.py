"""The visible seal: a picture comes in, the same picture with a stamp burned into its pixels goes out.

Promises: text in every part of the picture, down to the smallest; legible on white, black and what lies between;
the picture's size unchanged; no metadata in the bytes that leave. Leaves decoding what people upload to `images`,
and who the stamp names to the caller. Levels are 8-bit sRGB.
"""

import io

from PIL import Image

from watermark.bases import Base
from watermark.errors import ImageDamaged, UnsupportedType
from watermark.stamp import Stamp
from watermark.tile import Tile, em_px, footer, tile

SEALED_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
JPEG_QUALITY = 85
PNG_LEVEL = 3  # of 9: on photographs three times as fast as the default for a few per cent more bytes
FOOTER_MARGIN_SHARE = 1 / 100


def stamp_image(image: Image.Image, stamp: Stamp) -> Image.Image:
    """`image` (any mode; taken over) as RGB, the stamp tiled over all of it, the footer line at its lower left."""
    sealed = image if image.mode == "RGB" else image.convert("RGB")
    short_side = min(sealed.size)
    _cover(sealed, tile(stamp.lines, em_px(stamp.lines, short_side), stamp.preset))
    line = footer(stamp.footer, sealed.width, short_side)
    margin = round(short_side * FOOTER_MARGIN_SHARE)
    sealed.paste(line.paint, (margin, sealed.height - line.paint.height - margin), line.opacity)
    return sealed


def sealed(base: Base, stamp: Stamp, media_type: str) -> bytes:
    """A rendition of ours, stamped and encoded as `media_type` (`SEALED_FORMATS`); `base` stays as it is."""
    if media_type not in SEALED_FORMATS:
        raise UnsupportedType(media_type=media_type)
    return encode(stamp_image(base.image.copy(), stamp), media_type)


def decoded(content: bytes) -> Image.Image:
    """The pixels of a JPEG or PNG rendition of ours, as RGB. Raises ImageDamaged."""
    try:
        with Image.open(io.BytesIO(content), formats=tuple(SEALED_FORMATS.values())) as image:
            return image.convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise ImageDamaged from error


def encode(image: Image.Image, media_type: str, quality: int = JPEG_QUALITY) -> bytes:
    """RGB pixels as a file that holds nothing else: no EXIF, no ICC profile, no comment."""
    image.info.clear()  # what Pillow read there (ICC, XMP, comments), it would write again
    out = io.BytesIO()
    if media_type == "image/png":
        image.save(out, "PNG", compress_level=PNG_LEVEL)
    else:
        image.save(out, "JPEG", quality=quality, subsampling="4:2:0")
    return out.getvalue()


def _cover(image: Image.Image, pattern: Tile) -> None:
    width, height = pattern.paint.size
    for top in range(0, image.height, height):
        for left in range(0, image.width, width):
            image.paste(pattern.paint, (left, top), pattern.opacity)
