"""Pixels as a file of ours.

Promises: nothing in it but the pixels: no EXIF, no profile, no comment. Light to import: the drawing process needs it
and has no room for what seals.
"""

import io

from PIL import Image

JPEG_QUALITY = 85
PNG_LEVEL = 3  # of 9: on photographs three times as fast as the default for a few per cent more bytes


def encode(image: Image.Image, media_type: str, quality: int = JPEG_QUALITY) -> bytes:
    """RGB pixels as a file that holds nothing else: no EXIF, no ICC profile, no comment."""
    image.info.clear()  # what Pillow read there (ICC, XMP, comments), it would write again
    out = io.BytesIO()
    if media_type == "image/png":
        image.save(out, "PNG", compress_level=PNG_LEVEL)
    else:
        image.save(out, "JPEG", quality=quality, subsampling="4:2:0")
    return out.getvalue()
