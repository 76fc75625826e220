"""A mark as pixels: the repeating tile, the single block and the footer strip, made once and laid over many pages.

Promises: a fill and an outline of opposite brightness, so that either shows on any ground; the same mark at the same
size is drawn once. Pixels are uint8 RGB arrays (height, width, 3). Leaves where things stand to `geometry`, colours to
`ink`, pictures to `sealing`.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from watermark import geometry
from watermark.geometry import Setting
from watermark.ink import RGB, Ink
from watermark.lettering import font
from watermark.look import Look

Pixels = NDArray[np.uint8]

EM_MIN_PX = 10  # below this Chinese is not legible at all
BAND_PX = 64  # a turned block is kept in bands of this height, each as wide as its ink
OVERLAYS_CACHED = 8
CACHED_PIXELS_MAX = 16_000_000  # of the page; what covers a larger one takes tens of megabytes and is not wanted twice
FOOTER_PAPER = Ink((40, 40, 40), (255, 255, 255), 0.92, 0.69)  # type, and the strip that it stands on
OPAQUE = 255


@dataclass(frozen=True)
class Piece:
    """What lies under the piece at `left`, `top` becomes itself × `keep` / 255 + `add`; both (h, w, 3)."""

    left: int
    top: int
    keep: Pixels
    add: Pixels

    def onto(self, pixels: Pixels, right: int = 0, down: int = 0) -> None:
        """Lay it over `pixels`, moved by so much; what hangs over an edge is cut off."""
        left, top = self.left + right, self.top + down
        under = pixels[max(top, 0) : top + self.keep.shape[0], max(left, 0) : left + self.keep.shape[1]]
        if left + self.keep.shape[1] <= 0 or top + self.keep.shape[0] <= 0 or not under.size:
            return
        rows = slice(max(-top, 0), max(-top, 0) + under.shape[0])
        columns = slice(max(-left, 0), max(-left, 0) + under.shape[1])
        cv2.multiply(under, self.keep[rows, columns], dst=under, scale=1 / OPAQUE)
        cv2.add(under, self.add[rows, columns], dst=under)


@dataclass(frozen=True)
class Overlay:
    """The mark of one page size. With `step` its one piece repeats edge to edge, without it each stands there once."""

    pieces: tuple[Piece, ...]
    step: tuple[int, int] | None

    def onto(self, pixels: Pixels) -> None:
        """Lay it over `pixels`, in place."""
        height, width = pixels.shape[:2]
        for piece in self.pieces:
            for down in range(0, height, self.step[1]) if self.step else (0,):
                for right in range(0, width, self.step[0]) if self.step else (0,):
                    piece.onto(pixels, right, down)


def overlay(lines: tuple[str, ...], look: Look, width: int, height: int) -> Overlay:
    """The mark of these lines for a page of this size, without the footer."""
    return (_cached if width * height <= CACHED_PIXELS_MAX else _overlay)(lines, look, width, height)


@lru_cache(maxsize=OVERLAYS_CACHED)
def footer(text: str, width: int, height: int) -> Piece:
    """The line that gives all facts, dark on a pale strip, at the lower left of a page of this size."""
    planned = geometry.footer(text, width, height, em_min=EM_MIN_PX)
    size = math.floor(planned.em)
    box = (min(width, math.ceil(planned.width)), round(planned.height))
    type_mask = Image.new("L", box)
    ImageDraw.Draw(type_mask).text((size / 2, box[1] / 2), text, fill=OPAQUE, font=font(size), anchor="lm")
    keep, add = _inked(np.asarray(type_mask), np.full((box[1], box[0]), OPAQUE, np.uint8), FOOTER_PAPER)
    margin = round(planned.margin)
    return Piece(margin, height - box[1] - margin, keep, add)


@lru_cache(maxsize=OVERLAYS_CACHED)
def _cached(lines: tuple[str, ...], look: Look, width: int, height: int) -> Overlay:
    return _overlay(lines, look, width, height)


def _overlay(lines: tuple[str, ...], look: Look, width: int, height: int) -> Overlay:
    planned = geometry.setting(lines, look, width, height, em_min=EM_MIN_PX)
    planned = geometry.at_em(lines, look, width, height, round(planned.em))
    keep, add = _turned(*_block(planned, look.ink), planned)
    if planned.step is not None:
        across, down = (math.ceil(each) for each in planned.step)
        return Overlay((_wrapped(keep, add, across, down),), (across, down))
    left, top = (round(at - side / 2) for at, side in zip(planned.centre, (keep.shape[1], keep.shape[0]), strict=True))
    return Overlay(tuple(_bands(keep, add, left, top)), None)


def _block(planned: Setting, ink: Ink) -> tuple[Pixels, Pixels]:
    """The lines set once and upright, as (keep, add)."""
    size = round(planned.em)
    face, stroke = font(size), max(1, round(size * geometry.OUTLINE_EM))
    box = (math.ceil(planned.width), math.ceil(planned.height))
    fill, outlined = Image.new("L", box), Image.new("L", box)
    for line, below in zip(planned.lines, planned.rows, strict=True):
        at = (box[0] / 2, box[1] / 2 + below)
        ImageDraw.Draw(fill).text(at, line, fill=OPAQUE, font=face, anchor="mm")
        ImageDraw.Draw(outlined).text(at, line, fill=OPAQUE, font=face, anchor="mm", stroke_width=stroke)
    return _inked(np.asarray(fill), np.asarray(outlined), ink)


def _inked(fill: Pixels, outlined: Pixels, ink: Ink) -> tuple[Pixels, Pixels]:
    """(keep, add) of the fill over what its outline leaves visible; masks are (h, w)."""
    dark = fill.astype(np.float32) * (ink.fill_opacity / OPAQUE)
    under = np.maximum(outlined, fill) - fill
    light = under.astype(np.float32) * (ink.outline_opacity / OPAQUE) * (1 - dark)
    keep = np.rint((1 - dark - light) * OPAQUE).astype(np.uint8)
    add = np.stack([_layer(dark, light, ink.fill[each], ink.outline[each]) for each in range(len(ink.fill))], axis=-1)
    return np.repeat(keep[..., None], 3, axis=-1), add


def _layer(dark: NDArray[np.float32], light: NDArray[np.float32], fill: int, outline: int) -> Pixels:
    return np.asarray(np.floor(dark * fill + light * outline + 0.5), np.uint8)


def _turned(keep: Pixels, add: Pixels, planned: Setting) -> tuple[Pixels, Pixels]:
    """The block turned about its middle, in the upright box around it."""
    if not planned.angle:
        return keep, add
    height, width = keep.shape[:2]
    box = tuple(math.ceil(each) + 2 for each in planned.extent)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), planned.angle, 1.0)
    turn[:, 2] += (box[0] - width) / 2, (box[1] - height) / 2
    paper: RGB = (OPAQUE, OPAQUE, OPAQUE)
    kept = cv2.warpAffine(keep, turn, box, flags=cv2.INTER_CUBIC, borderValue=paper)
    added = cv2.warpAffine(add, turn, box, flags=cv2.INTER_CUBIC, borderValue=(0, 0, 0))
    return np.asarray(kept, np.uint8), np.asarray(added, np.uint8)


def _wrapped(keep: Pixels, add: Pixels, width: int, height: int) -> Piece:
    """The block in the middle of a tile; what hangs over one edge comes in at the opposite one."""
    tile = Piece(0, 0, np.full((height, width, 3), OPAQUE, np.uint8), np.zeros((height, width, 3), np.uint8))
    for rows, into_rows in _folded(keep.shape[0], height):
        for columns, into_columns in _folded(keep.shape[1], width):
            into = (into_rows, into_columns)
            np.minimum(tile.keep[into], keep[rows, columns], out=tile.keep[into])
            np.maximum(tile.add[into], add[rows, columns], out=tile.add[into])
    return tile


def _folded(length: int, period: int) -> Iterator[tuple[slice, slice]]:
    """The parts of a run of `length` about the middle of a period, and where in the period each comes to lie."""
    start = (period - length) // 2
    at = 0
    while at < length:
        into = (start + at) % period
        size = min(length - at, period - into)
        yield slice(at, at + size), slice(into, into + size)
        at += size


def _bands(keep: Pixels, add: Pixels, left: int, top: int) -> Iterator[Piece]:
    """The block in bands without the empty ground beside its ink."""
    for start in range(0, keep.shape[0], BAND_PX):
        band = keep[start : start + BAND_PX]
        inked = np.flatnonzero((band[..., 0] != OPAQUE).any(axis=0))
        if inked.size:
            columns = slice(int(inked[0]), int(inked[-1]) + 1)
            rows = slice(start, start + BAND_PX)
            kept, added = (np.ascontiguousarray(each[rows, columns]) for each in (keep, add))
            yield Piece(left + columns.start, top + start, kept, added)
