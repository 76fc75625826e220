"""Pictures that no copy on the list is the source of, read all the same: what chance and pictures alone come to.

Promises: a third of the inputs bear no mark, a third another key's, a third this key's with an id that is not on the
list; each is a random part of a picture, at a random scale and quality, with a key and a list of its own. What is
recorded is the smallest bound on a false alarm that any place in it reached, decoded or held against the list.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.tracing.corpus import Picture
from watermark.hidden import FALSE_ALARM_MAX, Carrier, HiddenKey, embed
from watermark.hidden.listed import judged
from watermark.hidden.reading import Sighting, sightings
from watermark.hidden.whitening import views

Pixels = NDArray[np.uint8]

FOREIGN = HiddenKey(99, bytes(range(7, 39)))
SIDES_PX = (180, 420)
CANDIDATES = 100_000
UNMARKED, OF_ANOTHER_KEY, OF_ANOTHER_COPY = KINDS_READ = ("unmarked", "of another key", "of another copy")


@dataclass(frozen=True)
class Innocent:
    """One input; scores and `false_alarm` are of what can be decoded, 0 and 1 where it is a copy of ours.

    `listed`: the smallest bound on naming anybody of CANDIDATES copies, none of which was the source. `misread`:
    another id was decoded than the one that is there.
    """

    picture: str
    kind: str
    pilot_score: float
    code_score: float
    false_alarm: float
    listed: float
    misread: bool

    @property
    def accused(self) -> bool:
        """True where somebody innocent would have been named."""
        return min(self.false_alarm, self.listed) <= FALSE_ALARM_MAX or self.misread


def innocents(picture: Picture, parts: int, seed: int) -> Iterator[Innocent]:
    """`parts` parts of a picture, of each kind in turn."""
    chance = np.random.default_rng([seed, picture.number])
    plain = picture.pixels()
    carrier = Carrier.of(plain)
    for number in range(parts):
        key, copy_id = HiddenKey(1, chance.bytes(32)), int(chance.integers(0, 1 << 48))
        kind = KINDS_READ[(seed * parts + number) % len(KINDS_READ)]
        marking = key if kind == OF_ANOTHER_COPY else FOREIGN
        marked = plain if kind == UNMARKED else embed(plain, carrier, copy_id, marking, bytes(32))
        yield _read(_part(marked, chance), key, picture.name, kind, copy_id, chance)


def _part(pixels: Pixels, chance: np.random.Generator) -> Pixels:
    factor = chance.uniform(0.4, 1.0)
    small = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    rows, columns = (int(chance.integers(*SIDES_PX)) for _ in range(2))
    top = int(chance.integers(0, max(1, small.shape[0] - rows)))
    left = int(chance.integers(0, max(1, small.shape[1] - columns)))
    part = small[top : top + rows, left : left + columns]
    _, packed = cv2.imencode(".jpg", part, [cv2.IMWRITE_JPEG_QUALITY, int(chance.integers(40, 95))])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _read(part: Pixels, key: HiddenKey, name: str, kind: str, copy_id: int, chance: np.random.Generator) -> Innocent:
    said = [sighting for view in views(part) for sighting in sightings(view, [key])]
    ours = kind == OF_ANOTHER_COPY
    return Innocent(
        picture=name,
        kind=kind,
        listed=_listed(key, said, chance.integers(0, 1 << 48, CANDIDATES, np.uint64)),
        misread=ours and any(_proven(each) and each.evidence.copy_id != copy_id for each in said),
        **({"pilot_score": 0.0, "code_score": 0.0, "false_alarm": 1.0} if ours else _decoded(said)),
    )


def _decoded(said: list[Sighting]) -> dict[str, float]:
    found = [each.evidence for each in said]
    return {
        "pilot_score": max((each.pilot_score for each in found), default=0.0),
        "code_score": max((each.code_score for each in found), default=0.0),
        "false_alarm": min((each.false_alarm for each in found), default=1.0),
    }


def _proven(sighting: Sighting) -> bool:
    return sighting.evidence.false_alarm <= FALSE_ALARM_MAX


def _listed(key: HiddenKey, said: list[Sighting], ids: NDArray[np.uint64]) -> float:
    suspicions = judged([(key, each.evidence) for each in said], {key.kid: ids})
    return min((each.false_accusation for _, found in suspicions for each in found), default=1.0)
