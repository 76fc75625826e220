"""The plane a scene is painted on, and the shapes placed on it.

Promises coordinates that do not depend on the size in pixels: the short side runs from -1 to 1, x to the right, y down,
the origin in the middle. A distance is signed, negative inside. Colours are display-referred floats, 0 to 1, so that a
palette colour stays itself. Leaves tone, grain and encoding to `darkroom`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fileserver.demo.materials.brand import Colour

Plane = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Frame:
    """A canvas (height, width, 3) with the coordinates of its pixels: x (1, width) and y (height, 1)."""

    canvas: Plane
    x: Plane
    y: Plane

    @classmethod
    def blank(cls, width: int, height: int) -> "Frame":
        """A black frame; the short side spans -1 to 1."""
        half = min(width, height) / 2
        x = ((np.arange(width, dtype=np.float32) + 0.5 - width / 2) / half)[None, :]
        y = ((np.arange(height, dtype=np.float32) + 0.5 - height / 2) / half)[:, None]
        return cls(np.zeros((height, width, 3), np.float32), x, y)

    @property
    def right(self) -> float:
        """The x of the right edge; the left edge is its negative."""
        return float(self.x[0, -1])

    @property
    def bottom(self) -> float:
        """The y of the bottom edge; the top edge is its negative."""
        return float(self.y[-1, 0])

    @property
    def pixel(self) -> float:
        """The size of one pixel, the narrowest edge that is still smooth."""
        return float(self.x[0, 1] - self.x[0, 0])

    def window(self, left: float, top: float, right: float, bottom: float) -> "Frame":
        """The part of this frame inside the box; painting on it paints here, and costs only its own pixels."""
        columns = slice(*np.searchsorted(self.x[0], (left, right)))
        rows = slice(*np.searchsorted(self.y[:, 0], (top, bottom)))
        return Frame(self.canvas[rows, columns], self.x[:, columns], self.y[rows])

    def paint(self, colour: Plane, mask: Plane | float = 1.0) -> None:
        """Lay a colour (3,) or (h, w, 3) over the canvas where the mask (h, w) is opaque."""
        cover = mask[..., None] if isinstance(mask, np.ndarray) else mask
        self.canvas[...] += (colour - self.canvas) * cover

    def shade(self, factor: Plane) -> None:
        """Multiply the canvas by light (h, w)."""
        self.canvas[...] *= factor[..., None]

    def glow(self, colour: Plane, amount: Plane) -> None:
        """Add light of a colour."""
        self.canvas[...] += colour * amount[..., None]


def rgb(colour: Colour, gain: float = 1.0) -> Plane:
    """A palette colour as floats."""
    return np.asarray(colour, np.float32) * np.float32(gain / 255)


def mix(first: Plane, second: Plane, share: Plane) -> Plane:
    """A gradient (…, 3) from one colour to the other, by a share (…) from 0 to 1."""
    return first + (second - first) * share[..., None]


def smooth(low: float, high: float, value: Plane) -> Plane:
    """0 below low, 1 above high, an S-curve between; low may be the greater one."""
    t: Plane = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def inside(distance: Plane, soft: float) -> Plane:
    """The mask of a shape from its signed distance, with an edge `soft` wide."""
    mask: Plane = np.clip(0.5 - distance / max(soft, 1e-6), 0, 1)
    return mask


def bell(value: Plane, width: float) -> Plane:
    """A soft ridge of height 1 where value is 0."""
    ridge: Plane = np.exp(-np.square(value / width))
    return ridge


def circle(frame: Frame, cx: float, cy: float, radius: float) -> Plane:
    """Distance to a disc."""
    distance: Plane = np.hypot(frame.x - cx, frame.y - cy) - radius
    return distance


def box(x: Plane, y: Plane, half_width: float, half_height: float, corner: float = 0.0) -> Plane:
    """Distance to a rounded rectangle about the origin of the given coordinates."""
    dx = np.abs(x) - half_width + corner
    dy = np.abs(y) - half_height + corner
    return np.hypot(np.maximum(dx, 0), np.maximum(dy, 0)) + np.minimum(np.maximum(dx, dy), 0) - corner


def arch(x: Plane, y: Plane, half_width: float, spring: float) -> Plane:
    """Distance to an opening with straight sides and a round head that begins at y = spring; it has no floor."""
    above = np.hypot(x, y - spring) - half_width
    return np.where(y < spring, above, np.abs(x) - half_width + 0 * y)
