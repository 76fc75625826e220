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


def half_spectra(tiles: Floats) -> Spectrum:
    """Of each tile (n, rows, columns), one after the other: all at once fit no cache, and take four times as long."""
    count, rows, columns = tiles.shape
    found = np.empty((count, rows, columns // 2 + 1), np.complex64)
    for at, tile in enumerate(tiles):
        found[at] = np.fft.rfft2(tile)
    return found


def power(values: Floats, shape: tuple[int, int]) -> Floats:
    """|F|² over the half spectrum of `values` padded with zeros to `shape`, whose sides are even.

    OpenCV packs a real picture's spectrum into its own shape (real and imaginary parts beside each other, in the first
    and the last column below each other), which is a fourth of the work.
    """
    rows, columns = shape
    height, width = values.shape
    padded = cv2.copyMakeBorder(values, 0, rows - height, 0, columns - width, cv2.BORDER_CONSTANT, value=0)
    packed = np.asarray(cv2.dft(padded, nonzeroRows=height), np.float32)
    squares = np.square(packed, out=packed)
    found = np.empty((rows, columns // 2 + 1), np.float32)
    np.add(squares[:, 1:-1:2], squares[:, 2:-1:2], out=found[:, 1:-1])
    for column in (0, -1):
        upright = squares[:, column]
        half = np.concatenate([upright[:1], upright[1:-1:2] + upright[2:-1:2], upright[-1:]])
        found[:, column] = np.concatenate([half, half[-2:0:-1]])
    return found


def even_dft_size(least: int) -> int:
    """The next even length that is transformed fast."""
    return 2 * cv2.getOptimalDFTSize((least + 1) // 2)


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
