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

STEPS = 4  # the change is enlarged in quarters of a level
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
    shift = carrier.shift.astype(np.float32) * np.float32(1 / STEPS_PER_LEVEL)
    return added(pixels, repeating_layer(carrier, copy_id, key) + secret_layer(carrier, copy_id, key, asset) - shift)


def added(pixels: Pixels, change: Floats) -> Pixels:
    """`pixels` plus `change` (levels, float32, on the canvas), enlarged to the picture and clipped once."""
    height, width = pixels.shape[:2]
    steps = np.clip(np.rint(change * STEPS) + NONE, 0, 255).astype(np.uint8)
    enlarged = np.asarray(cv2.resize(steps, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    out = np.empty_like(pixels)
    for top in range(0, height, STRIP_ROWS):
        rows = slice(top, top + STRIP_ROWS)
        raised = cv2.add(pixels[rows], _rgb(enlarged[rows], _UP))
        cv2.subtract(raised, _rgb(enlarged[rows], _DOWN), dst=out[rows])
    return out


def _rgb(steps: Pixels, table: Pixels) -> Pixels:
    """What the table says of each step, for all three channels."""
    return np.asarray(cv2.cvtColor(cv2.LUT(steps, table), cv2.COLOR_GRAY2RGB), np.uint8)
