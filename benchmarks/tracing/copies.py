"""Pictures as originals: sealed for one copy after the other, delivered, and read again.

Promises: deterministic; a copy carries both layers and the visible mark, and is the JPEG that a viewer receives.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.tracing.attacks import attacks, delivered
from watermark.hidden import Carrier, HiddenKey, InformedReading, Original, embed, read_informed
from watermark.sealing import stamp_pixels
from watermark.stamp import Stamp

Pixels = NDArray[np.uint8]
Ids = NDArray[np.uint64]

COPIES = 10_000
KEY = HiddenKey(1, hashlib.sha256(b"benchmark").digest())
FORWARDED = next(each for each in attacks() if (each.name, each.strength) == ("jpeg", "quality 70"))
SERVED: Ids = np.random.default_rng(48).integers(0, 1 << 48, COPIES, np.uint64)


@dataclass(frozen=True)
class Source:
    """A picture that COPIES viewers were served."""

    pixels: Pixels
    asset: bytes
    carrier: Carrier
    original: Original

    @classmethod
    def of(cls, pixels: Pixels) -> "Source":
        """Named by its content."""
        name = hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).digest()
        return cls(pixels, name, Carrier.of(pixels), Original.of(pixels))

    def copy(self, number: int, key: HiddenKey = KEY) -> Pixels:
        """What the viewer of SERVED[number] received."""
        sealed = embed(self.pixels, self.carrier, int(SERVED[number]), key, self.asset)
        stamp_pixels(sealed, stamp_of(number))
        return delivered(sealed)

    def read(self, suspect: Pixels) -> InformedReading:
        """Against all copies that were served."""
        return read_informed(suspect, self.original, KEY, [self.asset], SERVED)


def stamp_of(number: int) -> Stamp:
    """What the visible mark of the viewer of SERVED[number] says."""
    return Stamp(f"欧阳明{number}", "上海静安门诊部", f"{number:04d}", "2026-11-23 14:15", "7780108f")


def numbers(reading: InformedReading) -> set[int]:
    """Which of SERVED are named."""
    return {int(np.flatnonzero(each.copy_id == SERVED)[0]) for each in reading.named}
