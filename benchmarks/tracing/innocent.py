"""Pictures that this key never marked, read all the same: what chance and pictures alone come to.

Promises: half of the inputs bear no mark, half bear another key's; each is a random part of a picture, at a random
scale and quality. What is recorded is the smallest bound on a false alarm that any place in it reached.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.tracing.corpus import Picture
from watermark.hidden import FALSE_ALARM_MAX, Carrier, HiddenKey, embed
from watermark.hidden.reading import sightings
from watermark.hidden.whitening import views

Pixels = NDArray[np.uint8]

FOREIGN = HiddenKey(9, bytes(range(7, 39)))
SIDES_PX = (180, 420)
KEYS = 16


@dataclass(frozen=True)
class Innocent:
    """One input and one key that did not mark it."""

    picture: str
    marked_by_another: bool
    pilot_score: float
    code_score: float
    false_alarm: float

    @property
    def accused(self) -> bool:
        """True where a reading would have been returned."""
        return self.false_alarm <= FALSE_ALARM_MAX


def innocents(picture: Picture, parts: int, seed: int) -> Iterator[Innocent]:
    """`parts` parts of a picture, each read with KEYS keys that are made for it; each key is an input."""
    chance = np.random.default_rng([seed, picture.number])
    plain = picture.pixels()
    foreign = embed(plain, Carrier.of(plain), int(chance.integers(0, 1 << 48)), FOREIGN, bytes(32))
    for number in range(parts):
        marked = number % 2 == 1
        part = _part(foreign if marked else plain, chance)
        yield from _read(part, [HiddenKey(kid, chance.bytes(32)) for kid in range(KEYS)], picture.name, marked=marked)


def _part(pixels: Pixels, chance: np.random.Generator) -> Pixels:
    factor = chance.uniform(0.4, 1.0)
    small = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    rows, columns = (int(chance.integers(*SIDES_PX)) for _ in range(2))
    top = int(chance.integers(0, max(1, small.shape[0] - rows)))
    left = int(chance.integers(0, max(1, small.shape[1] - columns)))
    part = small[top : top + rows, left : left + columns]
    _, packed = cv2.imencode(".jpg", part, [cv2.IMWRITE_JPEG_QUALITY, int(chance.integers(40, 95))])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _read(part: Pixels, keys: list[HiddenKey], name: str, *, marked: bool) -> Iterator[Innocent]:
    seen = [sighting for view in views(part) for sighting in sightings(view, keys)]
    for key in keys:
        said = [sighting.evidence for sighting in seen if sighting.kid == key.kid]
        yield Innocent(
            picture=name,
            marked_by_another=marked,
            pilot_score=max((evidence.pilot_score for evidence in said), default=0.0),
            code_score=max((evidence.code_score for evidence in said), default=0.0),
            false_alarm=min((evidence.false_alarm for evidence in said), default=1.0),
        )
