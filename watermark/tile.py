"""The pattern of a stamp: one tile that repeats without seams, and the footer line.

Promises: text slanted upwards, lines never touching each other, a dark fill and a light outline so that either
shows on any ground; the same stamp at the same size is drawn once. Sizes are in pixels. Leaves putting it on a
picture to `sealing`.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw

from watermark.lettering import PROBE_SIZE_PX, font
from watermark.stamp import Preset

SLANT_DEGREES = 24
BLOCK_SHARE_OF_SHORT_SIDE = 0.40  # how wide the longest line may be
EM_SHARE_OF_SHORT_SIDE = 1 / 30  # and how large its type at most
EM_MIN_PX = 10  # below this Chinese is not legible at all
LINE_HEIGHT_EM = 1.35
GAP_ALONG_EM = 2.0  # air after a line before the next copy begins
GAP_ACROSS_EM = 0.5
OUTLINE_EM = 1 / 16
FOOTER_SHARE_OF_SHORT_SIDE = 1 / 62
TILES_CACHED = 16
CACHED_EM_MAX_PX = 64  # page images; the tile of a poster takes tens of megabytes and is not wanted twice


@dataclass(frozen=True)
class Ink:
    """Opacities from 0 to 1 of the dark fill and its light outline."""

    dark: float
    light: float


INKS: dict[Preset, Ink] = {
    "light": Ink(dark=0.11, light=0.17),
    "standard": Ink(dark=0.17, light=0.27),
    "strong": Ink(dark=0.32, light=0.45),
}


@dataclass(frozen=True)
class Tile:
    """A grey picture and its opacity, both `paint.size`; laid edge to edge they repeat without a seam."""

    paint: Image.Image
    opacity: Image.Image


@dataclass(frozen=True)
class _Block:
    """The stamp's lines set once: where the glyphs are, and where glyphs or their outline are; mode L, slanted."""

    fill: Image.Image
    outlined: Image.Image
    width_px: int
    height_px: int


def em_px(lines: tuple[str, ...], short_side_px: int) -> int:
    """Type size for a picture of this short side: as large as the longest line allows, within limits."""
    longest_em = max(font(PROBE_SIZE_PX).getlength(line) for line in lines) / PROBE_SIZE_PX
    fitting = short_side_px * min(EM_SHARE_OF_SHORT_SIDE, BLOCK_SHARE_OF_SHORT_SIDE / longest_em)
    return max(EM_MIN_PX, round(fitting))


def tile(lines: tuple[str, ...], size_px: int, preset: Preset) -> Tile:
    """The repeating tile of these lines with an em of `size_px`."""
    return (_cached_tile if size_px <= CACHED_EM_MAX_PX else _tile)(lines, size_px, preset)


@lru_cache(maxsize=TILES_CACHED)
def _cached_tile(lines: tuple[str, ...], size_px: int, preset: Preset) -> Tile:
    return _tile(lines, size_px, preset)


def _tile(lines: tuple[str, ...], size_px: int, preset: Preset) -> Tile:
    block = _set(lines, size_px)
    width, height = _steps(block.width_px + GAP_ALONG_EM * size_px, block.height_px + GAP_ACROSS_EM * size_px)
    fill, outlined = (_wrapped(mask, width, height) for mask in (block.fill, block.outlined))
    return _inked(fill, outlined, INKS[preset])


@lru_cache(maxsize=TILES_CACHED)
def footer(text: str, width_px: int, short_side_px: int) -> Tile:
    """One line of dark type on a pale strip; the type shrinks, never under the legible, to fit `width_px`."""
    size = max(EM_MIN_PX, round(short_side_px * FOOTER_SHARE_OF_SHORT_SIDE))
    room = width_px - size
    if font(size).getlength(text) > room:
        size = max(EM_MIN_PX, math.floor(size * room / font(size).getlength(text)))
    box = (min(width_px, math.ceil(font(size).getlength(text)) + size), round(size * 1.5))
    paint, opacity = Image.new("L", box, 255), Image.new("L", box, 176)
    for layer, ink in ((paint, 40), (opacity, 235)):
        ImageDraw.Draw(layer).text((size / 2, box[1] / 2), text, fill=ink, font=font(size), anchor="lm")
    return Tile(paint.convert("RGB"), opacity)


def _steps(along_px: float, across_px: float) -> tuple[int, int]:
    """Distances to the right and down at which slanted blocks of this length and height repeat without touching.

    One step to the right comes out one block height further across the slanted rows, one step down `rows` heights;
    so only `rows` steps right and one up meet the same row again, and then the block's length has to have passed.
    Two rows at least, so that blocks stand like bricks and leave no upright lane free.
    """
    sine, cosine = math.sin(math.radians(SLANT_DEGREES)), math.cos(math.radians(SLANT_DEGREES))
    rows = max(2, math.ceil(along_px * sine * cosine / across_px))
    return math.ceil(across_px / sine), math.ceil(rows * across_px / cosine)


def _set(lines: tuple[str, ...], size_px: int) -> _Block:
    face, step, stroke = font(size_px), round(size_px * LINE_HEIGHT_EM), max(1, round(size_px * OUTLINE_EM))
    width = math.ceil(max(face.getlength(line) for line in lines)) + 4 * stroke
    height = step * len(lines) + 2 * stroke
    fill, outlined = Image.new("L", (width, height)), Image.new("L", (width, height))
    for row, line in enumerate(lines):
        at = (width / 2, stroke + step * (row + 0.5))
        ImageDraw.Draw(fill).text(at, line, fill=255, font=face, anchor="mm")
        ImageDraw.Draw(outlined).text(at, line, fill=255, font=face, anchor="mm", stroke_width=stroke)
    fill, outlined = (mask.rotate(SLANT_DEGREES, Image.Resampling.BICUBIC, expand=True) for mask in (fill, outlined))
    return _Block(fill, outlined, width, height)


def _wrapped(block: Image.Image, width: int, height: int) -> Image.Image:
    """`block` in the middle of a tile; what hangs over one edge comes in at the opposite one."""
    tiled = Image.new("L", (width, height))
    left, top = (width - block.width) // 2, (height - block.height) // 2
    over_x, over_y = math.ceil(max(0, -left) / width), math.ceil(max(0, -top) / height)
    for column in range(-over_x, over_x + 1):
        for row in range(-over_y, over_y + 1):
            tiled.paste(255, (left + column * width, top + row * height), block)
    return tiled


def _inked(fill: Image.Image, outlined: Image.Image, ink: Ink) -> Tile:
    """Dark `fill` over the light outline, as one picture: black and white layers composed with their opacities."""
    light = Image.new("RGBA", fill.size, (255, 255, 255, 0))
    light.putalpha(ImageChops.subtract(outlined, fill).point(lambda level: level * ink.light))
    dark = Image.new("RGBA", fill.size, (0, 0, 0, 0))
    dark.putalpha(fill.point(lambda level: level * ink.dark))
    composed = Image.alpha_composite(light, dark)
    return Tile(composed.convert("RGB"), composed.getchannel("A"))
