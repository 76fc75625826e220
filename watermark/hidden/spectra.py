"""Spectra made flat, so that neither type nor texture outshouts a weak pattern.

Promises: works on half spectra as `np.fft.rfft2` makes them; each bin is set against the power of its surroundings,
which go on beyond the edges. Nothing here depends on a key.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Spectrum = NDArray[np.complexfloating]

TINY = 1e-12  # keeps an empty spectrum from being divided by zero
TILE_BINS = 5  # surroundings in the spectrum of a tile, whose comb is dense


def flattened(spectrum: Spectrum, power: Floats | None = None) -> Spectrum:
    """A spectrum over the root of its local power, or of a `power` that was measured elsewhere."""
    measured = np.asarray(np.abs(spectrum) ** 2, np.float32) if power is None else power
    return np.asarray(spectrum / np.sqrt(surroundings(measured, TILE_BINS) + TINY))


def surroundings(power: Floats, size: int) -> Floats:
    """The mean over `size` × `size` bins around each bin of a half spectrum (rows, columns // 2 + 1)."""
    margin = size // 2 + 1
    tall = np.concatenate([power[-margin:], power, power[:margin]])
    wide = np.concatenate([tall[:, margin:0:-1], tall], axis=1)
    blurred = cv2.blur(wide, (size, size))[margin:-margin, margin:]
    return np.asarray(blurred, np.float32)
