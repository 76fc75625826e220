"""How much of a hidden pattern a picture bears, and where: computed once for a picture, then cached.

Promises: the canvas is the picture with a short side of at most 768 units; on it, `amplitude` follows the activity of
the picture (flat areas and black are spared, texture bears more) and `shift` lowers white paper so that a pattern has
room below 255. Amplitude is normalised: a pattern of unit power times `levels` has the power of one level over a
photograph; where paper would bring shift and both layers over 40.2 dB, all is brought down to that. Leaves what is
added to the layers, and caching to the caller.
"""

import struct
import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

CANVAS_SHORT_SIDE = 768
STEPS_PER_LEVEL = 32  # planes are stored in 1/32 of a level of 255
FLAT_LEVELS = 0.55  # what a flat area bears, against textures' standard deviation
ACTIVITY_GAIN = 0.16
ACTIVITY_LEVELS_MAX = 22.0  # beyond that an edge, which bears no more
PAPER_FROM, PAPER_WHITE = 244.0, 252.0  # luma at which paper begins and is certain
PAPER_LEVELS = 0.9  # amplitude on paper, in units of a mean amplitude of one
PAPER_SHIFT_LEVELS = 2.4
BLACK_UNTIL, DARK_FROM = 4.0, 12.0  # luma that is as good as black, and from which it is no longer
BLACK_SHARE = 0.7  # of its amplitude that black bears: there only half of a pattern is left, and the eye sees that half
LAYERS_POWER = 4.88  # of both layers together at unit amplitude, in squared levels
POWER_MAX = 6.2  # of both layers and the shift, over any picture: 40.2 dB
_HEADER = struct.Struct(">4sIIII")
_MAGIC = b"SSC1"


class CarrierDamaged(ValueError):
    """These bytes are no carrier of this version."""


@dataclass(frozen=True)
class Carrier:
    """Planes of a picture of `width_px` × `height_px`, uint8 of the canvas' shape, in 1/32 levels."""

    width_px: int
    height_px: int
    amplitude: Pixels
    shift: Pixels

    @classmethod
    def of(cls, pixels: Pixels) -> "Carrier":
        """The carrier of a picture in RGB, uint8 (H, W, 3), or in grey, (H, W)."""
        height, width = pixels.shape[:2]
        luma = _canvas_luma(pixels)
        paper = _paper(luma)
        amplitude = _amplitude(luma, paper)
        shift = np.zeros_like(luma) if paper is None else cv2.blur(paper, (5, 5)) * np.float32(PAPER_SHIFT_LEVELS)
        share = _affordable(amplitude, shift)
        return cls(width, height, _stored(amplitude * share), _stored(shift * share))

    def to_bytes(self) -> bytes:
        """A compressed form for a cache."""
        rows, columns = self.amplitude.shape
        planes = zlib.compress(self.amplitude.tobytes() + self.shift.tobytes(), 1)
        return _HEADER.pack(_MAGIC, self.width_px, self.height_px, columns, rows) + planes

    @classmethod
    def from_bytes(cls, data: bytes) -> "Carrier":
        """The carrier that `to_bytes` wrote. Raises CarrierDamaged."""
        try:
            magic, width, height, columns, rows = _HEADER.unpack_from(data)
            size = rows * columns
            if magic != _MAGIC or (columns, rows) != canvas_size(width, height):
                raise CarrierDamaged
            unpacker = zlib.decompressobj()
            planes = np.frombuffer(unpacker.decompress(data[_HEADER.size :], 2 * size), np.uint8)
        except (struct.error, zlib.error) as error:
            raise CarrierDamaged from error
        if len(planes) != 2 * size:
            raise CarrierDamaged
        return cls(width, height, planes[:size].reshape(rows, columns), planes[size:].reshape(rows, columns))

    def levels(self) -> Floats:
        """The amplitude that a pattern of unit power is multiplied by, float32 of the canvas' shape."""
        return self.amplitude * np.float32(1 / STEPS_PER_LEVEL)


def canvas_size(width_px: int, height_px: int) -> tuple[int, int]:
    """Columns and rows of the canvas of a picture: its short side is at most 768 units, and never enlarged."""
    factor = min(1.0, CANVAS_SHORT_SIDE / min(width_px, height_px))
    return max(1, round(width_px * factor)), max(1, round(height_px * factor))


def _canvas_luma(pixels: Pixels) -> Floats:
    height, width = pixels.shape[:2]
    grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)  # noqa: PLR2004  # two sides
    return cv2.resize(grey, canvas_size(width, height), interpolation=cv2.INTER_AREA).astype(np.float32)


def _paper(luma: Floats) -> Floats | None:
    """How certainly each place is white paper, from 0 to 1; None where there is none at all."""
    mean = cv2.blur(luma, (3, 3))
    if cv2.minMaxLoc(mean)[1] <= PAPER_FROM:
        return None
    white = cv2.addWeighted(mean, 1 / (PAPER_WHITE - PAPER_FROM), mean, 0, -PAPER_FROM / (PAPER_WHITE - PAPER_FROM))
    return np.asarray(np.clip(white, 0, 1, out=white), np.float32)


def _amplitude(luma: Floats, paper: Floats | None) -> Floats:
    """Mean square one over the picture, so that a level is a level; paper has its own, fixed amplitude."""
    mean = cv2.blur(luma, (9, 9))
    variance = cv2.subtract(cv2.sqrBoxFilter(luma, cv2.CV_32F, (9, 9)), cv2.multiply(mean, mean))
    deviation = cv2.sqrt(np.clip(variance, 0, ACTIVITY_LEVELS_MAX**2))
    activity = cv2.blur(deviation, (5, 5))
    levels = np.asarray(activity * np.float32(ACTIVITY_GAIN) + np.float32(FLAT_LEVELS), np.float32)
    power = cv2.norm(levels, cv2.NORM_L2SQR) / levels.size
    levels *= np.float32(power**-0.5)
    if cv2.minMaxLoc(mean)[0] < DARK_FROM:
        black = np.clip((DARK_FROM - mean) / np.float32(DARK_FROM - BLACK_UNTIL), 0, 1)
        levels *= 1 - np.float32(1 - BLACK_SHARE) * black
    if paper is not None:
        levels[paper > 0] = PAPER_LEVELS
    return np.asarray(cv2.blur(levels, (3, 3)), np.float32)


def _affordable(amplitude: Floats, shift: Floats) -> np.float32:
    """The share of both at which the picture stays within POWER_MAX, at most 1."""
    squared = LAYERS_POWER * cv2.norm(amplitude, cv2.NORM_L2SQR) + cv2.norm(shift, cv2.NORM_L2SQR)
    power = squared / amplitude.size
    return np.float32(min(1.0, (POWER_MAX / power) ** 0.5))


def _stored(levels: Floats) -> Pixels:
    return np.asarray(cv2.addWeighted(levels, STEPS_PER_LEVEL, levels, 0, 0, dtype=cv2.CV_8U), np.uint8)
