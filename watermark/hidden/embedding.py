"""Both layers added to a picture.

Promises: the layers are summed on the canvas, enlarged once and added once, with one clipping; the same change for
red, green and blue. 12 megapixels take about as long as three copies of them. Leaves the carrier to a cache.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden import repeating, secret
from watermark.hidden.carrier import STEPS_PER_LEVEL, Carrier
from watermark.hidden.codeword import encode
from watermark.hidden.keys import HiddenKey
from watermark.hidden.repeating import TILE_UNITS, repeated

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

STEPS = 4  # the change is enlarged in quarters of a level
HALF_WITHIN = 0.02  # sides are whole numbers: what is meant to be half as long is hardly ever exactly so
NONE = 128  # how no change is written, so that a byte holds it: from 32 levels down to almost 32 up
STRIP_ROWS = 16  # what is worked on at a time stays in the processor's cache
_LEVELS = (np.arange(256) - NONE + STEPS // 2) // STEPS  # of each such byte, rounded
_UP, _DOWN = (np.maximum(each, 0).astype(np.uint8) for each in (_LEVELS, -_LEVELS))


class CarrierMismatch(ValueError):
    """The carrier is of a picture of another size."""


def embed(pixels: Pixels, carrier: Carrier, copy_id: int, key: HiddenKey, asset: bytes) -> Pixels:
    """A new picture: `pixels` (RGB, uint8) with the copy id in both layers. Raises CarrierMismatch.

    `asset` names the original picture (32 bytes); the pattern of the informed layer depends on it.
    """
    if (carrier.width_px, carrier.height_px) != (pixels.shape[1], pixels.shape[0]):
        raise CarrierMismatch
    return added(pixels, change_of(carrier, copy_id, key, asset))


def change_of(carrier: Carrier, copy_id: int, key: HiddenKey, asset: bytes) -> Floats:
    """What both layers and the shift of paper add to the canvas, in levels of 255: float32 of the canvas' shape."""
    rows, columns = carrier.amplitude.shape
    code = encode(np.array([copy_id], np.uint64), key)[0]
    change = secret.pattern(code, (columns, rows), key, asset, levels=secret.LEVELS / STEPS_PER_LEVEL)
    tiles = repeated(code, (columns, TILE_UNITS), key) * np.float32(repeating.LEVELS / STEPS_PER_LEVEL)
    shifted = bool(carrier.shift.any())
    for top in range(0, rows, TILE_UNITS):  # a row of tiles stays in the processor's cache
        band = change[top : top + TILE_UNITS]
        band += tiles[: len(band)]
        band *= carrier.amplitude[top : top + TILE_UNITS]
        if shifted:
            band -= carrier.shift[top : top + TILE_UNITS] * np.float32(1 / STEPS_PER_LEVEL)
    return change


def patterns_of(copy_id: int, key: HiddenKey, asset: bytes, canvas: tuple[int, int], size: tuple[int, int]) -> Floats:
    """Both layers where everything bears one level, laid out on a canvas and reduced to `size` (columns and rows each).

    As `change_of` would be, less any shift: float32 of the size, in levels. About half the size is much the quickest.
    """
    (columns, rows), (width, height) = canvas, size
    times = np.array([columns / width, rows / height])
    code = encode(np.array([copy_id], np.uint64), key)[0]
    if np.abs(times / 2 - 1).max() > HALF_WITHIN:
        whole = secret.pattern(code, canvas, key, asset, levels=secret.LEVELS)
        whole += repeated(code, canvas, key) * np.float32(repeating.LEVELS)
        return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.float32)
    half = secret.halved(code, canvas, key, asset, levels=secret.LEVELS)
    half += repeating.halved(code, (half.shape[0], half.shape[1]), key) * np.float32(repeating.LEVELS)
    if (columns, rows) == (2 * width, 2 * height):
        return half[:height, :width]
    scale, shift = times / 2, (times / 2 - 1) / 2
    back = np.array([[scale[0], 0, shift[0]], [0, scale[1], shift[1]]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(half, back, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)


def added(pixels: Pixels, change: Floats) -> Pixels:
    """`pixels` plus `change` (levels, float32, on the canvas), enlarged to the picture and clipped once."""
    height, width = pixels.shape[:2]
    steps = cv2.addWeighted(change, STEPS, change, 0, NONE, dtype=cv2.CV_8U)
    enlarged = np.asarray(cv2.resize(steps, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    out = np.empty_like(pixels)
    grey, colours = np.empty((STRIP_ROWS, width), np.uint8), np.empty((STRIP_ROWS, width, 3), np.uint8)
    for top in range(0, height, STRIP_ROWS):
        rows = slice(top, min(top + STRIP_ROWS, height))
        strip = slice(0, rows.stop - top)  # of memory that is used again: fresh pages cost as much as the sums
        for table, changed, onto in ((_UP, cv2.add, pixels[rows]), (_DOWN, cv2.subtract, out[rows])):
            cv2.LUT(enlarged[rows], table, dst=grey[strip])
            cv2.cvtColor(grey[strip], cv2.COLOR_GRAY2RGB, dst=colours[strip])
            changed(onto, colours[strip], dst=out[rows])
    return out
