"""Decoded base pictures, kept for the next viewer of the same page.

Promises: at most `size_max_bytes` of pixels and what belongs to them; the one not used for the longest time goes first;
a picture larger than that is never kept. Leaves the names to the caller: one name, one picture for ever.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.errors import ImageDamaged
from watermark.hidden import Carrier
from watermark.hidden.carrier import canvas_size

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Base:
    """A rendition ready to be sealed: RGB, uint8 (H, W, 3), never drawn on.

    `page_px` is the size (width, height) of the page image that all renditions of one page are marked alike with:
    a thumbnail, a page and the whole picture then carry one pattern in one place, and lead to the same original.
    """

    pixels: Pixels
    page_px: tuple[int, int]

    @classmethod
    def decoded(cls, content: bytes, page_px: tuple[int, int] | None = None) -> "Base":
        """Of a JPEG or PNG of ours; without `page_px` it is the page itself. Raises ImageDamaged."""
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB) if content else None
        if pixels is None:
            raise ImageDamaged
        height, width = pixels.shape[:2]
        return cls(np.asarray(pixels, np.uint8), page_px or (width, height))

    @cached_property
    def carrier(self) -> Carrier:
        """How much of the hidden mark the picture bears, on the canvas of its page; reckoned once."""
        height, width = self.pixels.shape[:2]
        canvas = canvas_size(*self.page_px)
        grey = cv2.cvtColor(_reduced(self.pixels, *canvas), cv2.COLOR_RGB2GRAY)  # a third of what is left to reduce
        small = cv2.resize(grey, canvas, interpolation=cv2.INTER_AREA)
        return replace(Carrier.of(np.asarray(small, np.uint8)), width_px=width, height_px=height)

    @property
    def times(self) -> int:
        """How many times the size of its page it has; 1 unless that is a whole number."""
        height, width = self.pixels.shape[:2]
        times = max(1, width // self.page_px[0])
        return times if (width, height) == (times * self.page_px[0], times * self.page_px[1]) else 1

    @property
    def size_bytes(self) -> int:
        """What keeping it costs: the pixels, and two bytes a unit of the canvas."""
        columns, rows = canvas_size(*self.page_px)
        return self.pixels.nbytes + 2 * columns * rows


def _reduced(pixels: Pixels, columns: int, rows: int) -> Pixels:
    """Halved as long as it is twice as large: that is done in a tenth of the time of other reductions."""
    while pixels.shape[1] >= 2 * columns and pixels.shape[0] >= 2 * rows:
        height, width = pixels.shape[:2]
        pixels = np.asarray(cv2.resize(pixels, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)
    return pixels


class Bases:
    """Of one process; not for threads."""

    def __init__(self, size_max_bytes: int) -> None:
        self._size_max_bytes = size_max_bytes
        self._size_bytes = 0
        self._kept: OrderedDict[str, Base] = OrderedDict()

    def get(self, name: str) -> Base | None:
        """The base of this name, if it is kept; it is the last to go now."""
        found = self._kept.get(name)
        if found is not None:
            self._kept.move_to_end(name)
        return found

    def keep(self, name: str, base: Base) -> None:
        """From now on `get` gives it, until others need the room."""
        if base.size_bytes > self._size_max_bytes or name in self._kept:
            return
        self._kept[name] = base
        self._size_bytes += base.size_bytes
        while self._size_bytes > self._size_max_bytes:
            _, gone = self._kept.popitem(last=False)
            self._size_bytes -= gone.size_bytes
