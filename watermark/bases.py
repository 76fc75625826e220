"""Decoded base pictures, kept for the next viewer of the same page.

Promises: at most `size_max_bytes` of pixels and what belongs to them; the one not used for the longest time goes first;
a picture larger than that is never kept. Leaves the names to the caller: one name, one picture for ever.
"""

from collections import OrderedDict
from dataclasses import dataclass

from PIL import Image

BYTES_PER_PIXEL = 4  # what Pillow takes for RGB


@dataclass(frozen=True)
class Base:
    """A rendition ready to be sealed: RGB, never drawn on (`image.copy()`)."""

    image: Image.Image

    @property
    def size_bytes(self) -> int:
        """What keeping it costs."""
        return self.image.width * self.image.height * BYTES_PER_PIXEL


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
