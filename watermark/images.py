"""Pictures that people upload, as plain RGB.

Promises: JPEG, PNG, WebP, GIF, TIFF, HEIC and AVIF (of several frames the first) come out upright, in sRGB, eight bits,
on white where they were transparent, without any metadata; the number of pixels is checked before one is decoded.
Broken input raises a `WatermarkError`. Leaves memory and time limits to the process that calls (`worker`).
"""

import io
import math
import struct
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import pi_heif
from PIL import AvifImagePlugin, Image, ImageCms, ImageOps

from watermark.errors import ImageDamaged, TooManyPixels
from watermark.findings import Finding
from watermark.media_types import IMAGE_FORMATS

LOSSLESS_FORMATS = frozenset({"PNG", "GIF"})  # sealed again as PNG: flat colours and sharp edges
WHOLE_PIXELS_MAX = 50_000_000  # of a whole picture to be downloaded; what is larger is shrunk
WHITE = (255, 255, 255)
PROFILE_MODES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK", "Lab": "LAB"}
# Pillow's decoders let out whatever their parsing trips over; MemoryError is not among these and goes on.
_DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    struct.error,
)


# The pool is what uses the processors.
pi_heif.options.DECODE_THREADS = 1
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
pi_heif.register_heif_opener(thumbnails=False)


@dataclass(frozen=True)
class Picture:
    """An opened picture; `width_px` and `height_px` are those of the upright original, whatever size was decoded."""

    image: Image.Image
    width_px: int
    height_px: int
    lossless: bool
    findings: tuple[Finding, ...]


def open_picture(source: bytes, *, pixels_max: int, long_side_px: int | None = None, frame: int = 0) -> Picture:
    """Decode `source`. With `long_side_px` the image may come smaller, but not under that size, where it is cheaper."""
    with _opening(source, pixels_max) as opened:
        if frame:
            opened.seek(frame)
        return _decoded(opened, pixels_max, long_side_px)


def frames_of(source: bytes, *, pixels_max: int) -> tuple[int, int, int]:
    """How many frames there are to look at, and how wide and high an upright one is.

    What a JPEG of a phone has beside its picture, such as a map of its brightness, is none.
    """
    with _opening(source, pixels_max) as opened:
        frames = 1 if opened.format == "MPO" else getattr(opened, "n_frames", 1)
        width, height = opened.size
        return frames, *((height, width) if _is_turned(opened) else (width, height))


@contextmanager
def _opening(source: bytes, pixels_max: int) -> Generator[Image.Image]:
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(source), formats=tuple(IMAGE_FORMATS.values())) as opened,
        ):
            yield opened
    except Image.DecompressionBombError as error:
        raise TooManyPixels(limit=pixels_max) from error
    except _DECODER_ERRORS as error:
        raise ImageDamaged from error


def whole(picture: Picture) -> Image.Image:
    """The picture for a download: at its own size, or shrunk to WHOLE_PIXELS_MAX."""
    width, height = picture.image.size
    factor = math.sqrt(WHOLE_PIXELS_MAX / (width * height))
    return picture.image if factor >= 1 else scaled(picture.image, math.floor(max(width, height) * factor))


def scaled(image: Image.Image, long_side_px: int) -> Image.Image:
    """`image` shrunk to fit a square of `long_side_px`; never enlarged."""
    if max(image.size) <= long_side_px:
        return image
    return image.resize(_fitted(image.size, long_side_px), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _fitted(size: tuple[int, int], long_side_px: int) -> tuple[int, int]:
    factor = long_side_px / max(size)
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _decoded(opened: Image.Image, pixels_max: int, long_side_px: int | None) -> Picture:
    width, height = opened.size
    if width * height > pixels_max:
        raise TooManyPixels(pixels=width * height, limit=pixels_max)
    frames, lossless = getattr(opened, "n_frames", 1), opened.format in LOSSLESS_FORMATS
    findings = [Finding("image-more-frames", {"frames": frames})] if frames > 1 else []
    if width * height > WHOLE_PIXELS_MAX:
        findings.append(Finding("image-reduced", {"pixels": width * height, "limit": WHOLE_PIXELS_MAX}))
    if long_side_px is not None:
        opened.draft(None, _fitted(opened.size, long_side_px))  # JPEG alone can decode at 1/2, 1/4, 1/8
    turned = _is_turned(opened)
    opened.load()
    ImageOps.exif_transpose(opened, in_place=True)
    image, profile_used = _in_srgb(_opaque(_eight_bit(opened)), opened.info.get("icc_profile"))
    if not profile_used:
        findings.append(Finding("image-profile-ignored"))
    image.info.clear()
    size = (height, width) if turned else (width, height)
    return Picture(image, *size, lossless=lossless, findings=tuple(findings))


def _is_turned(image: Image.Image) -> bool:
    return image.getexif().get(0x0112, 1) in {5, 6, 7, 8}


def _eight_bit(image: Image.Image) -> Image.Image:
    """Deep greyscale brought down to eight bits; Pillow's own conversion would cut it off at 255."""
    if image.mode not in {"I", "F"} and not image.mode.startswith("I;16"):
        return image
    image.info.pop("transparency", None)  # a 16-bit level, meaningless from here on
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    # 32-bit integers and floats have no agreed white: the levels that occur are spread from black to white.
    low, high = cast("tuple[float, float]", image.getextrema())
    scale = 255 / ((high - low) or 1)
    return image.point(lambda level: level * scale - low * scale).convert("L")


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image
    layered = image.convert("RGBA")
    ground = Image.new("RGB", layered.size, WHITE)
    ground.paste(layered, mask=layered.getchannel("A"))
    return ground


def _in_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, bool]:
    """`image` as sRGB, and False when it has an ICC profile that could not be used."""
    if image.mode == "LAB" and not profile:
        return _converted(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))), True
    if not profile:
        return image.convert("RGB"), True
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return _converted(_in_mode_of(source, image), source), True
    except (ImageCms.PyCMSError, OSError, ValueError, KeyError):
        return image.convert("RGB"), False


def _in_mode_of(profile: ImageCms.ImageCmsProfile, image: Image.Image) -> Image.Image:
    """`image` in the mode of its profile: grey pictures may carry an RGB profile, flattened ones a grey profile."""
    mode = PROFILE_MODES[profile.profile.xcolor_space.strip()]
    if image.mode != mode and "CMYK" in {image.mode, mode}:
        raise ValueError("no meaning: ink profile for light, or the reverse")
    return image if image.mode == mode else image.convert(mode)


def _converted(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    return converted if converted is not None else image.convert("RGB")
