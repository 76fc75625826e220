"""From a painted frame to a photograph: glow, vignette, a soft shoulder, grain, size, JPEG.

Promises an RGB image of exactly the size asked, the same for the same scene and seed. Scenes are painted smaller than
they are printed (nothing in them is sharper than that) and only the grain is made at full size: it is what the eye
takes for focus.
"""

from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image, ImageFilter

from fileserver.demo.materials.studio.frame import Frame, Plane

Scene = Callable[[Frame, np.random.Generator], None]

PAINT_SCALE = 0.62
GRAIN = 3.0
GRAIN_TILE = 384
JPEG_QUALITY = 86


def photograph(
    scene: Scene, seed: int, width: int, height: int, *, scale: float = PAINT_SCALE, grain: float = GRAIN
) -> Image.Image:
    """Paint a scene at `scale` and develop it to width × height; grain 0 keeps a lossless file or a film small."""
    rng = np.random.default_rng(seed)
    frame = Frame.blank(max(2, round(width * scale)), max(2, round(height * scale)))
    scene(frame, rng)
    return _print(_develop(frame), width, height, rng, grain)


def jpeg(image: Image.Image, quality: int = JPEG_QUALITY) -> bytes:
    """The image as JPEG."""
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=False)
    return out.getvalue()


def _develop(frame: Frame) -> Plane:
    image = frame.canvas
    image += _halation(image)
    fall = np.square(frame.x / frame.right) + np.square(frame.y / frame.bottom)
    image *= (1 - 0.10 * fall)[..., None]
    shoulder = 0.82 + 0.18 * np.tanh((image - 0.82) / 0.18)
    return np.where(image > 0.82, shoulder, image)


def _halation(image: Plane) -> Plane:
    """Bright places bleed into their surroundings, as light does in film."""
    height, width = image.shape[:2]
    bright = np.clip((image - 0.78) * 255, 0, 255).astype(np.uint8)
    small = Image.fromarray(bright).reduce(8)
    size = max(small.size) / 28
    soft = small.filter(ImageFilter.GaussianBlur(size)).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(soft, np.float32) * np.float32(0.35 / 255)


def _print(image: Plane, width: int, height: int, rng: np.random.Generator, grain: float) -> Image.Image:
    small = Image.fromarray((np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8))
    full = small.resize((width, height), Image.Resampling.BICUBIC)
    if not grain:
        return full
    large = np.asarray(full).astype(np.int16)
    tile = np.rint(rng.normal(0, grain, (GRAIN_TILE, GRAIN_TILE))).astype(np.int16)
    rows, columns = -(-height // GRAIN_TILE), -(-width // GRAIN_TILE)
    large += np.tile(tile, (rows, columns))[:height, :width, None]
    return Image.fromarray(np.clip(large, 0, 255).astype(np.uint8))
