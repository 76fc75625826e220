"""Both layers added to a picture.

Promises: the layers are summed on the canvas, enlarged once and added once, with one clipping; the same change for
red, green and blue. 12 megapixels take about as long as three copies of them. Leaves the carrier to a cache.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.carrier import STEPS_PER_LEVEL, Carrier
from watermark.hidden.keys import HiddenKey
from watermark.hidden.repeating import repeating_layer
from watermark.hidden.secret import secret_layer

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

STEP_BITS = 4  # the change is enlarged in sixteenths of a level
STRIP_ROWS = 16  # what is worked on at a time stays in the processor's cache


class CarrierMismatch(ValueError):
    """The carrier is of a picture of another size."""


def embed(pixels: Pixels, carrier: Carrier, copy_id: int, key: HiddenKey, asset: bytes) -> Pixels:
    """A new picture: `pixels` (RGB, uint8) with the copy id in both layers. Raises CarrierMismatch.

    `asset` names the original picture (32 bytes); the pattern of the informed layer depends on it.
    """
    if (carrier.width_px, carrier.height_px) != (pixels.shape[1], pixels.shape[0]):
        raise CarrierMismatch
    shift = carrier.shift.astype(np.float32) * np.float32(1 / STEPS_PER_LEVEL)
    return added(pixels, repeating_layer(carrier, copy_id, key) + secret_layer(carrier, copy_id, key, asset) - shift)


def added(pixels: Pixels, change: Floats) -> Pixels:
    """`pixels` plus `change` (levels, float32, on the canvas), enlarged to the picture and clipped once."""
    height, width = pixels.shape[:2]
    steps = np.rint(change * (1 << STEP_BITS)).astype(np.int16)
    enlarged = np.asarray(cv2.resize(steps, (width, height), interpolation=cv2.INTER_LINEAR), np.int16)
    out = np.empty_like(pixels)
    for top in range(0, height, STRIP_ROWS):
        rows = slice(top, top + STRIP_ROWS)
        levels = (enlarged[rows] + (1 << (STEP_BITS - 1))) >> STEP_BITS
        raised = cv2.add(pixels[rows], _rgb(levels))
        cv2.subtract(raised, _rgb(-levels), dst=out[rows])
    return out


def _rgb(levels: NDArray[np.int16]) -> Pixels:
    """The positive part of `levels` for all three channels."""
    grey = np.maximum(levels, 0).astype(np.uint8)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
