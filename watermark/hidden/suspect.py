"""A suspect picture, and what reading it needs again and again.

Promises: what depends on the suspect alone is computed once, however many originals, keys and lists of copies it is
held against. Leaves every judgement to the readers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.keys import HiddenKey
from watermark.hidden.matching import Features, shrunk
from watermark.hidden.reading import Sighting, sightings
from watermark.hidden.whitening import View, views

Pixels = NDArray[np.uint8]

PIXELS_MAX = 3_000_000  # more says nothing about a mark whose canvas has a short side of 768
VIEWS_MAX = 2  # the whole suspect, and in half size
SIGHTINGS_MAX = 4  # of repeating tiles


@dataclass(frozen=True)
class Suspect:
    """RGB, uint8 (H, W, 3)."""

    pixels: Pixels

    @cached_property
    def _shrunk(self) -> tuple[Pixels, float]:
        return shrunk(np.asarray(cv2.cvtColor(self.pixels, cv2.COLOR_RGB2GRAY), np.uint8), PIXELS_MAX)

    @property
    def grey(self) -> Pixels:
        """In grey, brought down by `factor` to at most PIXELS_MAX."""
        return self._shrunk[0]

    @property
    def factor(self) -> float:
        """How many pixels of `grey` one of `pixels` is long."""
        return self._shrunk[1]

    @cached_property
    def features(self) -> Features:
        """Of `grey`."""
        return Features.of(self.grey)

    @cached_property
    def _sightings(self) -> dict[HiddenKey, tuple[Sighting, ...]]:
        return {}

    def sightings(self, key: HiddenKey) -> Sequence[Sighting]:
        """Where a key's repeating tiles seem to be, likeliest first, at most SIGHTINGS_MAX."""
        if key not in self._sightings:
            seen = (each for view in self.views for each in sightings(view, [key]))
            self._sightings[key] = tuple(islice(seen, SIGHTINGS_MAX))
        return self._sightings[key]

    @cached_property
    def views(self) -> Sequence[View]:
        """In which the repeating tiles are looked for, when features lead to nothing."""
        return tuple(islice(views(self.pixels), VIEWS_MAX))
