"""A mark as pixels: the repeating tile, the single block and the footer strip, made once and laid over many pages.

Promises: a fill and an outline of opposite brightness, so that either shows on any ground; the same mark at the same
size is drawn once; at so many `times` the size of a page it stands where the page has it, and is sharper. Pixels are
uint8 RGB arrays (height, width, 3). Leaves where things stand to `geometry`, colours to `ink`, pictures to `sealing`.
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
from watermark.ink import Ink
from watermark.lettering import font
from watermark.look import Look

Pixels = NDArray[np.uint8]
Tones = NDArray[np.float32]

EM_MIN_PX = 10  # below this Chinese is not legible at all
BAND_PX = 64  # a turned block is kept in bands of this height, each in runs as wide as its ink
GAP_PX = 48  # a band's empty ground of this width is left out: to lay nothing over it costs as much as ink
CUBIC_EM_MAX_PX = 48  # larger type stays sharp without it, at a third of the cost
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
    """The mark of one page size. With `step` its pieces repeat from tile to tile, without it each stands there once."""

    pieces: tuple[Piece, ...]
    step: tuple[int, int] | None

    def onto(self, pixels: Pixels) -> None:
        """Lay it over `pixels`, in place."""
        height, width = pixels.shape[:2]
        for piece in self.pieces:
            for down in range(0, height, self.step[1]) if self.step else (0,):
                for right in range(0, width, self.step[0]) if self.step else (0,):
                    piece.onto(pixels, right, down)


def overlay(lines: tuple[str, ...], look: Look, width: int, height: int, times: int = 1) -> Overlay:
    """The mark of these lines for a page of this size, enlarged so many times; without the footer."""
    return (_kept if width * height * times**2 <= CACHED_PIXELS_MAX else drawn)(lines, look, width, height, times)


@lru_cache(maxsize=OVERLAYS_CACHED)
def footer(text: str, width: int, height: int, times: int = 1) -> Piece:
    """The line that gives all facts, dark on a pale strip, at the lower left of a page of this size, enlarged."""
    planned = geometry.footer(text, width, height, em_min=EM_MIN_PX)
    size = math.floor(planned.em) * times
    box = (min(width, math.ceil(planned.width)) * times, round(planned.height) * times)
    letters = Image.new("L", box)
    ImageDraw.Draw(letters).text((size / 2, box[1] / 2), text, fill=OPAQUE, font=font(size), anchor="lm")
    masks = np.dstack((np.asarray(letters), np.full((box[1], box[0]), OPAQUE, np.uint8)))
    margin = round(planned.margin) * times
    return _inked(masks, margin, height * times - box[1] - margin, FOOTER_PAPER)


@lru_cache(maxsize=OVERLAYS_CACHED)
def _kept(lines: tuple[str, ...], look: Look, width: int, height: int, times: int) -> Overlay:
    return drawn(lines, look, width, height, times)


def drawn(lines: tuple[str, ...], look: Look, width: int, height: int, times: int = 1) -> Overlay:
    """The same, drawn anew."""
    planned = geometry.setting(lines, look, width, height, em_min=EM_MIN_PX)
    planned = geometry.at_em(lines, look, width, height, round(planned.em))
    masks = _turned(_set(planned, times), planned, times)
    if planned.step is not None:
        across, down = (math.ceil(each) * times for each in planned.step)
        tile = _wrapped(masks, across, down, times)
        return Overlay(tuple(_inked(*each, look.ink) for each in _bands(tile, 0, 0)), (across, down))
    sides = (side // times for side in masks.shape[1::-1])
    left, top = (round(at - side / 2) * times for at, side in zip(planned.centre, sides, strict=True))
    return Overlay(tuple(_inked(*each, look.ink) for each in _bands(masks, left, top)), None)


def _set(planned: Setting, times: int = 1) -> Pixels:
    """The lines set once and upright: where glyphs are, and where glyphs or their outline are; (h, w, 2)."""
    size = round(planned.em)
    face, stroke = font(size * times), max(1, round(size * geometry.OUTLINE_EM)) * times
    box = (math.ceil(planned.width) * times, math.ceil(planned.height) * times)
    fill, outlined = Image.new("L", box), Image.new("L", box)
    for line, below in zip(planned.lines, planned.rows, strict=True):
        at = (box[0] / 2, box[1] / 2 + below * times)
        ImageDraw.Draw(fill).text(at, line, fill=OPAQUE, font=face, anchor="mm")
        ImageDraw.Draw(outlined).text(at, line, fill=OPAQUE, font=face, anchor="mm", stroke_width=stroke)
    return np.dstack((np.asarray(fill), np.asarray(outlined)))


def _turned(masks: Pixels, planned: Setting, times: int = 1) -> Pixels:
    """The block turned about its middle, in the upright box around it."""
    if not planned.angle:
        return masks
    height, width = masks.shape[:2]
    box = tuple((math.ceil(each) + 2) * times for each in planned.extent)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), planned.angle, 1.0)
    turn[:, 2] += (box[0] - width) / 2, (box[1] - height) / 2
    smoothing = cv2.INTER_CUBIC if planned.em * times <= CUBIC_EM_MAX_PX else cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(masks, turn, box, flags=smoothing), np.uint8)


def _wrapped(masks: Pixels, width: int, height: int, times: int) -> Pixels:
    """The block in the middle of a tile; what hangs over one edge comes in at the opposite one."""
    tile = np.zeros((height, width, masks.shape[2]), np.uint8)
    for rows, into_rows in _folded(masks.shape[0], height, times):
        for columns, into_columns in _folded(masks.shape[1], width, times):
            into = tile[into_rows, into_columns]
            np.maximum(into, masks[rows, columns], out=into)
    return tile


def _folded(length: int, period: int, times: int) -> Iterator[tuple[slice, slice]]:
    """The parts of a run of `length` about the middle of a period, and where in the period each comes to lie.

    Half a pixel of the page is left out on every level alike.
    """
    start = (period - length) // times // 2 * times
    at = 0
    while at < length:
        into = (start + at) % period
        size = min(length - at, period - into)
        yield slice(at, at + size), slice(into, into + size)
        at += size


def _bands(masks: Pixels, left: int, top: int) -> Iterator[tuple[Pixels, int, int]]:
    """The block in bands without the empty ground beside and between its ink, each part with its place."""
    for start in range(0, masks.shape[0], BAND_PX):
        band = masks[start : start + BAND_PX]
        inked = np.flatnonzero(band[..., 1].any(axis=0))
        for run in np.split(inked, np.flatnonzero(np.diff(inked) > GAP_PX) + 1):
            if run.size:
                first, last = int(run[0]), int(run[-1]) + 1
                yield band[:, first:last], left + first, top + start


def _inked(masks: Pixels, left: int, top: int, ink: Ink) -> Piece:
    """The fill, and of the outline what the fill leaves visible, in their colours."""
    fill, outlined = cv2.split(masks)
    dark = fill * np.float32(ink.fill_opacity / OPAQUE)
    light = cv2.subtract(outlined, fill) * np.float32(ink.outline_opacity / OPAQUE) * (1 - dark)
    keep = cv2.addWeighted(dark, -OPAQUE, light, -OPAQUE, OPAQUE, dtype=cv2.CV_8U)
    layers = {tones: _layer(dark, light, tones) for tones in zip(ink.fill, ink.outline, strict=True)}
    add = [layers[tones] for tones in zip(ink.fill, ink.outline, strict=True)]
    return Piece(left, top, np.asarray(cv2.merge([keep] * 3), np.uint8), np.asarray(cv2.merge(add), np.uint8))


def _layer(dark: Tones, light: Tones, tones: tuple[int, int]) -> Pixels:
    """One channel of what is added."""
    return np.asarray(cv2.addWeighted(dark, tones[0], light, tones[1], 0, dtype=cv2.CV_8U), np.uint8)
