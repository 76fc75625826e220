"""Code bits spread over the chips of a pattern, and gathered from them.

Promises: which chip carries which code bit, and with which sign, is keyed; every code bit has the same number of
chips, give or take one. Leaves where the chips lie in a picture to the layers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watermark.hidden.codeword import CODE_BITS
from watermark.hidden.keys import HiddenKey

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class ChipMap:
    """Chips in a keyed order: chip i carries code bit `bit_of[i]` times `signs[i]`; both of shape (count,)."""

    bit_of: NDArray[np.intp]
    signs: Floats

    @classmethod
    def of(cls, key: HiddenKey, label: str, count: int, about: bytes = b"") -> "ChipMap":
        """The map of `count` chips for this key and purpose; `about` makes it another for each thing it names."""
        bit_of = key.permutation(f"{label} chips", count, about) % CODE_BITS
        return cls(bit_of, key.signs(f"{label} signs", count, about))

    def spread(self, code: Floats) -> Floats:
        """Chips (…, count) of code bits (…, 256)."""
        return code[..., self.bit_of] * self.signs

    def gather(self, soft: Floats) -> Floats:
        """Soft code bits (256,) of soft chips (count,): the sum over each bit's chips."""
        return np.bincount(self.bit_of, weights=soft * self.signs, minlength=CODE_BITS).astype(np.float32)
