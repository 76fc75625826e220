"""Smooth random fields, the irregularity that makes a painted surface look found.

Promises values of mean about 0 and range about -1 to 1, the same for the same generator state.
"""

import numpy as np
from PIL import Image

from fileserver.demo.materials.studio.frame import Plane


def field(rng: np.random.Generator, width: int, height: int, cells: float) -> Plane:
    """One octave: random values on a grid of about `cells` along the short side, interpolated; (height, width)."""
    size = min(width, height) / cells
    grid = rng.uniform(-1, 1, (max(2, round(height / size)) + 1, max(2, round(width / size)) + 1)).astype(np.float32)
    return np.asarray(Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC), np.float32)


def cloud(rng: np.random.Generator, width: int, height: int, cells: float, octaves: int = 4) -> Plane:
    """Several octaves, each finer and fainter."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        total += field(rng, width, height, cells * 2**octave) * np.float32(0.5**octave)
    return total / np.float32(2 - 0.5 ** (octaves - 1))


def streaks(rng: np.random.Generator, length: int, cells: float) -> Plane:
    """A smooth random line (length,)."""
    grid = rng.uniform(-1, 1, (1, max(3, round(cells)))).astype(np.float32)
    line: Plane = np.asarray(Image.fromarray(grid).resize((length, 1), Image.Resampling.BICUBIC), np.float32)[0]
    return line
