"""Pictures for the tests. The drawn one is red at its upper left, green at its upper right, blue at its lower left."""

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image, ImageCms, PngImagePlugin

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
ORIENTATION = 0x0112


def marked(width: int = 80, height: int = 40) -> Image.Image:
    """A white picture with corner marks a quarter of its height wide."""
    image, side = Image.new("RGB", (width, height), WHITE), height // 4
    image.paste(RED, (0, 0, side, side))
    image.paste(GREEN, (width - side, 0, width, side))
    image.paste(BLUE, (0, height - side, side, height))
    return image


def saved(image: Image.Image, file_format: str, **options: Any) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


def oriented(orientation: int) -> bytes:
    """A JPEG that says in its EXIF data how it lies."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010E] = "secret description"
    return saved(marked(), "JPEG", quality=95, subsampling=0, exif=exif)


def profile_with_red_and_green_exchanged() -> bytes:
    """An sRGB profile whose red primary is green and whose green is red: what is stored red shows green."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"tmp!").replace(b"gXYZ", b"rXYZ").replace(b"tmp!", b"gXYZ")


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def heic(image: Image.Image, **options: Any) -> bytes:
    """The picture as a telephone stores it; the product only reads the format, so a library of its own writes it."""
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, quality=95, **options)
    return out.getvalue()


SECRET = "secret place"


def with_secrets(file_format: str) -> bytes:
    """A picture with as much said about it as the format holds: EXIF, XMP, a comment, text."""
    exif, text = Image.Exif(), PngImagePlugin.PngInfo()
    exif[0x010E] = SECRET
    exif.get_ifd(0x8825)[0x001D] = SECRET
    text.add_text("Comment", SECRET)
    image = marked(400, 300)
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
    if file_format == "HEIF":
        image.info |= {"xmp": xmp}
        return heic(image, exif=exif.tobytes())
    said: dict[str, dict[str, Any]] = {
        "JPEG": {"exif": exif, "xmp": xmp, "comment": SECRET.encode()},
        "PNG": {"exif": exif, "pnginfo": text},
        "WEBP": {"exif": exif, "xmp": xmp},
        "AVIF": {"exif": exif, "xmp": xmp},
        "TIFF": {"exif": exif, "description": SECRET},
        "GIF": {"comment": SECRET.encode()},
    }
    return saved(image, file_format, **said[file_format])
